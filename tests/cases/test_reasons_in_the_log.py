"""Why something was opened, printed or taken away, as the auditor reads it, who may open
no matter: it names nobody, whatever its writer may know.
"""

from datetime import date

import pytest
from django.core.management import call_command
from django.urls import reverse

from cases.ledgers.freezing import freeze
from cases.models import Case
from cases.tasks import write_exports
from cases.workflow.hidden_words import hide_words
from minshi.clock import now
from tests.cases.ledger_desk import logged_in, take
from tests.cases.roads import (
    accepted,
    completed,
    decided,
    rated,
    spoken,
    staff,
    verified,
)
from tests.roles import auditor
from tests.villages.factories import GroupFactory, HouseholdFactory, ResidentFactory
from villages.disclosure import open_phone
from villages.lookup import index_residents
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
NAME, PHONE, ADDRESS = "慕容雪梅", "13993990055", "五组77号"
WHY = f"给{NAME}回话，{ADDRESS}，{PHONE}"
WITHOUT = "给［…］回话，［…］，［…］"


@pytest.fixture
def here():
    return staff()


def reasons(*kinds: AuditKind) -> list[str]:
    """The reasons that the log holds, the first written first."""
    records = AuditRecord.objects.filter(kind__in=kinds).order_by("pk")
    return list(records.values_list("reason", flat=True))


def in_confidence(here, confidentiality="hidden", **fields):
    """A matter of the secretary, who may know who spoke."""
    told = {
        "speaker_name": NAME,
        "speaker_phone": PHONE,
        "speaker_address": ADDRESS,
        "confidentiality": confidentiality,
    }
    return spoken(here, by=here.secretary, **told | fields)


# --- one matter
@pytest.mark.parametrize("confidentiality", ["normal", "hidden", "secret"])
@pytest.mark.parametrize("shown", ["cases:open_phone", "cases:show_speaker"])
def test_why_a_speaker_was_opened_does_not_name_them(here, shown, confidentiality):
    case = in_confidence(here, confidentiality)

    answer = logged_in(here.secretary).post(
        reverse(shown, args=[case.number]), {"reason": WHY}
    )

    assert answer.status_code == 200
    assert reasons(AuditKind.UNMASK) == [WITHOUT]


NEAR = "慕容雪梅、阿不都热合曼和慕容大姐反映他家占路，打电话核实"


@pytest.mark.parametrize("way", ["another matter", "a neighbour", "a ledger"])
def test_why_somebody_elses_number_was_opened_names_no_hidden_speaker(here, way):
    in_confidence(here)
    in_confidence(here, speaker_name="阿不都热合曼")
    client = logged_in(here.secretary)
    if way == "another matter":
        other = spoken(here, speaker_name="张长生", speaker_phone="13812345678")
        client.post(reverse("cases:open_phone", args=[other.number]), {"reason": NEAR})
    elif way == "a neighbour":
        household = HouseholdFactory(group=here.group)
        neighbour = ResidentFactory(household=household, phone="13812345678")
        open_phone(
            neighbour,
            by=here.secretary.user,
            post=here.secretary,
            reason=NEAR,
            at=now(),
        )
    else:
        take(here.secretary, "general", reason=NEAR)

    (reason,) = set(reasons(AuditKind.UNMASK, AuditKind.EXPORT))
    assert reason == "慕某、阿某和慕某大姐反映他家占路，打电话核实"


@pytest.mark.parametrize(
    ("name", "confidentiality", "why", "written"),
    [
        ("歐陽測國", "hidden", "欧阳大姐托我问", "欧某大姐托我问"),
        ("歐陽測國", "hidden", "歐陽大姐托我问", "欧某大姐托我问"),
        ("歐陽測國", "hidden", "欧阳测国托我问", "欧某托我问"),
        ("馬測民", "normal", "马测民托我问", "马某托我问"),
        ("馬測民", "normal", "馬測民托我问", "马某托我问"),
        ("⻢測民", "normal", "马测民托我问", "马某托我问"),
        ("马测民", "normal", "馬測民托我问", "马某托我问"),
    ],
)
def test_a_speaker_is_found_in_whatever_characters_they_were_taken_down(
    here, name, confidentiality, why, written
):
    in_confidence(here, confidentiality, speaker_name=name)
    other = spoken(here, speaker_name="孙晓阳", speaker_phone="13812345678")

    logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[other.number]), {"reason": why}
    )

    assert reasons(AuditKind.UNMASK) == [written]


