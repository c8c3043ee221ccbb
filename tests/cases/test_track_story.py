"""What the tracking page tells of a matter: which it is, who has it, what happened, why
it takes longer, what comes next, and the photos that were said to be public.
"""

from datetime import timedelta

import pytest
from django.conf import settings
from django.urls import reverse

from cases.models import Case, CaseAccess, CaseRevision
from cases.speaking.progress import told_to_speaker
from cases.workflow import Action, Speaker, make_move
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
    words,
)
from tests.cases.track_page import page_of
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.models import TalkRoom

pytestmark = pytest.mark.django_db


@pytest.fixture
def here():
    return staff()


@pytest.fixture(autouse=True)
def own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


# --- closed with no work on it
def closed_elsewhere(here, **fields):
    case = accepted(here, **fields)
    said = words(Action.DIVERT, NOON)
    return make_move(case, Action.DIVERT, by=officer(here.secretary), at=NOON, **said)


def test_what_was_sent_elsewhere_is_not_called_badly_done(client, here, time_machine):
    time_machine.move_to(NOON, tick=False)
    page = page_of(client, closed_elsewhere(here))

    assert "还是想请你们办" in page
    assert "为什么还要办" in page
    assert "请再看一看" in page
    assert "没办好" not in page
    assert "还有话说" in page


@pytest.mark.parametrize("told", ["请去立案", "请到县信访局去，带上材料"])
def test_everybody_reads_where_it_is_handled_instead(client, here, told):
    case = make_move(
        accepted(here),
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="县信访局",
        told=told,
    )

    speakers = page_of(client, case)
    client.force_login(here.secretary.user)
    officers = client.get(case.get_absolute_url()).context["timeline"][0]

    assert told in speakers
    assert speakers.count("县信访局") == 1
    assert officers.label == "告诉群众该去哪里办 · 县信访局"


def test_what_was_done_may_be_called_badly_done(client, here, time_machine):
    time_machine.move_to(NOON + 2 * DAY, tick=False)
    page = page_of(client, rated(here))

    assert "还是没办好" in page
    assert "还是想请你们办" not in page


def test_a_secret_matter_has_its_number_once_at_the_head(client, here):
    case = accepted(here, confidentiality="secret")

    page = page_of(client, case)

    assert f"<h1>{case.number}</h1>" in page
    assert f"{case.number} · " not in page


# --- which matter
def test_the_page_names_the_matter(client, here):
    case = spoken(here, verbatim="路灯坏了三盏")

    assert "路灯坏了三盏" in page_of(client, case)


def test_the_page_of_a_secret_matter_does_not_name_it(client, here):
    case = spoken(here, verbatim="路灯坏了三盏", confidentiality="secret")

    page = page_of(client, case)

    assert "路灯坏了三盏" not in page
    assert case.number in page


def test_a_merged_matter_is_named_as_its_own_speaker_said_it(client, here):
    first = spoken(here, verbatim="东头路灯坏了")
    second = spoken(here, verbatim="西头也没灯")
    make_move(first, Action.MERGE, by=officer(here.secretary), at=NOON, into=second)
    make_move(
        second, Action.SUPPLEMENT, by=Speaker(second, "code"), at=NOON, text="三天了"
    )

    page = page_of(client, first)

    assert "东头路灯坏了" in page
    assert "西头也没灯" not in page
    assert "三天了" not in page, "what the other speaker added is not theirs to read"


def test_what_others_added_is_not_called_ones_own(client, here):
    """By the counter somebody else comes in; by the code of a merged matter as well."""
    case, other = spoken(here), spoken(here)
    make_move(
        case,
        Action.SUPPLEMENT,
        by=Speaker(case, "counter", here.duty),
        at=NOON,
        text="我家也没水",
        co_speaker="赵六",
    )
    make_move(other, Action.MERGE, by=officer(here.secretary), at=NOON, into=case)
    make_move(
        case, Action.SUPPLEMENT, by=Speaker(case, "code"), at=NOON, text="别让人知道"
    )

    page = page_of(client, case)

    assert "我家也没水" not in page
    assert "别让人知道" not in page


# --- who has it
def test_the_page_names_the_village_committee_and_not_its_officer(client, here):
    case = accepted(here)

    page = page_of(client, case)

    assert f"{here.village}村委会" in page
    assert str(here.secretary.user) not in page


def test_a_village_may_name_its_officers(client, here):
    TalkRoom.objects.create(village=here.village, place="村委会", names_officers=True)
    case = accepted(here)

    assert f"{here.village}村委会 {here.secretary.user}" in page_of(client, case)


def test_of_a_secret_matter_not_even_the_office_is_named(client, here):
    TalkRoom.objects.create(village=here.village, place="村委会", names_officers=True)
    with_office = decided(here, accepted(here, spoken(here, confidentiality="secret")))
    with_village = spoken(here, confidentiality="secret")

    assert with_office.owner_office == here.office
    for case in (with_office, with_village):
        page = page_of(client, case)
        assert str(here.office) not in page
        assert str(here.secretary.user) not in page
        assert f"{here.village}村委会" not in page


