"""锁账 and 红字更正: who closes a ledger, what stays as it stood, who reads it."""

import io
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils.translation import override
from openpyxl import load_workbook

from cases.ledgers.closed_rows import shown_rows
from cases.ledgers.freezing import freeze, is_whole
from cases.ledgers.frozen_paper import of_earlier
from cases.ledgers.red_entries import differences, enter_in_red
from cases.models import Case, CaseAccess, FrozenLedger, FrozenRow, RedEntry
from cases.models.scope import Sight
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from minshi.history import history_lifted
from minshi.workdays import local_day
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in, page
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
    officer,
    rated,
    spoken,
    staff,
)
from tests.villages.factories import VillageFactory

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 31)
APRIL = NOON + 40 * DAY


@pytest.fixture(autouse=True)
def in_april(time_machine):
    time_machine.move_to(APRIL, tick=False)


@pytest.fixture
def here():
    return staff()


def closed(here, key="general", place=None, by=None) -> FrozenLedger:
    return freeze(
        key,
        place or here.village,
        first=FIRST,
        last=LAST,
        by=(by or here.secretary).user,
        at=APRIL,
    )


def complaint(here, about=None) -> Case:
    """A matter that the reviewer took down, about the secretary unless about another."""
    case = spoken(here, by=here.reviewer, verbatim="支书占了我家的地")
    concerns = [(about or here.secretary).user]
    return make_move(
        case, Action.RECUSE, by=officer(here.reviewer), at=NOON, concerns=concerns
    )


def told_of(case) -> set[str]:
    """What a row without words may say: number, dates, stage."""
    on = local_day(case.registered_at)
    return {"", case.number, on.isoformat(), str(case.get_stage_display())}


def text_of(post, frozen, query="") -> str:
    address = f"{reverse('cases:frozen', args=[frozen.pk])}{query}"
    return logged_in(post).get(address).content.decode()


def test_a_closed_ledger_stays_as_it_stood_and_is_the_same_when_asked_for_again(here):
    case = spoken(here, verbatim="路灯坏了")

    frozen = closed(here)
    Case.objects.filter(pk=case.pk).update(verbatim="水管漏了")

    assert closed(here) == frozen
    assert frozen.rows == 1
    assert frozen.frozen_rows.get().cells["content"] == "路灯坏了"
    assert "路灯坏了" in text_of(here.secretary, frozen)
    assert is_whole(frozen)


def test_what_changed_is_entered_in_red_once_with_a_reason(here):
    case = spoken(here, verbatim="路灯坏了")
    frozen = closed(here)
    later = spoken(here, verbatim="晚登记的")
    Case.objects.filter(pk=case.pk).update(verbatim="水管漏了")
    by, at = here.secretary.user, APRIL + DAY

    entries = enter_in_red(frozen, reason="登记有误", by=by, at=at)

    entered = [(each.case, each.column, each.was, each.now) for each in entries]
    assert entered[:2] == [
        (case, "content", "路灯坏了", "水管漏了"),
        (later, "", "", later.number),
    ]
    assert (later, "number", "", later.number) in entered[2:]
    shown = text_of(here.secretary, frozen)
    assert "<del>路灯坏了</del>" in shown
    assert "登记有误" in shown
    assert differences(frozen, by, at) == []
    with pytest.raises(InputRefused):
        enter_in_red(frozen, reason=" ", by=by, at=at)