@pytest.mark.parametrize(
    ("who", "called"),
    [("co-speaker", "马某"), ("proxy", "马某"), ("resident", "馬某")],
)
def test_others_are_found_in_whatever_characters_too(here, who, called):
    if who == "co-speaker":
        spoken(here, speaker_name="李建国", co_speakers=("馬測民",))
    elif who == "proxy":
        spoken(here, speaker_name="李建国", proxy_speaker="馬測民")
    else:
        spoken(here, speaker_name="李建国")
        household = HouseholdFactory(group=here.group)
        index_residents([ResidentFactory(household=household, name="馬測民")])

    take(here.secretary, "general", reason="马测民要核对")

    assert reasons(AuditKind.EXPORT) == [f"{called}要核对"]


def test_what_gives_them_away_otherwise_is_blanked_too(here):
    case = in_confidence(here, proxy_speaker="令狐冲之")
    address = reverse("cases:open_phone", args=[case.number])
    client = logged_in(here.secretary)

    for why in (
        "慕容　雪梅催了两次",
        "慕容大娘催了两次",
        "令狐冲之来问过",
        "打139 9399 0055没人接",
        "座机4421234打不通",
        "住3社12号的那家",
        "三组靠河边的那个15号院",
        "15号院（三组）",
    ):
        client.post(address, {"reason": why})

    assert reasons(AuditKind.UNMASK) == [
        "［…］催了两次",
        "［…］大娘催了两次",
        "［…］来问过",
        "打［…］没人接",
        "座机［…］打不通",
        "住［…］的那家",
        "三组靠河边的那个［…］院",
        "［…］）",
    ]


def test_a_neighbour_who_did_not_speak_is_named_by_the_surname(here):
    household = HouseholdFactory(group=here.group)
    ResidentFactory(household=household, name="张长生")
    case = in_confidence(here)

    logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": "张长生说要回电"}
    )

    assert reasons(AuditKind.UNMASK) == ["张某说要回电"]


def test_a_reason_that_names_nobody_stays_as_it_was_typed(here):
    case = in_confidence(here)
    why = f"{case.number} 要回访，2026年11月30日前，3组12月5号开会"

    logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": why}
    )

    assert reasons(AuditKind.UNMASK) == [why]