def test_a_secret_matter_names_no_office_after_a_merge_either(client, here):
    secret = spoken(here, confidentiality="secret")
    known = decided(here)
    for reader in here.office.posts.all():
        CaseAccess.objects.create(case=secret, post=reader)
    by = officer(here.secretary)
    make_move(secret, Action.MERGE, by=by, at=NOON + DAY, into=known)

    secret.refresh_from_db()
    assert str(here.office) not in page_of(client, secret)


def test_a_closed_secret_matter_is_with_nobody(client, here):
    case = decided(here, accepted(here, spoken(here, confidentiality="secret")))
    rated(here, verified(here, completed(here, case)))

    assert "负责" not in page_of(client, case)


def test_the_page_names_the_office_that_works_on_it(client, here):
    case = decided(here, lead=here.office)

    assert str(here.office) in page_of(client, case)


def test_nobody_has_a_closed_matter(client, here):
    case = rated(here)

    page = page_of(client, case)

    assert "负责" not in page
    assert "接下来" not in page


# --- withdrawn
@pytest.mark.parametrize("by_themself", [True, False])
def test_what_was_withdrawn_is_not_called_done(client, here, by_themself):
    case = decided(here)
    speaker = Speaker(case, "code")
    by = speaker if by_themself else officer(here.duty)
    said = {} if by_themself else {"how": "call", "said_at": NOON}
    make_move(case, Action.WITHDRAW, by=by, at=NOON + DAY, reason="自己修好了", **said)

    page = page_of(client, case)

    assert "<h2>\n      这件事撤回了，不再办理" in page
    assert "办完了" not in page


def test_what_was_withdrawn_after_it_was_done_badly_is_not_called_done(client, here):
    case = rated(here, solved="partly")
    case = make_move(
        case,
        Action.REOPEN,
        by=Speaker(case, "code"),
        at=NOON + 3 * DAY,
        reason="又坏了",
    )
    make_move(
        case,
        Action.WITHDRAW,
        by=Speaker(case, "code"),
        at=NOON + 4 * DAY,
        reason="自己修好了",
    )

    told = told_to_speaker(Case.objects.get(pk=case.pk))

    assert (told.is_withdrawn, told.leaves_something) == (True, False)
    assert told.outcome == ""


@pytest.mark.parametrize(
    "stage",
    [spoken, accepted, decided, completed, verified],
    ids=lambda it: it.__name__,
)
def test_the_page_says_what_comes_next(client, here, stage):
    assert "接下来" in page_of(client, stage(here))


# --- what happened
def test_the_speaker_reads_what_they_added(client, here):
    case = spoken(here)
    make_move(
        case, Action.SUPPLEMENT, by=Speaker(case, "code"), at=NOON, text="又坏了一盏"
    )

    page = page_of(client, case)

    assert "您补充的" in page
    assert "又坏了一盏" in page


def test_more_time_is_told_with_its_day_and_reason(client, here):
    case = decided(here)
    until = NOON.date() + timedelta(days=20)
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="老王不肯让路",
        until_on=until,
    )
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
        told_why="下雨天路基干不了，李建国也知道",
    )

    page = page_of(client, case)

    assert "要多办几天，最迟" in page
    assert "下雨天路基干不了" in page
    assert "李建国" not in page, "the page names nobody"
    assert "老王不肯让路" not in page, "what officers say to each other stays there"


def test_what_the_speaker_is_told_stands_in_no_event_with_names_or_numbers(
    client, here
):
    case = decided(
        here,
        accepted(
            here,
            spoken(
                here,
                speaker_name="李建国",
                speaker_phone="13993912345",
                co_speakers=("赵铁柱",),
                confidentiality="hidden",
            ),
        ),
    )
    told = (
        "因李建国、赵铁柱外出，139-9391-2345打不通，问了一三八一二三四五六七八，"
        "身份证622621196001011234"
    )
    case = make_move(
        case,
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="等人",
        told_why=told,
    )

    event = case.events.last()
    stored = event.data["told_why"]
    for personal in ("李建国", "赵铁柱", "9391", "一三八", "622621"):
        assert personal not in stored
    assert stored.endswith("身份证［…］")
    kept = CaseRevision.objects.get(event=event, field="told_why")
    assert kept.new == told
    assert stored in page_of(client, case)


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("duty", "告诉群众：“因李建国外出，下雨天路基干不了”"),
        ("supervisor", "告诉群众：“因［…］外出，下雨天路基干不了”"),
    ],
)
def test_officers_read_what_the_speaker_was_told_of_a_delay(client, here, role, words):
    case = decided(here, accepted(here, spoken(here, confidentiality="hidden")))
    make_move(
        case,
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="等人",
        told_why="因李建国外出，下雨天路基干不了",
    )
    client.force_login(getattr(here, role).user)

    page = client.get(case.get_absolute_url())

    assert page.context["timeline"][0].note == f"等人\n{words}"


