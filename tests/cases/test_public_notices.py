"""公示: the notices of a resolution and of its outcome, which the whole village reads."""

import re

import pytest
import time_machine
from django.urls import reverse

from cases.meetings.four_two import correct_step, record_step
from cases.meetings.step_record import StepRecord
from cases.models import Case
from cases.workflow import Action, make_move
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, completed, decided, officer, staff
from tests.cases.test_four_two import begun, major, meeting, through
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.lookup import index_residents
from villages.models import AuditRecord, TalkRoom

pytestmark = pytest.mark.django_db
PHONE = "0939-4421001"
FIFTEEN = (NOON + 15 * DAY).date()


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def here():
    here = staff()
    TalkRoom.objects.create(village=here.village, place="村部", phone=PHONE)
    return here


def notice(post, process, nth=5):
    address = reverse("cases:four_two_notice", args=[process.pk, nth])
    return logged_in(post).post(address)


def is_offered(post, process, nth=5) -> bool:
    address = reverse("cases:four_two_notice", args=[process.pk, nth])
    page = logged_in(post).get(process.get_absolute_url()).text
    return f'action="{address}"' in page


def posted(here, process):
    return record_step(
        process,
        5,
        StepRecord(NOON.date(), "公示栏", public_until=FIFTEEN),
        by=officer(here.secretary),
        at=NOON,
    )


def test_what_was_written_of_making_it_public_is_on_the_notice(here):
    process = posted(here, through(begun(here, major(here)), here, 4)).process

    told = cells(notice(here.secretary, process).text)

    assert "公示栏" in told


def cells(paper: str) -> list[str]:
    return re.findall(r"<td[^>]*>([^<]*)</td>", paper)


def test_nothing_is_printed_to_post_before_it_is_written_down(here):
    process = through(begun(here, major(here)), here, 4)
    first = "先记下这一步，再打印公示"
    page = logged_in(here.secretary).get(process.get_absolute_url()).text

    assert first in page
    assert not is_offered(here.secretary, process)
    assert notice(here.secretary, process).status_code == 404
    posted(here, process)
    assert is_offered(here.secretary, process)
    assert "2026年3月17日" in notice(here.secretary, process).text


def test_an_outcome_is_printed_once_it_is_written_down(here):
    process = done_after_posting(here)
    with time_machine.travel(NOON + 16 * DAY, tick=False):
        assert not is_offered(here.secretary, process, nth=6)
        shown = outcome_posted(here, process)

        assert is_offered(here.secretary, process, nth=6)
        assert "2026年4月7日" in notice(here.secretary, shown, nth=6).text


def test_a_resolution_is_posted_with_votes_days_and_a_telephone(here):
    process = posted(here, through(begun(here, major(here)), here, 4)).process

    paper = notice(here.secretary, process).text

    told = "\n".join(cells(paper))
    assert "集体分红" in told
    assert "同意按户分" in told
    assert "2026年3月2日" in told
    assert "2026年3月17日" in told
    assert PHONE.replace("-", "\u2011") in told  # no line ends in the middle of it
    assert "30" in told
    assert f"{here.village.town}{here.village}村民委员会" in paper
    assert AuditRecord.objects.filter(kind="print").count() == 1


def test_what_was_written_down_says_how_long_it_hangs(here):
    process = through(begun(here, major(here)), here, 4)
    until = (NOON + 20 * DAY).date()
    record = StepRecord(NOON.date(), "公示栏", public_until=until)
    record_step(process, 5, record, by=officer(here.secretary), at=NOON)

    assert "2026年3月22日" in notice(here.secretary, process).text


def test_a_notice_names_nobody(here):
    household = HouseholdFactory(group=here.group)
    neighbour = ResidentFactory(household=household, name="慕容铁柱")
    index_residents([neighbour])
    case = major(here, speaker_name="李建国", speaker_phone="13993912345")
    process = through(begun(here, case, subject="李建国家门前的路"), here, 3)
    content = "由慕容铁柱、李建国量地，电话13993912345"
    resolved = StepRecord(**{**vars(meeting(30, 30, 30)), "content": content})
    step = record_step(process, 4, resolved, by=officer(here.secretary), at=NOON)
    words = {"wrong": "慕容铁柱", "right": "李建国量地"}
    key = "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
    correct_step(step, by=officer(here.secretary), at=NOON, key=key, **words)

    posted(here, process)
    paper = notice(here.secretary, process).text

    told = ("李建国", "李*国", "慕容铁柱", "12345", case.number)
    assert [word for word in told if word in paper] == []
    assert "量地" in paper


@pytest.mark.parametrize(
    "fields",
    [{"confidentiality": "secret"}, {"category": "family"}],
    ids=["secret", "family"],
)
def test_what_is_never_public_has_no_notice(here, fields):
    case = major(here)
    process = posted(here, through(begun(here, case), here, 4)).process
    Case.objects.filter(pk=case.pk).update(**fields)

    assert not is_offered(here.duty, process)
    assert notice(here.duty, process).status_code == 404