def test_what_an_archive_package_is_for_names_nobody(here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    told = accepted(here, speaker_name=NAME, speaker_phone=PHONE)
    case = rated(here, verified(here, completed(here, decided(here, told))))

    answer = logged_in(here.secretary).post(
        reverse("cases:archive", args=[case.number]), {"reason": f"{NAME}要复印"}
    )
    list(answer.streaming_content)

    assert reasons(AuditKind.EXPORT) == ["［…］要复印"]


# --- a neighbour of the register
def test_why_a_neighbours_phone_was_opened_names_none(here):
    household = HouseholdFactory(group=here.group)
    person = ResidentFactory(household=household, name="张长生", phone=PHONE)
    ResidentFactory(household=household, name="李秀英")
    why = f"找张长生和李秀英，{here.group.number}组{household.number}号，{PHONE}"

    open_phone(
        person, by=here.secretary.user, post=here.secretary, reason=why, at=now()
    )

    assert reasons(AuditKind.UNMASK) == ["找张某和李某，［…］，［…］"]


# --- many matters
@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
@pytest.mark.parametrize("by", ["secretary", "supervisor", "county_supervisor"])
def test_what_a_ledger_is_for_names_nobody_who_spoke(here, form, by):
    in_confidence(here)
    spoken(here, speaker_name="李建国", co_speakers=("赵铁柱",), proxy_speaker="钱守田")
    household = HouseholdFactory(group=GroupFactory(village=here.village))
    index_residents([ResidentFactory(household=household, name="张长生")])
    why = f"{NAME}、李建国、赵铁柱、钱守田和张长生要核对，{ADDRESS}，电话{PHONE}"

    take(getattr(here, by), form=form, reason=why)

    (written,) = reasons(AuditKind.EXPORT, AuditKind.PRINT)
    assert written == "慕某、李某、赵某、钱某和张某要核对，［…］，电话［…］"


def test_a_ledger_of_opened_names_says_why_twice_and_names_nobody(here):
    in_confidence(here)

    take(here.secretary, reason=f"给{NAME}看", unmasked="on")

    assert reasons(AuditKind.UNMASK, AuditKind.EXPORT) == ["给慕某看"] * 2


def test_several_ledgers_in_one_file_say_why_in_the_same_words(here):
    in_confidence(here)

    take(here.secretary, form="xlsx", reason=f"给{NAME}看", also=["talk-room"])

    assert reasons(AuditKind.EXPORT) == ["给慕某看"] * 2


def test_a_file_that_is_fetched_later_names_nobody_either(
    here, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    for where in ("cases.views.ledgers", "cases.ledgers.jobs"):
        monkeypatch.setattr(f"{where}.MOST_AT_ONCE", 0)
    in_confidence(here)
    take(here.secretary, form="xlsx", reason=f"给{NAME}看")
    write_exports()
    job = here.secretary.user.export_jobs.get()

    answer = logged_in(here.secretary).post(
        reverse("cases:export_file", args=[job.uuid])
    )
    list(answer.streaming_content)

    assert reasons(AuditKind.EXPORT) == ["给慕某看"] * 2
    assert job.reason == f"给{NAME}看"  # its writer reads what they typed


def test_what_an_address_asks_for_by_hand_is_not_in_the_log(here):
    in_confidence(here)

    take(
        here.secretary,
        query=f"period=all&stage=speak&speaker={NAME}&place={PHONE}&{NAME}=1",
    )

    subject = AuditRecord.objects.get(kind=AuditKind.EXPORT).subject
    assert subject.endswith("period=all&stage=speak&speaker=…&place=…")


def test_what_a_closed_ledger_is_for_names_nobody(here):
    in_confidence(here)
    frozen = freeze(
        "general",
        here.village,
        first=date(2026, 3, 1),
        last=date(2026, 3, 31),
        by=here.secretary.user,
        at=now(),
    )

    for form in ("frozen_file", "frozen_print"):
        answer = logged_in(here.secretary).post(
            reverse(f"cases:{form}", args=[frozen.pk]), {"take-reason": f"给{NAME}看"}
        )
        assert answer.status_code == 200
        if answer.streaming:
            list(answer.streaming_content)

    assert reasons(AuditKind.EXPORT, AuditKind.PRINT) == ["给慕某看"] * 2


def test_a_town_is_handed_out_without_a_name_in_the_log(here, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "stored"
    in_confidence(here)

    call_command(
        "export_all", here.town.code, str(tmp_path / "out"), reason=f"{NAME}要的"
    )

    assert reasons(AuditKind.EXPORT) == ["慕某要的"]


# --- what was written before any of it was blanked
def read_by_auditor(address) -> str:
    return logged_in(auditor()).get(address).content.decode()


@pytest.mark.parametrize("confidentiality", ["hidden", "secret"])
def test_an_old_reason_names_nobody_who_spoke_in_confidence(here, confidentiality):
    in_confidence(here, confidentiality, co_speakers=("赵秀英",))
    old = AuditRecord.objects.create(
        kind=AuditKind.EXPORT,
        at=now(),
        user=here.secretary.user,
        reason=f"{WHY}，也告诉赵秀英",
    )
    pages = [
        reverse("villages:audit"),
        reverse("admin:villages_auditrecord_changelist"),
        reverse("admin:villages_auditrecord_change", args=[old.pk]),
    ]

    for page in pages:
        shown = read_by_auditor(page)
        assert "给慕某回话，［…］，［…］，也告诉赵某" in shown, page
        for hidden in (NAME, PHONE, ADDRESS, "赵秀英"):
            assert hidden not in shown
    assert AuditRecord.objects.get(pk=old.pk).reason == f"{WHY}，也告诉赵秀英"


def test_an_old_reason_names_nobody_in_whatever_characters(here):
    in_confidence(here, speaker_name="歐陽測國")
    AuditRecord.objects.create(kind=AuditKind.EXPORT, at=now(), reason="欧阳测国托我问")

    shown = read_by_auditor(reverse("villages:audit"))

    assert "欧某托我问" in shown
    assert "欧阳测国" not in shown


PHRASE = "豁牙子养蜂的"


def opened(here, case, why: str) -> None:
    answer = logged_in(here.secretary).post(
        reverse("cases:open_phone", args=[case.number]), {"reason": why}
    )
    assert answer.status_code == 200


def also_hide(here, case) -> None:
    hide_words(case, PHRASE, seen="", by=here.secretary.user, at=now())


def test_a_phrase_noted_later_is_blanked_in_why_its_matter_was_opened(here):
    case = in_confidence(here)
    opened(here, case, f"是{PHRASE}事")
    also_hide(here, case)
    record = AuditRecord.objects.get(kind=AuditKind.UNMASK)

    for page in (
        reverse("villages:audit"),
        reverse("admin:villages_auditrecord_changelist"),
        reverse("admin:villages_auditrecord_change", args=[record.pk]),
    ):
        shown = read_by_auditor(page)
        assert "是［…］事" in shown
        assert PHRASE not in shown


def test_a_phrase_is_blanked_where_the_reason_names_its_matter(here):
    case = in_confidence(here)
    take(here.secretary, "general", reason=f"{case.number} {PHRASE}事要核对")
    also_hide(here, case)

    assert PHRASE not in read_by_auditor(reverse("villages:audit"))


def test_in_a_reason_about_many_matters_or_another_one_a_phrase_stays(here):
    other = in_confidence(here, speaker_name="王二水")
    opened(here, other, f"问{PHRASE}事")
    take(here.secretary, "general", reason=f"看{PHRASE}事")
    also_hide(here, in_confidence(here))

    shown = read_by_auditor(reverse("villages:audit"))

    assert f"问{PHRASE}事" in shown
    assert f"看{PHRASE}事" in shown


def test_of_a_matter_that_hides_nobody_a_phrase_stays(here):
    case = in_confidence(here)
    opened(here, case, f"是{PHRASE}事")
    also_hide(here, case)
    case.refresh_from_db()
    Case.objects.filter(pk=case.pk).update(confidentiality="normal")

    assert f"是{PHRASE}事" in read_by_auditor(reverse("villages:audit"))


def test_phrases_cost_one_query_however_many_reasons_there_are(
    here, client, django_assert_num_queries
):
    case = in_confidence(here)
    also_hide(here, case)
    client.force_login(auditor().user)
    for count in (1, 20):
        for _row in range(count):
            AuditRecord.objects.create(
                kind=AuditKind.UNMASK, at=now(), subject=case.number, reason=WHY
            )

        # session, account with posts, records; speakers, those who spoke with them,
        # matters with their phrases
        with django_assert_num_queries(6):
            client.get(reverse("villages:audit"))


def test_old_reasons_cost_as_many_queries_however_many_there_are(
    here, client, django_assert_num_queries
):
    in_confidence(here)
    client.force_login(auditor().user)
    for count in (1, 20):
        for _row in range(count):
            AuditRecord.objects.create(kind=AuditKind.EXPORT, at=now(), reason=WHY)

        # session, account with posts, records; speakers, those who spoke with them
        with django_assert_num_queries(5):
            client.get(reverse("villages:audit"))
