"""What meetings and 四议两公开 keep from those who may not know who spoke, and from
whom a matter concerns.
"""

import uuid
from dataclasses import replace

import pytest
import time_machine
from django.urls import reverse

from cases.meetings import (
    add_item,
    close_meeting,
    correct_minutes,
    save_minutes,
    set_aside,
)
from cases.meetings.four_two import correct_step, drop_process, record_step
from cases.models import AgendaItem, Case, Concern, FourTwoProcess, Meeting, StepAside
from cases.workflow import Action, make_move
from tests import roles
from tests.cases.council import called, present, seats
from tests.cases.roads import NOON, accepted, decided, officer, staff
from tests.cases.test_four_two import begun, major, meeting
from tests.villages.duty_desk import shift_of
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
NAME = "李建国"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def pages_of(client, post, *addresses) -> str:
    client.force_login(post.user)
    answers = [client.get(address) for address in addresses]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


# --- whoever may not see the matter does nothing to it


@pytest.mark.parametrize("act", ["remove", "aside", "up", "down"])
def test_whom_a_matter_concerns_does_not_take_it_off_the_agenda(client, act):
    here = staff()
    concerned = roles.secretary_of(here.village)
    case = accepted(here)
    sitting = called(here, case, accepted(here))
    item = sitting.items.get(case=case)
    Concern.objects.create(case=case, user=concerned.user)
    client.force_login(concerned.user)

    answer = client.post(
        reverse("cases:meeting_item_act", args=[sitting.pk, item.pk, act])
    )

    assert answer.status_code == 404
    assert AgendaItem.objects.filter(pk=item.pk).exists()


def test_the_wall_does_not_tell_that_somebody_stepped_aside_from_a_hidden_matter(
    client,
):
    here = staff()
    seats(here)
    case = accepted(here)
    sitting = called(here, case)
    present(sitting, here, 7)
    set_aside(
        sitting.items.get(),
        {sitting.attendees.first().pk: "是亲戚"},
        by=officer(here.secretary),
        at=NOON,
    )
    Concern.objects.create(case=case, user=here.duty.user)

    page = pages_of(
        client, here.duty, reverse("cases:meeting_screen", args=[sitting.pk])
    )

    assert "回避" not in page


# --- who spoke


def test_the_audit_log_keeps_no_words_of_an_item(client):
    """Its rows never change, and a speaker may be hidden after the meeting."""
    here = staff()
    seats(here)
    sitting = called(here, accepted(here, speaker_name=NAME))
    add_item(
        sitting, by=officer(here.secretary), at=NOON, subject=f"{NAME}门前的路要不要修"
    )
    present(sitting, here, 7)

    close_meeting(sitting, by=officer(here.secretary), at=NOON)

    subjects = AuditRecord.objects.filter(kind="sealed").values_list("subject")
    assert subjects.filter(subject__startswith="item:").exists()
    assert not subjects.filter(subject__contains=NAME).exists()


def test_what_was_written_before_a_speaker_was_hidden_is_veiled_too(client):
    here = staff()
    seats(here)
    case = accepted(here, speaker_name=NAME)
    sitting = called(here, case)
    present(sitting, here, 7)
    item = sitting.items.get()
    set_aside(
        item,
        {sitting.attendees.first().pk: f"{NAME}的亲戚"},
        by=officer(here.secretary),
        at=NOON,
    )
    AgendaItem.objects.filter(pk=item.pk).update(
        opinions=f"{NAME}急用", resolution=f"给{NAME}换灯"
    )
    save_minutes(sitting, f"{NAME}到了", version=0, by=officer(here.secretary), at=NOON)
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="hidden",
    )
    addresses = (
        sitting.get_absolute_url(),
        reverse("cases:meeting_item", args=[sitting.pk, item.pk]),
    )

    page = pages_of(client, here.member, *addresses)

    assert "急用" in page
    assert NAME not in page


def test_a_correction_and_a_reason_to_step_aside_name_no_hidden_speaker():
    here = staff()
    seats(here)
    sitting = called(here, accepted(here, speaker_name=NAME, confidentiality="hidden"))
    present(sitting, here, 7)
    by = officer(here.duty)  # took it down, and knows

    set_aside(
        sitting.items.get(),
        {sitting.attendees.first().pk: f"{NAME}的亲戚"},
        by=by,
        at=NOON,
    )
    close_meeting(sitting, by=by, at=NOON)
    noted = correct_minutes(
        sitting,
        wrong=f"{NAME}没到",
        right=f"{NAME}到了",
        key=uuid.uuid4(),
        by=by,
        at=NOON,
    )

    assert NAME not in StepAside.objects.get().reason + noted.wrong + noted.right


