"""协商会议记录表: a row for each item of a closed meeting, the same wherever it is
read.
"""

import csv
import io
import re
import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cases.meetings import add_item, close_meeting, correct_minutes, set_aside
from cases.models import Case, Meeting
from cases.workflow import Action, make_move
from tests import roles
from tests.api import Api
from tests.cases.council import called, passed, present, seats
from tests.cases.ledger_desk import EVERYTHING, logged_in, page, shown_rows, take
from tests.cases.roads import DAY, NOON, accepted, officer, staff
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False), translation.override("zh-hans"):
        yield


def held(here, *cases, subject="修不修水渠") -> Meeting:
    """Closed: the first case was decided by six, one stepping aside; the subject was
    not reached.
    """
    seats(here)
    meeting = called(
        here, *cases, place="村委会二楼", chair="孙主任", recorder="郑文书"
    )
    add_item(meeting, by=officer(here.secretary), at=NOON, subject=subject)
    present(meeting, here, 7)
    if cases:
        item = meeting.items.get(case=cases[0])
        set_aside(
            item,
            {meeting.attendees.get(name="李强").pk: "是他家邻居"},
            by=officer(here.secretary),
            at=NOON,
        )
        passed(item, here, (5, 1, 0), opinions="李强家先让", decision="双方各让一步")
    return close_meeting(meeting, by=officer(here.secretary), at=NOON)


def test_a_row_says_what_was_asked_said_resolved_and_who_does_it_by_when():
    here = staff()
    case = accepted(here, title="两家争地界", verbatim="两家争地界争了三年")
    held(here, case)

    first, second = shown_rows(page(here.secretary, "meetings"))

    everybody = "孙主任、李强、赵敏、张有才、周会计、吴桂芳、郑文书"
    assert first == [
        "1",
        "2026-03-02",
        "村委会二楼",
        "两家争地界",
        "孙主任",
        "郑文书",
        everybody,
        "两家争地界争了三年",
        "李强家先让",
        "通过 · 同意 5，反对 1，弃权 0",
        "双方各让一步",
        str(here.office),
        "2026-03-11",
        f"村“两委”会 · {case.number}",
    ]
    assert second[3:] == [
        "修不修水渠",
        *second[4:7],
        "",
        "",
        "下次再议",
        "",
        "",
        "",
        "村“两委”会",
    ]


def test_whom_and_by_when_stay_as_the_meeting_decided_whatever_happens_later():
    here = staff()
    case = accepted(here)
    held(here, case)
    values = {"lead": here.member, "assistants": [], "reason": "站里人手紧"}
    make_move(
        case, Action.REASSIGN, by=officer(here.secretary), at=NOON + DAY, **values
    )

    assert shown_rows(page(here.secretary, "meetings"))[0][11:13] == [
        str(here.office),
        "2026-03-11",
    ]


def test_an_open_meeting_is_not_in_it_and_a_corrected_one_says_so():
    here = staff()
    open_one = called(here, kind="minshi_committee")
    add_item(open_one, by=officer(here.secretary), at=NOON, subject="还没开")
    meeting = held(here)
    correct_minutes(
        meeting,
        wrong="七人",
        right="六人",
        key=uuid.uuid4(),
        by=officer(here.secretary),
        at=NOON,
    )

    rows = shown_rows(page(here.secretary, "meetings"))

    assert [row[3] for row in rows] == ["修不修水渠"]
    assert rows[0][-1].endswith("记录有更正")


def test_page_file_print_and_api_hold_the_same_cells():
    here = staff()
    held(here, accepted(here))

    shown = shown_rows(page(here.secretary, "meetings"))
    file = take(here.secretary, "meetings").file.decode("utf-8-sig")
    printed = shown_rows(take(here.secretary, "meetings", "print"))
    rows = Api(here.secretary).get("ledgers/meetings/?period=all").json()["results"]

    assert list(csv.reader(io.StringIO(file)))[1:] == shown == printed
    assert [
        [str("" if cell is None else cell) for cell in row.values()] for row in rows
    ] == [r[1:] for r in shown]


def test_names_are_masked_unless_opened_with_a_reason():
    here = staff()
    held(here, accepted(here, title="李建国家门口的灯", speaker_name="李建国"))

    masked = take(here.secretary, "meetings").file.decode()
    opened = take(here.secretary, "meetings", unmasked="on").file.decode()

    assert "李建国" not in masked
    assert "李建国家门口的灯" in opened