def test_what_was_found_wrong_stands_in_the_month_in_which_it_was_found(
    here, time_machine
):
    case = spoken(here, verbatim="路灯坏了")
    foreign = roles.secretary_of(VillageFactory(town=here.town))
    march = closed(here)
    Case.objects.filter(pk=case.pk).update(verbatim="水管漏了")
    by = here.secretary.user
    enter_in_red(march, reason="登记有误", by=by, at=APRIL)
    later = spoken(here, verbatim="四月说的")
    Case.objects.filter(pk=later.pk).update(registered_at=APRIL)
    in_may = APRIL + 30 * DAY
    time_machine.move_to(in_may, tick=False)
    days = {"first": date(2026, 4, 1), "last": date(2026, 4, 30)}
    april = freeze("general", here.village, **days, by=by, at=in_may)

    client = logged_in(here.secretary)
    address = [april.pk]
    asked = {"take-reason": "报账"}
    shown = client.get(reverse("cases:frozen", args=address))
    printed = client.post(reverse("cases:frozen_print", args=address), asked)
    file = client.post(reverse("cases:frozen_file", args=address), asked)
    (told,) = Api(here.secretary).get(f"frozen/{april.pk}/").json()["of_earlier"]

    assert (told["ledger"], told["number"]) == (march.pk, case.number)
    assert told["red"]["now"] == "水管漏了"
    for response in (shown, printed):
        words = re.sub(r"\s+", " ", response.content.decode())
        assert f"2026年3月 {case.number} 事项内容" in words
        assert "<del>路灯坏了</del> <ins>水管漏了</ins>" in words
        assert "登记有误" in words
    book = load_workbook(io.BytesIO(b"".join(file.streaming_content)))
    cells = {cell.value for row in book["更正以前的账"].iter_rows() for cell in row}
    assert {"2026年3月", case.number, "路灯坏了", "水管漏了", "登记有误"} <= cells
    assert of_earlier(march, Sight.of(by, local_day(in_may))) == []
    assert of_earlier(april, Sight.of(foreign.user, local_day(in_may))) == []


def test_the_reason_of_an_entry_in_red_names_no_hidden_speaker(here):
    """One reason stands on the rows of all that was put right at once."""
    case = accepted(here, speaker_name="欧阳建国", confidentiality="hidden")
    frozen = closed(here)
    decided(here, case)  # its stage is another now

    reason = "欧阳建国的事已交办"
    enter_in_red(frozen, reason=reason, by=here.reviewer.user, at=APRIL)

    assert RedEntry.objects.filter(reason__contains="的事已交办").exists()
    assert "欧阳建国" not in text_of(here.secretary, frozen)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_who_close_a_ledger_at_the_same_moment_close_one(here):
    spoken(here)
    both = threading.Barrier(2)

    def close() -> int:
        try:
            both.wait(10)
            return closed(here).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        first, second = [pool.submit(close) for _click in range(2)]

    assert first.result() == second.result() == FrozenLedger.objects.get().pk


def test_what_was_void_since_is_taken_out_in_red(here):
    case = spoken(here)
    frozen = closed(here)
    Case.objects.filter(pk=case.pk).update(
        stage="closed",
        close_reason="void",
        closed_at=APRIL,
        owner_post=None,
        due_at=None,
        yellow_at=None,
    )
    by = here.secretary.user

    (entry,) = enter_in_red(frozen, reason="重复登记", by=by, at=APRIL)

    assert (entry.column, entry.was, entry.now) == ("", case.number, "")
    with pytest.raises(MoveRefused):
        enter_in_red(frozen, reason="重复登记", by=by, at=APRIL)


def test_the_database_refuses_to_change_a_closed_row(here):
    spoken(here)
    frozen = closed(here)

    for rows in (FrozenRow.objects, FrozenLedger.objects):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        FrozenRow.objects.update(cells={})
    assert is_whole(frozen)


@pytest.mark.parametrize("role", ["duty", "member", "leader", "handler"])
def test_only_secretary_and_those_above_close_or_find_closed_ledgers(here, role):
    spoken(here)
    frozen = closed(here)
    post = getattr(here, role)

    with pytest.raises(NoSuchRight):
        closed(here, "handling", by=post)
    assert logged_in(post).get(reverse("cases:frozen_list")).status_code == 404
    address = reverse("cases:frozen", args=[frozen.pk])
    assert logged_in(post).get(address).status_code == 404
    assert Api(post).get("frozen/").json()["results"] == []