def test_the_six_steps_of_a_hidden_speakers_matter_name_nobody(client):
    here = staff()
    by = officer(here.duty)  # took it down, and knows
    process = begun(
        replace(here, secretary=here.duty),
        major(here, speaker_name=NAME, confidentiality="hidden"),
        subject=f"{NAME}家门口修路",
    )
    step = record_step(
        process, 1, replace(meeting(30, 30, 30), content=f"{NAME}提的"), by=by, at=NOON
    )
    noted = correct_step(
        step, wrong=f"{NAME}", right="群众", key=uuid.uuid4(), by=by, at=NOON
    )
    process = drop_process(process, f"{NAME}不愿意", by=by, at=NOON)

    page = pages_of(
        client, here.member, process.get_absolute_url(), reverse("cases:four_two_list")
    )

    kept = (process.subject, process.dropped_why, step.content, noted.wrong)
    assert not [words for words in (*kept, page) if NAME in words]


def test_what_the_six_steps_held_before_a_speaker_was_hidden_is_veiled(client):
    here = staff()
    case = major(here, speaker_name=NAME)
    process = begun(here, case, subject=f"{NAME}家门口修路")
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="hidden",
    )

    page = pages_of(
        client, here.member, process.get_absolute_url(), reverse("cases:four_two_list")
    )

    assert "家门口修路" in page
    assert NAME not in page


@pytest.mark.parametrize("why", ["secret", "concerned"])
def test_the_six_steps_of_a_matter_one_may_not_see_do_not_exist(client, why):
    here = staff()
    case = major(here)
    process = begun(here, case)
    if why == "secret":
        Case.objects.filter(pk=case.pk).update(confidentiality="secret")
    else:
        Concern.objects.create(case=case, user=here.member.user)
    client.force_login(here.member.user)

    assert client.get(process.get_absolute_url()).status_code == 404
    assert list(
        FourTwoProcess.objects.visible_to(here.secretary.user, NOON.date())
    ) == [process]


def test_what_each_is_asked_names_no_hidden_speaker_on_the_case_page_and_the_desk(
    client,
):
    here = staff()
    case = accepted(here, speaker_name=NAME, confidentiality="hidden")
    case = decided(here, case, handling="joint", assistants=[here.member])
    case.assignments.update(ask=f"到{NAME}家看看", report=f"{NAME}家看过了")

    page = pages_of(client, here.member, case.get_absolute_url(), reverse("cases:home"))

    assert "家看看" in page
    assert NAME not in page


def test_the_admin_names_no_hidden_speaker_in_words(client):
    here = staff()
    case = accepted(
        here,
        speaker_name=NAME,
        confidentiality="hidden",
        verbatim=f"{NAME}家门口的灯坏了",
    )
    decided(here, case, decision=f"给{NAME}换灯")
    admin = roles.duty_officer_of(here.village)  # neither recorder nor reviewer

    page = pages_of(
        client,
        admin,
        reverse("admin:cases_case_changelist"),
        reverse("admin:cases_case_change", args=[case.pk]),
    )

    assert "家门口的灯坏了" in page
    assert NAME not in page


# --- prints


@pytest.mark.parametrize(
    ("who", "status"),
    [("secretary", 200), ("duty", 200), ("reviewer", 200), ("member", 404)],
)
def test_minutes_and_the_form_of_the_six_steps_are_printed_by_who_may_and_leave_a_trace(
    client, who, status
):
    here = staff()
    sitting, process = called(here), begun(here, major(here))
    client.force_login(getattr(here, who).user)

    papers = [
        client.post(reverse("cases:meeting_print", args=[sitting.pk])),
        client.post(reverse("cases:four_two_print", args=[process.pk])),
    ]

    assert {paper.status_code for paper in papers} == {status}
    assert AuditRecord.objects.filter(kind="print").count() == (
        2 if status == 200 else 0
    )
    assert (
        client.get(reverse("cases:meeting_print", args=[sitting.pk])).status_code == 302
    )


# --- who holds a meeting


