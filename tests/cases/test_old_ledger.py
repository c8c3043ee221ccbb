"""An old ledger as a list: its matters become cases with their old dates, each once."""

from datetime import date
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.imports.old_ledger import ASKS_TO_BE_HIDDEN
from cases.lists.search import matching
from cases.models import Case, Clock, Topic
from cases.models.scope import Sight
from minshi.errors import MoveRefused
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import NOON, staff
from tests.chains import findings_of
from tests.villages.imports.files import (
    checked,
    entered,
    said_of,
    uploaded,
    xlsx,
)
from villages.imports import starting

pytestmark = pytest.mark.django_db
HEAD = [
    "编号",
    "村名",
    "说事时间",
    "说事人",
    "说事内容",
    "事项类别",
    "办理结果",
    "办结时间",
    "满意度",
    "是否解决",
]


def old(here, number, told="2025.3.11", result="换了灯", done="2025年3月14日", *more):
    answers = more or ("满意", "解决")
    return [
        number,
        here.village.name,
        told,
        "李建国",
        "村口两盏路灯坏了",
        "村里事",
        result,
        done,
        *answers,
    ]


def imported(here, *rows):
    return checked(
        xlsx(HEAD, *rows), here.reviewer, here.town, "old-ledger", again=True
    )


def test_closed_matters_keep_their_days_and_get_no_clock():
    here = staff()

    run = entered(imported(here, old(here, 1), old(here, "2025-018")))

    assert run.counts["entered"] == 2
    case = Case.objects.get(adopted_from="2025-1")
    assert case.stage == "closed"
    assert case.registered_at.date() == date(2025, 3, 10)  # midnight in Shanghai
    assert case.close_reason == "rated"
    assert (case.satisfaction, case.solved) == ("satisfied", "yes")
    assert case.number.startswith(f"{here.town.abbreviation}-2025-")
    assert not Clock.objects.exists()
    assert not findings_of([case])


def test_words_too_long_to_be_stored_are_refused_and_not_cut():
    here = staff()
    row = old(here, 1)
    row[4] = "水渠堵了" * 1_300
    lines = [",".join(map(str, cells)) for cells in (HEAD, row)]

    run = checked(
        "\n".join(lines).encode(), here.reviewer, here.town, "old-ledger", again=True
    )

    assert said_of(run) == {2: [("verbatim", "最多 5000 个字。")]}


def test_a_title_made_from_the_words_ends_where_a_clause_ends():
    here = staff()
    row = old(here, 1)
    row[4] = "村口大槐树下通往学校的路灯坏了，有半个月了，晚上娃娃放学看不清路。请来修"

    entered(imported(here, row))

    case = Case.objects.get(adopted_from="2025-1")
    assert case.title == "村口大槐树下通往学校的路灯坏了，有半个月了"
    assert case.verbatim == row[4]


def test_a_title_made_from_the_words_names_nobody():
    here = staff()
    here.secretary.user.name = "董小芳"
    here.secretary.user.save()
    row = old(here, 1)
    row[4] = "我是李建国，村支书董小芳收了我家低保没给票"

    entered(imported(here, row))

    case = Case.objects.get(adopted_from="2025-1")
    assert case.title == "村支书董某收了我家低保没给票"


def test_a_number_of_the_old_ledger_comes_in_once():
    here = staff()
    entered(imported(here, old(here, 1)))

    again = imported(
        here, old(here, 1), old(here, 2), old(here, 2), old(here, 1, "2024.3.1")
    )

    assert again.counts["same"] == 1
    assert again.counts["new"] == 2  # of another year it is another matter
    assert said_of(again)[4] == [("number", "这个编号在第 3 行已经有了。")]
    entered(again, good_only=True)
    assert Case.objects.count() == 3