def test_a_village_closes_nothing_of_its_town_and_finds_nothing_of_its_neighbour(here):
    spoken(here)
    frozen = closed(here)
    beside = roles.secretary_of(VillageFactory(town=here.town))

    with pytest.raises(NoSuchRight):
        closed(here, place=here.town)
    assert closed(here, place=here.town, by=here.supervisor).town == here.town
    address = reverse("cases:frozen", args=[frozen.pk])
    assert logged_in(beside).get(address).status_code == 404
    listed = logged_in(beside).get(reverse("cases:frozen_list"))
    assert frozen.get_absolute_url() not in listed.content.decode()


def test_days_that_are_not_over_and_empty_ledgers_are_refused(here):
    with pytest.raises(MoveRefused):
        closed(here)
    spoken(here)
    today = APRIL.date()
    for first, last in ((today, today), (LAST, FIRST)):
        with pytest.raises(InputRefused):
            freeze(
                "general",
                here.village,
                first=first,
                last=last,
                by=here.secretary.user,
                at=APRIL,
            )
    with pytest.raises(InputRefused):
        closed(here, "duty")


def test_nobody_reads_more_in_it_than_in_the_ledger(here):
    open_case = spoken(here, verbatim="张三家的事", speaker_name="李建国")
    hidden = spoken(here, verbatim="我是孙淑芬", confidentiality="hidden")
    secret = spoken(here, verbatim="不可外传", confidentiality="secret")

    frozen = closed(here, by=here.reviewer)

    cells = {row.case_id: row.cells for row in frozen.frozen_rows.all()}
    assert cells[open_case.pk]["speaker"] == "李*国"
    assert set(cells[hidden.pk].values()) <= told_of(hidden)
    assert "不可外传" not in str(cells[secret.pk])
    assert cells[secret.pk]["number"] == secret.number


def test_what_is_secret_or_hidden_only_since_is_not_read_there(here):
    since = spoken(here, verbatim="后来保密", speaker_name="李建国")
    named = spoken(here, verbatim="后来隐名", speaker_name="孙淑芬")
    frozen = closed(here)
    Case.objects.filter(pk=since.pk).update(confidentiality="secret")
    Case.objects.filter(pk=named.pk).update(confidentiality="hidden")

    shown = text_of(here.supervisor, frozen)

    assert since.number in shown
    assert "后来保密" not in shown
    assert "孙*芬" not in shown


def test_the_pages_close_a_ledger_and_put_it_right(here):
    case = spoken(here, verbatim="路灯坏了")
    client = logged_in(here.secretary)
    said = {
        "ledger": "general",
        "place": f"v{here.village.pk}",
        "since": FIRST,
        "last": LAST,
    }

    shown = client.post(reverse("cases:frozen_list"), said)
    assert shown.context["about"].rows == 1
    assert not FrozenLedger.objects.exists()
    made = client.post(reverse("cases:frozen_list"), {**said, "sure": "1"})
    frozen = FrozenLedger.objects.get()
    Case.objects.filter(pk=case.pk).update(verbatim="水管漏了")
    checked = text_of(here.secretary, frozen, "?check=1")
    client.post(f"{made['Location']}?check=1", {"reason": "登记有误"})

    assert made["Location"] == f"/frozen/{frozen.pk}/"
    assert "红字" in checked
    assert RedEntry.objects.get().reason == "登记有误"
    assert f"{here.town}{here.village}2026年3月民事直说总台账" in text_of(
        here.secretary, frozen
    )
    assert reverse("cases:frozen_list") in page(here.secretary).content.decode()