def test_a_committee_member_holds_a_meeting_on_shift_alone(client):
    here = staff()
    sitting = called(here)
    address = reverse("cases:meeting_act", args=[sitting.pk, "agenda"])
    client.force_login(here.member.user)

    assert client.post(address, {"subject": "修路"}).status_code == 404

    shift_of(here.member)
    assert client.post(address, {"subject": "修路"}).status_code == 302
    assert Meeting.objects.get().items.get().subject == "修路"


# --- what everybody who signs the minutes reads of a secret matter
@pytest.fixture
def with_a_secret():
    """A meeting over a secret matter and a subject, which the supervisor may not read."""
    here = staff()
    case = accepted(
        here, title="不能说的事", verbatim="不能说的话", confidentiality="secret"
    )
    sitting = called(here, case)
    add_item(sitting, by=officer(here.secretary), at=NOON, subject="修不修水渠")
    return here, sitting


def printed(client, post, sitting, **asked):
    client.force_login(post.user)
    address = reverse("cases:meeting_print", args=[sitting.pk])
    return client.post(address, asked).content.decode()


@pytest.mark.parametrize("asked", [{}, {"secret": "named"}, {"secret": "all"}])
def test_minutes_name_a_secret_matter_and_say_nothing_of_it(
    client, with_a_secret, asked
):
    here, sitting = with_a_secret

    paper = printed(client, here.secretary, sitting, **asked)

    assert "保密事项" in paper
    assert "修不修水渠" in paper
    assert "不能说的" not in paper
    assert "保密事项全文" not in AuditRecord.objects.get(kind="print").subject


@pytest.mark.parametrize("reader", ["secretary", "supervisor"])
def test_minutes_do_not_say_that_nobody_stepped_aside_from_a_secret_matter(
    client, with_a_secret, reader
):
    """Of what is not printed nothing is stated, true or not; of a subject it is."""
    here, sitting = with_a_secret
    person = sitting.attendees.first()
    StepAside.objects.create(
        item=sitting.items.get(subject=""), attendee=person, reason="是亲戚"
    )

    paper = printed(client, getattr(here, reader), sitting)

    secret, subject = paper.split("<h2>")[1:3]
    assert "回避" in secret
    assert "无" not in secret
    assert person.name not in secret
    assert "无" in subject


def test_the_whole_text_of_a_secret_matter_is_marked_and_leaves_a_trace(
    client, with_a_secret
):
    here, sitting = with_a_secret

    paper = printed(client, here.secretary, sitting, secret="whole")
    of_supervisor = printed(client, here.supervisor, sitting, secret="whole")

    assert "不能说的话" in paper
    assert "<strong>保密</strong>" in paper
    assert "不能说的" not in of_supervisor
    assert "<strong>保密</strong>" not in of_supervisor
    traces = AuditRecord.objects.filter(kind="print").order_by("pk")
    assert ["保密事项全文" in trace.subject for trace in traces] == [True, False]


def test_a_secret_matter_is_left_out_and_the_others_keep_their_place(
    client, with_a_secret
):
    here, sitting = with_a_secret

    paper = printed(client, here.secretary, sitting, secret="left_out")

    assert "保密事项" not in paper
    assert "不能说的" not in paper
    assert "修不修水渠" in paper
    assert "议题 1" not in " ".join(paper.split())
    assert "议题 2" in " ".join(paper.split())


def test_whoever_reads_a_secret_matter_is_asked_before_it_is_printed(
    client, with_a_secret
):
    here, sitting = with_a_secret
    asked = {}
    for post in (here.secretary, here.supervisor):
        client.force_login(post.user)
        asked[post.role] = client.get(sitting.get_absolute_url()).content.decode()

    assert "印全文" in asked["secretary"]
    assert "不印这一项" in asked["secretary"]
    assert "印全文" not in asked["supervisor"]


def test_one_name_for_what_is_secret(client, with_a_secret):
    here, sitting = with_a_secret
    client.force_login(here.supervisor.user)

    pages = [
        client.get(address).content.decode()
        for address in (
            sitting.get_absolute_url(),
            reverse("cases:meeting_item", args=[sitting.pk, sitting.items.first().pk]),
            reverse("cases:meeting_screen", args=[sitting.pk]),
        )
    ]

    for page in pages:
        assert "保密事项" in page
        assert "您看不到" not in page
        assert "不宜公开" not in page