def test_nothing_is_posted_before_it_is_resolved_nor_by_others(here):
    process = through(begun(here, major(here)), here, 3)
    assert notice(here.secretary, process).status_code == 404
    assert not is_offered(here.secretary, process)

    through_four = meeting(30, 30, 30)
    record_step(process, 4, through_four, by=officer(here.secretary), at=NOON)
    posted(here, process)

    assert is_offered(here.secretary, process)
    assert not is_offered(here.secretary, process, nth=6)
    assert notice(here.secretary, process, nth=6).status_code == 404
    assert notice(here.member, process).status_code == 404
    assert notice(staff().secretary, process).status_code == 404


def outcome_posted(here, process):
    at = NOON + 16 * DAY
    until = (at + 20 * DAY).date()
    record = StepRecord(at.date(), "公示栏", public_until=until)
    return record_step(process, 6, record, by=officer(here.secretary), at=at).process


def done_after_posting(here, **fields):
    case = major(here, **fields)
    process = through(begun(here, case), here, 4)
    posted(here, process)
    case = decided(here, case, grade="major", handling="led")
    make_move(
        case,
        Action.COMPLETE,
        by=officer(here.handler),
        at=NOON + DAY,
        outcome="done",
        result="收益已按户分到账",
    )
    return process


def test_an_outcome_is_posted_with_what_came_of_it(here):
    process = done_after_posting(here)

    with time_machine.travel(NOON + 16 * DAY, tick=False):
        outcome_posted(here, process)
        paper = notice(here.secretary, process, nth=6).text

    assert "收益已按户分到账" in paper
    assert "2026年3月3日" in paper


def test_of_a_hidden_matter_only_the_words_of_the_six_steps_are_posted(here):
    process = done_after_posting(here, confidentiality="hidden")

    with time_machine.travel(NOON + 16 * DAY, tick=False):
        outcome_posted(here, process)
        paper = notice(here.secretary, process, nth=6).text

    assert "集体分红" in paper
    assert "收益已按户分到账" not in paper


def test_a_notice_that_hangs_is_not_done(here):
    process = through(begun(here, major(here)), here, 4)
    posted(here, process)

    def read(address: str) -> str:
        return logged_in(here.secretary).get(address).text

    steps, listed = process.get_absolute_url(), reverse("cases:four_two_list")
    assert read(steps).count('class="done"') == 4
    assert "3月17日" in read(listed)
    with time_machine.travel(NOON + 16 * DAY, tick=False):
        assert read(steps).count('class="done"') == 5
        assert "3月17日" not in read(listed)


def test_what_is_recorded_as_posted_says_until_when_and_not_that_it_passed(here):
    process = through(begun(here, major(here)), here, 4)
    sent = {
        "nth": 5,
        "key": "6ba7b810-9dad-11d1-80b4-00c04fd430c8",
        "held_on": "2026-03-02",
        "content": "公示栏",
        "public_until": "2026-03-17",
    }

    client = logged_in(here.secretary)
    page = client.post(process.get_absolute_url(), sent, follow=True)

    assert process.steps.get(nth=5).passed
    (said,) = map(str, page.context["messages"])
    assert "3月17日" in said
    assert "通过" not in said


def test_the_register_has_every_vote_that_was_held(here):
    process = through(begun(here, major(here)), here, 3)
    for votes in (12, 30):
        record = meeting(30, 30, votes)
        record_step(process, 4, record, by=officer(here.secretary), at=NOON)

    client = logged_in(here.secretary)
    paper = client.post(reverse("cases:four_two_print", args=[process.pk])).text

    (first,) = re.findall(r"<td[^>]*>([^<]*12[^<]*未通过)</td>", paper)
    assert "18" in first
    assert len(re.findall(r"<td[^>]*>[^<]*30[^<]*[^未]通过</td>", paper)) == 4


def test_the_resolution_is_called_by_those_who_may_decide(here):
    villagers = begun(here, major(here))
    members = begun(here, major(here), matter="land_contracts")

    pages = [
        logged_in(here.secretary)
        .post(reverse("cases:four_two_print", args=[process.pk]))
        .text
        for process in (villagers, members)
    ]

    assert "村民会议或村民代表会议决议" in pages[0]
    assert "村民会议或村民代表会议决议" not in pages[1]


def test_after_posting_the_page_leads_to_the_matter_that_is_to_be_handed_over(here):
    case = major(here)
    process = through(begun(here, case), here, 4)
    posted(here, process)
    link = f'<a href="{case.get_absolute_url()}">{case.number}</a>'

    def links() -> int:
        return (
            logged_in(here.secretary).get(process.get_absolute_url()).text.count(link)
        )

    page = logged_in(here.secretary).get(process.get_absolute_url())
    assert "3月17日" in page.context["what_next"]  # put off until then, else it is late
    assert links() == 2  # the head of the page has one as well
    decided(here, case, grade="major")
    completed(here, Case.objects.get(pk=case.pk))
    with time_machine.travel(NOON + 16 * DAY, tick=False):
        assert links() == 1