def test_open_matters_come_in_as_just_heard_and_what_lacks_is_said():
    here = staff()
    still_open = old(here, 3, result=None, done=None)
    half_answered = old(here, 4, "2025.3.11", "换了灯", "2025.3.14", "满意", None)
    wrong = old(here, 5, "2025.3.11", "换了灯", "2025.3.1")
    future = old(here, 6, "2027.3.11")

    run = imported(here, still_open, half_answered, wrong, future)

    said = said_of(run)
    column, words = said[2][0]
    assert (column, words[:4]) == ("standing", "没有办结")
    assert said[3][0][0] == "solved"
    assert said[4][0][0] == ""
    assert said[5][0][0] == ""
    entered(run, good_only=True)
    stages = dict(Case.objects.values_list("adopted_from", "stage"))
    assert stages == {"2025-3": "speak", "2025-4": "closed"}
    clock = Clock.objects.get()
    # nobody could work on it here before
    assert clock.started_at == clock.case.last_event_at
    assert clock.case.light(clock.started_at) == "green"
    assert Case.objects.get(adopted_from="2025-4").close_reason == "unrated"


def test_what_was_adopted_cannot_be_taken_back_and_the_page_says_so_before(client):
    here = staff()
    client.force_login(here.reviewer.user)

    page = client.get("/imports/new/old-ledger/").content.decode()
    run = entered(imported(here, old(here, 1)))

    assert "不能撤回" in page
    with pytest.raises(MoveRefused):
        starting.take_back(run, by=run.by, at=NOON)
    assert Case.objects.count() == 1


@pytest.fixture
def second_refused(monkeypatch):
    """The matter of row 2 turns out at fault only when it is written."""
    from cases.bulk import writing

    def fault_of(matter, around):
        return "坏了" if matter.source == "2025-2" else ""

    monkeypatch.setattr(writing, "fault_of", fault_of)


def test_a_row_refused_when_it_is_written_keeps_no_other_out(second_refused):
    here = staff()

    run = imported(here, old(here, 1), old(here, 2), old(here, 3))
    run = entered(run, good_only=True)

    assert set(Case.objects.values_list("adopted_from", flat=True)) == {
        "2025-1",
        "2025-3",
    }
    assert [row.is_entered for row in run.rows.order_by("nth")] == [True, False, True]
    assert (run.counts["entered"], run.counts["faulty"]) == (2, 1)


def test_of_a_ledger_that_was_to_go_in_as_a_whole_no_row_passes_as_entered(
    second_refused,
):
    here = staff()

    run = entered(imported(here, old(here, 1), old(here, 2), old(here, 3)))

    assert not Case.objects.exists()
    assert not run.rows.filter(is_entered=True).exists()
    assert (run.state, run.counts["kept"]) == ("taken_back", 0)
    assert "坏了" in run.trouble  # of the row at fault, not of those left out with it


def test_the_groups_of_a_ledger_are_read_once():
    here = staff()
    rows = [[*old(here, nth), here.group.number] for nth in range(1, 6)]
    content = xlsx([*HEAD, "组"], *rows)

    with CaptureQueriesContext(connection) as queries:
        run = checked(content, here.reviewer, here.town, "old-ledger")

    of_groups = [each for each in queries if 'FROM "villages_group"' in each["sql"]]
    assert run.counts["new"] == 5
    assert len(of_groups) == 1


def test_a_reviewer_who_left_has_their_ledger_read_no_more():
    here = staff()
    run = uploaded(xlsx(HEAD, old(here, 1)), here.reviewer, here.town, "old-ledger")
    starting.confirm_columns(run, run.mapping, {0}, by=run.by, at=NOON)

    here.reviewer.until_on = date(2026, 1, 1)
    here.reviewer.save()
    from tests.villages.imports.files import worked

    run = worked(run)

    assert run.state == "failed"
    assert "审核人" in run.trouble