def test_a_secret_matter_is_hidden_from_whoever_is_not_named():
    here = staff()
    held(
        here,
        accepted(
            here, title="不能说的事", verbatim="不能说的话", confidentiality="secret"
        ),
    )

    row = shown_rows(page(here.supervisor, "meetings"))[0]

    assert row[2] == str(here.village), "a reader of several is told which"
    assert row[4] == "保密事项"
    assert row[8:14] == [""] * 6
    assert row[14] == "村“两委”会"


def test_meetings_are_read_by_those_of_the_village_and_those_above():
    here = staff()
    held(here)
    readers = [
        here.duty,
        here.member,
        here.reviewer,
        here.supervisor,
        here.county_supervisor,
    ]
    others = [here.handler, roles.secretary_of(VillageFactory(town=here.town))]

    assert [len(shown_rows(page(post, "meetings"))) for post in readers] == [1] * 5
    assert [len(shown_rows(page(post, "meetings"))) for post in others] == [0] * 2
    assert take(here.member, "meetings").status_code == 404
    assert take(here.supervisor, "meetings").status_code == 200


def test_a_town_meeting_is_taken_away_by_its_town_alone():
    here, elsewhere = staff(), staff()
    meeting = called(here, kind="town_committee", where=here.town, by=here.reviewer)
    add_item(meeting, by=officer(here.reviewer), at=NOON, subject="全镇的事")
    meeting.attendees.create(name="书记", is_present=True)
    close_meeting(meeting, by=officer(here.reviewer), at=NOON)

    assert "全镇的事" in take(here.reviewer, "meetings").file.decode()
    assert take(elsewhere.reviewer, "meetings").status_code == 422
    assert take(here.secretary, "meetings").status_code == 422


def test_the_village_narrows_it_and_other_filters_do_not():
    here = staff()
    held(here)
    other = VillageFactory(town=here.town)

    assert shown_rows(page(here.supervisor, "meetings", village=other.pk)) == []
    assert (
        len(shown_rows(page(here.supervisor, "meetings", village=here.village.pk))) == 1
    )
    assert len(shown_rows(page(here.supervisor, "meetings", category="family"))) == 1
    assert shown_rows(page(here.supervisor, "meetings", since="2026-03-03")) == []


def test_its_pages_follow_one_another_through_a_meeting():
    here = staff()
    meeting = called(here)
    for nth in range(55):
        add_item(meeting, by=officer(here.secretary), at=NOON, subject=f"第{nth}件")
    present(meeting, here, 0)
    meeting.attendees.create(name="一人", is_present=True)
    close_meeting(meeting, by=officer(here.secretary), at=NOON)
    api = Api(here.secretary)

    first = api.get("ledgers/meetings/?period=all").json()
    second = api.get(first["next"].split("/api/v1/")[1]).json()

    assert [row["subject"] for row in first["results"] + second["results"]] == [
        f"第{nth}件" for nth in range(55)
    ]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_page_costs_twelve_queries_however_many_items_it_has(
    count, django_assert_num_queries
):
    here = staff()
    meeting = called(here, *(accepted(here) for _nth in range(count)))
    meeting.attendees.create(name="一人", is_present=True)
    close_meeting(meeting, by=officer(here.secretary), at=NOON)
    client = logged_in(here.secretary)

    with django_assert_num_queries(12):
        response = client.get(reverse("cases:ledger", args=["meetings"]), EVERYTHING)

    assert len(shown_rows(response)) == count