def test_the_api_closes_reads_checks_and_puts_right(here):
    case = spoken(here, verbatim="路灯坏了")
    api = Api(here.secretary)
    body = {"ledger": "general", "village": here.village.pk}

    made = api.post("frozen/", {**body, "first_on": str(FIRST), "last_on": str(LAST)})
    at = f"frozen/{made.json()['id']}/"
    rows = api.get(at).json()["rows"]
    Case.objects.filter(pk=case.pk).update(verbatim="水管漏了")
    before = api.get(f"{at}red/").json()
    after = api.post(f"{at}red/", {"reason": "登记有误"})

    assert made.status_code == 201
    assert rows[0]["cells"]["content"] == "路灯坏了"
    assert (before["is_whole"], before["changed"]) == (True, 1)
    assert after.status_code == 201
    (red,) = api.get(at).json()["rows"][0]["red"]
    assert (red["column"], red["now"]) == ("content", "水管漏了")
    foreign = Api(roles.secretary_of(VillageFactory()))
    assert foreign.get(at).status_code == 404


@pytest.mark.parametrize("count", [1, 30])
def test_a_page_costs_the_same_however_many_rows(
    here, count, django_assert_num_queries
):
    for _nth in range(count):
        decided(here)
    frozen = closed(here)
    client = logged_in(here.secretary)

    with django_assert_num_queries(8):
        client.get(reverse("cases:frozen", args=[frozen.pk]))


def test_the_days_are_those_of_the_ledger(here):
    spoken(here)
    Case.objects.update(registered_at=NOON - timedelta(days=10))

    with pytest.raises(MoveRefused):
        closed(here)


def test_a_complaint_alone_closes_no_ledger_for_anybody(here):
    complaint(here)

    for post in (here.secretary, here.reviewer):
        with pytest.raises(MoveRefused):
            closed(here, by=post)


def test_neither_do_matters_out_of_sight(here):
    case = spoken(here, confidentiality="secret", by=here.reviewer)
    CaseAccess.objects.filter(case=case).delete()
    Case.objects.update(owner_post=here.reviewer)
    unseen = Case.objects.counted_for(here.secretary.user, APRIL.date())
    assert not unseen.exists()

    with pytest.raises(MoveRefused):
        closed(here)
    assert closed(here, by=here.reviewer).rows == 1


def test_a_complaint_is_in_no_row_number_or_comparison(here):
    first = spoken(here, verbatim="路灯坏了")
    about = complaint(here)
    last = spoken(here, verbatim="水管漏了")

    frozen = closed(here)

    rows = frozen.frozen_rows.order_by("position").values_list("position", "case")
    assert list(rows) == [(1, first.pk), (2, last.pk)]
    Case.objects.filter(pk=about.pk).update(verbatim="别的")
    for post in (here.secretary, here.reviewer):
        assert differences(frozen, post.user, APRIL) == []


def test_what_comes_to_concern_its_reader_leaves_rows_numbers_and_comparison(here):
    spoken(here, verbatim="路灯坏了")
    later = spoken(here, verbatim="后来才知道")
    last = spoken(here, verbatim="水管漏了")
    frozen = closed(here)
    at = f"frozen/{frozen.pk}/"
    move = {"by": officer(here.reviewer), "at": NOON}

    make_move(later, Action.RECUSE, concerns=[here.secretary.user], **move)

    answer = Api(here.secretary).get(at).json()
    numbers = [(row["position"], row["number"]) for row in answer["rows"]]
    assert numbers[1:] == [(2, last.number)]
    assert "2 行" in text_of(here.secretary, frozen)
    assert "3 行" in text_of(here.reviewer, frozen)
    (listed,) = Api(here.secretary).get("frozen/").json()["results"]
    assert listed["rows"] == 2
    for post in (here.secretary, here.reviewer):
        assert differences(frozen, post.user, APRIL) == []
    with pytest.raises(MoveRefused):
        enter_in_red(frozen, reason="看看", by=here.secretary.user, at=APRIL)


def test_pages_follow_each_other_by_the_numbers_that_the_reader_sees(here):
    cases = [spoken(here) for _nth in range(4)]
    frozen = closed(here)
    move = {"by": officer(here.reviewer), "at": NOON}
    make_move(cases[1], Action.RECUSE, concerns=[here.secretary.user], **move)
    sight = Sight.of(here.secretary.user, APRIL.date())

    first, following = shown_rows(frozen, sight, 1, 2)
    second, none_more = shown_rows(frozen, sight, following, 2)

    numbers = [row.number for row in (*first, *second)]
    assert numbers == [cases[0].number, cases[2].number, cases[3].number]
    assert [row.position for row in (*first, *second)] == [1, 2, 3]
    assert (following, none_more) == (3, None)