def test_what_is_no_choice_here_is_left_out_and_said():
    here = staff()
    Topic.objects.create(town=here.town, name="饮水")
    of_topic, unknown = old(here, 1), old(here, 2)
    of_topic[5] = "饮水"
    unknown[5] = "综合"
    unknown[8] = "还行"

    run = imported(here, of_topic, unknown)

    said = said_of(run)
    assert 2 not in said
    assert [column for column, _words in said[3]] == ["satisfaction", "category"]
    assert said[3][0][1].startswith("这一格没有导入。")
    entered(run)
    topics = dict(Case.objects.values_list("adopted_from", "topic__name"))
    assert topics == {"2025-1": "饮水", "2025-2": None}
    assert set(Case.objects.values_list("category", flat=True)) == {""}


def confided(here, number, level, words="井水浑了"):
    row = old(here, number)
    row[4] = words
    return [*row, level]


def test_whoever_asked_to_be_hidden_stays_hidden():
    here = staff()
    rows = [
        confided(here, 1, "隐名", "李建国说三组的井水浑了"),
        confided(here, 2, "普通", "井水浑了，不要说是我讲的"),
        confided(here, 3, "保密"),
        confided(here, 4, "是"),
        confided(here, 5, None, "井水浑了，要求匿名"),
        confided(here, 6, None),
    ]
    file = xlsx([*HEAD, "保密级别"], *rows)

    run = checked(file, here.reviewer, here.town, "old-ledger", again=True)

    assert [(row, column) for row, ((column, _why), *_) in said_of(run).items()] == [
        (4, ""),
        (5, "confidentiality"),
        (6, "confidentiality"),
    ]
    entered(run, good_only=True)
    levels = dict(Case.objects.values_list("adopted_from", "confidentiality"))
    assert levels == {"2025-1": "hidden", "2025-2": "normal", "2025-6": "normal"}
    hidden = Case.objects.get(adopted_from="2025-1")
    page = logged_in(here.member).get(hidden.get_absolute_url()).text
    assert "三组的井水浑了" in page
    assert "<dd>2025-1</dd>" in page
    assert "李建国" not in page


@pytest.mark.parametrize(
    "asked",
    [
        "怕报复，不要让别人知道是我说的",
        "别告诉别人",
        "不要告诉他是我反映的",
        "不想让村里知道",
        "请勿外传",
        "替我保守秘密",
        "不便透露姓名",
        "别提我名字",
        "不留名",
        "千万不敢说出去",
        "不要往外说",
        "不能让他家知道",
        "不要说是我说的",
    ],
)
def test_confidence_is_asked_for_in_many_words(asked):
    assert ASKS_TO_BE_HIDDEN.search(f"井水浑了，{asked}")


@pytest.mark.parametrize(
    "plain",
    [
        "路灯坏了不知道找谁",
        "账目不公开，要求公开",
        "不能公平对待",
        "怕下雨塌了",
        "告诉过村里不管用",
        "不要收费",
        "不让我们讲理",
    ],
)
def test_other_words_ask_for_none(plain):
    assert not ASKS_TO_BE_HIDDEN.search(plain)


def test_a_matter_is_found_by_its_number_in_the_old_ledger():
    here = staff()
    entered(imported(here, old(here, 7), old(here, "2025-018"), old(here, 18_001)))

    seen = Case.objects.counted_for(here.secretary.user, NOON.date())
    sight = Sight.of(here.secretary.user, NOON.date())
    for asked in ("2025-018", "２０２５－０１８", "2025—018"):
        found = matching(seen, asked, sight)
        assert [case.adopted_from for case in found] == ["2025-018"]


def test_numbers_of_matters_that_came_in_before_are_folded_anew():
    here = staff()
    entered(imported(here, old(here, 7)))
    case = Case.objects.get(adopted_from="2025-7")
    wanted = case.open_words
    without = "\n".join(line for line in wanted.splitlines() if line != "2025-7")
    Case.objects.update(open_words=without)

    fold = import_module("cases.migrations.0043_fold_numbers_of_old_ledgers")
    fold.fold_adopted(apps, connection.schema_editor())

    assert without != wanted
    assert Case.objects.get().open_words == wanted