def test_of_a_refusal_officers_do_not_read_that_the_speaker_was_told(client, here):
    case = make_move(
        decided(here),
        Action.ASK_SUSPENSION,
        by=officer(here.handler),
        at=NOON,
        reason="等料",
        until_on=(NOON + 5 * DAY).date(),
    )
    case = make_move(
        case,
        Action.RULE_SUSPENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="refused",
        reason="料已到",
        told_why="等料来了再砌",
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert page.context["timeline"][0].note == "料已到"
    assert "等料来了再砌" not in page_of(client, case)


def test_a_refused_request_is_not_told(client, here):
    case = decided(here)
    until = NOON.date() + timedelta(days=20)
    make_move(
        case,
        Action.ASK_EXTENSION,
        by=officer(here.handler),
        at=NOON,
        reason="忙",
        until_on=until,
    )
    case = make_move(
        case,
        Action.RULE_EXTENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="refused",
        reason="先办着",
    )

    assert "要多办几天" not in page_of(client, case)


def test_a_rest_and_its_end_are_told(client, here):
    case = decided(here)
    until = NOON.date() + timedelta(days=10)
    make_move(
        case,
        Action.ASK_SUSPENSION,
        by=officer(here.handler),
        at=NOON,
        reason="等料",
        until_on=until,
    )
    make_move(
        case,
        Action.RULE_SUSPENSION,
        by=officer(here.secretary),
        at=NOON,
        ruling="granted",
        told_why="等水泥到货",
    )
    case = make_move(case, Action.RESUME, by=officer(here.secretary), at=NOON)

    page = page_of(client, case)

    assert "先放一放" in page
    assert "等水泥到货" in page
    assert "又接着办" in page


def test_a_return_is_told(client, here):
    case = decided(here)
    case = make_move(
        case,
        Action.RETURN,
        by=officer(here.handler),
        at=NOON,
        reason="不会弄电",
        told_why="要请电工来",
    )

    page = page_of(client, case)

    assert "重新商量" in page
    assert "要请电工来" in page
    assert "不会弄电" not in page


def test_work_sent_back_is_told(client, here):
    case = completed(here)
    case = make_move(
        case,
        Action.REJECT,
        by=officer(here.secretary),
        at=case.last_event_at,
        reason="灯还是不亮",
        told_why="还有一盏没修好",
    )

    page = page_of(client, case)

    assert "接着办" in page
    assert "还有一盏没修好" in page


def test_a_step_long_past_is_told_as_past(client, here):
    case = decided(here)
    case = make_move(
        case, Action.RETURN, by=officer(here.handler), at=NOON, reason="不会"
    )
    case = completed(here, decided(here, case))
    make_move(
        case,
        Action.REJECT,
        by=officer(here.secretary),
        at=case.last_event_at,
        reason="灯还是不亮",
    )

    page = page_of(client, Case.objects.get(pk=case.pk))

    assert "退回去重新商量由谁办了" in page
    assert "退回去接着办了" in page
    assert "正在重新商量" not in page
    assert "正在接着办" not in page


def test_the_second_round_is_called_so(client, here):
    case = rated(here, satisfaction="dissatisfied", solved="no", reason="又坏了")

    page = page_of(client, case)

    assert "第2次办" in page
    assert "重新办" in page


def test_opening_hours_are_read_in_either_language(client, here):
    TalkRoom.objects.create(
        village=here.village,
        place="村委会",
        phone="0939-4421010",
        hours="工作日 8:00–17:00",
    )
    case = spoken(here)

    chinese = page_of(client, case)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = page_of(client, case)

    assert "工作日 8:00–17:00" in chinese
    assert "working days 8:00–17:00" in english


# --- neighbours
def neighbour(here, name):
    return ResidentFactory(household=HouseholdFactory(group=here.group), name=name)


def test_neighbours_are_named_in_nothing_that_the_page_tells(client, here):
    neighbour(here, "王建国")
    neighbour(here, "张安全")
    case = accepted(here, spoken(here, title="王建国占了渠口"))
    case = decided(here, case)
    make_move(
        case,
        Action.PROGRESS,
        by=officer(here.handler),
        at=NOON,
        text="王 建 国答应让路",
        public=True,
    )
    case.refresh_from_db()
    case = completed(here, case)
    make_move(
        case,
        Action.VERIFY,
        by=officer(here.secretary),
        at=NOON + DAY,
        reply="王建國和张安全家都同意了，路已修通",
    )

    page = page_of(client, case)

    assert "王某占了渠口" in page
    assert "王某答应让路" in page
    assert "王某和张某家都同意了，路已修通" in page


def test_a_neighbour_is_unnamed_in_the_preview_of_an_answer_as_well(client, here):
    neighbour(here, "王建国")
    case = completed(here)
    client.force_login(here.secretary.user)
    typed = {"reply": "王建国让开了渠口"}

    address = reverse("cases:preview", args=[case.number, "verify"])
    page = client.post(address, typed | {"version": case.version}).content.decode()

    assert "王某让开了渠口" in page


def test_the_page_says_to_whom_it_was_reported(client, here):
    case = accepted(here)
    for post, told in ((here.secretary, "报到镇上"), (here.reviewer, "报到县里")):
        case = make_move(
            case, Action.ESCALATE, by=officer(post), at=NOON, reason="没有钱"
        )
        assert told in page_of(client, case)