def test_nobodys_own_words_are_blanked_in_a_closed_row_or_in_red(here):
    words = "来过的有张长生、欧阳雪松、赵铁柱"
    hidden = {"confidentiality": "hidden", "speaker_name": "欧阳雪松"}
    case = accepted(here, spoken(here, **hidden))
    case = decided(here, case, decision=words)
    frozen = closed(here, "handling")
    assert "张长生" not in text_of(here.secretary, frozen)

    Case.objects.filter(pk=case.pk).update(decision=f"再来的有{words}")
    Case.objects.filter(pk=case.pk).update(confidentiality="normal")
    assert differences(frozen, here.secretary.user, APRIL) == []
    assert case.number in text_of(here.secretary, frozen)


def test_a_hidden_speaker_named_later_stands_in_no_closed_row(here):
    said = {"verbatim": "我是赵一山，路灯坏了", "speaker_name": ""}
    case = spoken(here, confidentiality="hidden", **said)
    frozen = closed(here, by=here.reviewer)

    make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, speaker_name="赵一山")

    assert "赵一山" not in str(frozen.frozen_rows.get().cells)
    assert "赵一山" not in text_of(here.secretary, frozen)


def test_the_rows_of_another_ledger_are_found_in_its_place(here):
    spoken(here)
    one = closed(here)
    other = closed(here, place=here.town, by=here.reviewer)

    with history_lifted():
        other.frozen_rows.all().delete()
        one.frozen_rows.update(book=other)
        FrozenLedger.objects.filter(pk=other.pk).update(digest=one.digest)

    other.refresh_from_db()
    assert not is_whole(other)


def test_another_language_changes_nothing(here):
    accepted(here)
    frozen = closed(here)

    with override("en"):
        assert differences(frozen, here.reviewer.user, APRIL) == []
        other = closed(here, place=here.town, by=here.reviewer)

    assert ["number", "事项编号"] in other.columns


def test_what_did_not_change_says_how_a_mistake_is_put_right(here):
    spoken(here)
    frozen = closed(here)

    before = text_of(here.secretary, frozen)
    checked = text_of(here.secretary, frozen, "?check=1")

    assert "看锁账以后有没有变化" in before
    assert "在这里写" not in before
    assert "锁账以来没有变化，所以没有可更正的。" in checked
    assert "请登记人或承办人在事项里点“更正”，再回来记红字" in checked


# --- a town's ledger of several villages
def test_a_towns_ledger_keeps_the_village_of_each_row(here):
    rated(here)

    of_town = closed(here, "satisfaction", here.town, here.supervisor)
    of_village = closed(here, "satisfaction")

    assert ["village", "村"] in of_town.columns
    assert of_town.frozen_rows.get().cells["village"] == str(here.village)
    assert "village" not in dict(of_village.columns)
    assert differences(of_town, here.supervisor.user, APRIL) == []


def test_a_column_that_a_ledger_has_only_since_is_no_change(here):
    rated(here)
    frozen = closed(here, "satisfaction", here.town, here.supervisor)
    # as it was closed before towns had that column
    frozen.columns = [each for each in frozen.columns if each[0] != "village"]

    assert differences(frozen, here.supervisor.user, APRIL) == []


def test_a_closed_ledger_says_by_which_day_its_rows_are(here):
    rated(here)
    client = logged_in(here.secretary)
    said = {
        "ledger": "satisfaction",
        "place": f"v{here.village.pk}",
        "since": FIRST,
        "last": LAST,
    }

    about = client.post(reverse("cases:frozen_list"), said).content.decode()
    frozen = closed(here, "satisfaction")

    assert "按回访日期" in about
    assert "按回访日期" in text_of(here.secretary, frozen)