def test_the_minutes_on_paper_hold_the_cells_of_the_ledger_and_what_only_they_show():
    here = staff()
    meeting = held(here, accepted(here))
    cells = [
        cell for cell in shown_rows(page(here.secretary, "meetings"))[0][1:13] if cell
    ]

    paper = (
        logged_in(here.secretary)
        .post(reverse("cases:meeting_print", args=[meeting.pk]))
        .content.decode()
    )

    assert [cell for cell in cells if cell not in paper] == ["2026-03-11"]
    assert "2026年3月11日前" in paper
    assert re.search(
        r'<th scope="row">会议日期</th>\s*<td[^>]*>2026年3月2日</td>', paper
    )
    (ground,) = re.findall(r'<th scope="row">依据</th>\s*<td[^>]*>([^<]*)</td>', paper)
    assert "第三十三条" in ground.splitlines()[-1]
    assert len(ground.splitlines()) == 2
    assert "法律依据" not in paper
    assert re.search(r'<th scope="row">应到／实到</th>\s*<td[^>]*>7／7</td>', paper)
    assert re.search(r'<th scope="row">应到／实到</th>\s*<td[^>]*>6／6</td>', paper)
    assert re.search(
        r'<th scope="row">回避</th>\s*<td[^>]*>李强（是他家邻居）</td>', paper
    )
    # nobody was missing: an empty box would ask for a name
    assert re.search(r'<th scope="row">缺席</th>\s*<td[^>]*>无</td>', paper)
    assert "主持人（签字）" in paper


@pytest.mark.parametrize("is_called", [False, True])
def test_minutes_printed_before_the_roll_was_called_are_filled_in_by_hand(is_called):
    here = staff()
    seats(here)
    meeting = called(here, accepted(here), group=None)
    if is_called:
        present(meeting, here, 5)

    paper = (
        logged_in(here.secretary)
        .post(reverse("cases:meeting_print", args=[meeting.pk]))
        .content.decode()
    )

    numbers = "7／5" if is_called else ""
    absent = "[^<]+" if is_called else ""
    assert re.search(
        rf'<th scope="row">应到／实到</th>\s*<td[^>]*>{numbers}</td>', paper
    )
    assert re.search(rf'<th scope="row">缺席</th>\s*<td[^>]*>{absent}</td>', paper)


def test_the_minutes_cut_no_subject_off_in_the_middle_of_a_word():
    here = staff()
    words = "村口大槐树下的路灯坏了半个月，晚上娃娃放学看不清路"
    case = accepted(here)
    Case.objects.filter(pk=case.pk).update(title=f"{words[:23]}…", verbatim=words)
    meeting = held(here, case)

    client = logged_in(here.secretary)
    paper = client.post(reverse("cases:meeting_print", args=[meeting.pk])).text

    assert re.search(rf"<td[^>]*>{words[:14]}</td>", paper)
    assert "看不…" not in paper


@pytest.mark.parametrize("count", [1, 30])
def test_the_minutes_cost_the_same_however_many_items(count, django_assert_num_queries):
    here = staff()
    seats(here)
    meeting = called(here, *(accepted(here) for _nth in range(count)))
    client = logged_in(here.secretary)

    with django_assert_num_queries(16):
        client.post(reverse("cases:meeting_print", args=[meeting.pk]))


def test_words_searched_for_narrow_it_by_matter_and_by_bare_subject():
    here = staff()
    case = accepted(here, title="两家争地界", verbatim="两家争地界争了三年")
    held(here, case, subject="修不修水渠")

    by_matter = page(here.secretary, "meetings", q="地界")
    by_subject = page(here.secretary, "meetings", q="水渠")

    assert [row[3] for row in shown_rows(by_matter)] == ["两家争地界"]
    assert [row[3] for row in shown_rows(by_subject)] == ["修不修水渠"]
    assert 'name="q"' in by_subject.content.decode()


def test_no_part_of_a_name_blanked_in_a_subject_finds_its_item():
    here = staff()
    case = accepted(here, speaker_name="逯秋霜")
    held(here, accepted(here), case, subject="逯秋霜门前的路要不要修")
    make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="hidden",
        reason="怕报复",
    )

    for asked in ("逯秋霜", "秋霜", "霜", "秋霜门前"):
        found = page(here.supervisor, "meetings", q=asked)
        assert shown_rows(found) == [], asked
    found = page(here.supervisor, "meetings", q="门前的路")
    assert "［…］门前的路要不要修" in str(shown_rows(found))


def test_the_number_of_a_matter_kept_from_a_reader_finds_none_of_its_items():
    here = staff()
    case = accepted(here, confidentiality="secret")
    held(here, case)

    shown = page(here.supervisor, "meetings")
    found = page(here.supervisor, "meetings", q=case.number)

    assert any("保密事项" in row for row in shown_rows(shown))
    assert shown_rows(found) == []
