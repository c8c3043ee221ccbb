"""A report worded and signed: by whom, of which figures, and what it may not name."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case
from cases.models.scope import Sight
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from supervision.figures.places import Place
from supervision.figures.reading import Reading
from supervision.figures.storing import store_touched
from supervision.models import DailyFigure, MonthlyReport
from supervision.reports.making import make_report, refresh_drafts
from supervision.reports.signing import CountedAnew, correct, sign, word_typical
from supervision.sealing.heads import keep_newest
from supervision.sealing.seals import seal_logs
from tests.cases.roads import DAY, officer, rated, spoken
from tests.roles import duty_officer_of
from tests.supervision.reports.desk import APRIL, MARCH, client_of

pytestmark = pytest.mark.django_db


# --- wording and signing


def test_a_supervisor_words_and_signs_with_the_newest_heads(world, report):
    seal_logs(APRIL)
    keep_newest(APRIL)
    by = world.here.supervisor.user

    word_typical(report, "三组路灯连夜修好", by=by, at=APRIL)
    signed = sign(report, by=by, at=APRIL)

    assert signed.signed_by == world.here.supervisor
    assert signed.parts[6][1] == "三组路灯连夜修好"
    assert signed.heads[0] == "2026-04-01 12:00"
    assert sign(report, by=by, at=APRIL + DAY).signed_at == APRIL


@pytest.mark.parametrize("who", ["reviewer", "secretary", "handler"])
def test_nobody_else_signs(world, report, who):
    user = getattr(world.here, who).user

    for act in (
        lambda: sign(report, by=user, at=APRIL),
        lambda: word_typical(report, "路灯", by=user, at=APRIL),
    ):
        with pytest.raises(NoSuchRight):
            act()


def test_a_supervisor_of_another_town_does_not_sign(world, report):
    with pytest.raises(NoSuchRight):
        sign(report, by=world.there.supervisor.user, at=APRIL)
    assert sign(report, by=world.here.county_supervisor.user, at=APRIL).is_signed


def test_a_secret_matter_is_named_nowhere(world, report):
    by = world.here.supervisor.user

    for name in ("secret", "elsewhere"):
        number = world.cases[name].number
        for written in (number, number.lower(), number.translate(WIDE)):
            with pytest.raises(InputRefused):
                word_typical(report, f"{written}办得好", by=by, at=APRIL)

    named = world.cases["praised"].number
    assert word_typical(report, f"{named}办得好", by=by, at=APRIL).typical


WIDE = {ord("-"): "－", ord("0"): "０", ord("2"): "２"}


@pytest.mark.parametrize("dash", ["–", "—", "——", "‐", " - ", " ", "\n", ""])
def test_a_secret_matter_is_named_in_no_way_of_writing_its_number(world, report, dash):
    number = world.cases["secret"].number.replace("-", dash)

    with pytest.raises(InputRefused):
        word_typical(report, number, by=world.here.supervisor.user, at=APRIL)


@pytest.mark.parametrize(
    "written",
    [
        "{town}-{year}-{short}",
        "{town}/{year}/{nth}",
        "{town}·{year}·{nth}",
        "{town}.{year}.{nth}",
        "{town}_{year}_{nth}",
        "{town}〔{year}〕{nth}号",
        "{town}（{year}）第{short}号",
        "{town}{year}年第{short}号",
        "{town}-二〇二六-{nth}",
        "{year}-{nth}号",
        "{year}/{short}号",
    ],
)
def test_a_secret_matter_is_named_in_no_way_that_a_number_is_read(
    world, report, written
):
    town, year, nth = world.cases["secret"].number.split("-")
    number = written.format(town=town, year=year, nth=nth, short=nth.lstrip("0"))
    text = f"典型事项：{number}，路灯一事办得好。"

    with pytest.raises(InputRefused):
        word_typical(report, text, by=world.here.supervisor.user, at=APRIL)


def test_days_and_amounts_of_a_report_are_no_numbers_of_matters(world, report):
    text = "2026年3月15日修好，2026-03-15通水，用了2026.5元；2026年1200户受益，3月25号验收。"

    assert word_typical(report, text, by=world.here.supervisor.user, at=APRIL).typical


def test_a_matter_about_a_cadre_is_named_nowhere(world, report):
    case = world.cases["heard"]
    recused(world.here, case, world.here.reviewer, APRIL)
    by = world.here.supervisor.user

    with pytest.raises(InputRefused):
        word_typical(report, f"{case.number}反映干部占地", by=by, at=APRIL)


def test_what_became_secret_since_it_was_worded_is_not_signed(world, report):
    by = world.here.supervisor.user
    case = world.cases["heard"]
    report = word_typical(report, f"{case.number}路灯", by=by, at=APRIL)
    Case.objects.filter(pk=case.pk).update(confidentiality="secret")

    with pytest.raises(InputRefused):
        sign(report, by=by, at=APRIL)


def recused(here, case, who, at):
    """The matter, after it came to concern somebody."""
    return make_move(
        Case.objects.get(pk=case.pk),
        Action.RECUSE,
        by=officer(here.county_reviewer),
        at=at,
        concerns=[who.user],
    )


def test_a_signed_report_is_corrected_by_another_edition(world, report):
    by = world.here.supervisor.user
    with pytest.raises(MoveRefused):
        correct(report, "漏了一件", by=by, at=APRIL)
    sign(report, by=by, at=APRIL)
    with pytest.raises(MoveRefused):
        word_typical(report, "路灯", by=by, at=APRIL)

    Case.objects.filter(pk=world.cases["heard"].pk).update(channel="phone")
    with pytest.raises(InputRefused):
        correct(report, " ", by=by, at=APRIL)
    second = correct(report, "更正一件的渠道", by=by, at=APRIL + timedelta(hours=1))

    report.refresh_from_db()
    assert (second.edition, second.is_signed) == (2, False)
    assert report.numbers["this"]["case.online.count"] == 1
    assert "case.online.count" not in second.numbers["this"]
    with pytest.raises(MoveRefused):
        correct(report, "再来一版", by=by, at=APRIL)


# --- figures of the day of signing


def tampered(report):
    """A draft in which SQL made three matters of each."""
    numbers = dict(report.numbers)
    numbers["this"] = {key: 3 * each for key, each in numbers["this"].items()}
    MonthlyReport.objects.filter(pk=report.pk).update(numbers=numbers)


def tampered_row(report):
    report.rows.filter(is_total=True).update(numbers={"case.received.count": 42})


@pytest.mark.parametrize("change", [tampered, tampered_row])
def test_figures_that_sql_put_into_a_draft_are_not_signed(world, report, change):
    by = world.here.supervisor.user
    right = received_in(report)
    change(report)

    with pytest.raises(MoveRefused):
        sign(report, by=by, at=APRIL)
    assert not MonthlyReport.objects.get(pk=report.pk).is_signed

    signed = sign(report, by=by, at=APRIL)
    assert received_in(report) == right
    assert f"{right}件" in re.sub(r"\s", "", signed.parts[0][1])
    assert report.rows.get(is_total=True).numbers["case.received.count"] == right


def test_stored_figures_that_sql_changed_get_into_no_report(world):
    store_touched(APRIL - DAY)
    right = received_by(world, world.here.reviewer)
    DailyFigure.objects.update(numbers={"case.received.count": 42})
    assert received_by(world, world.here.reviewer) != right

    report = make_report(world.here.town, date(2026, 3, 1), at=APRIL)

    assert received_in(report) == right


def test_what_happened_since_is_read_before_it_is_signed(world, report):
    address = reverse("supervision:report_act", args=[report.pk, "sign"])
    rated(world.here, world.cases["answered"], at=APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(world.here.supervisor)
        refused = client.post(address, {"typical": "路灯连夜修好"})
        report.refresh_from_db()
        read = [part.text for part in refused.context["parts"]]
        signed = client.post(address, {"typical": "路灯连夜修好"})

    assert refused.status_code == 422
    assert report.typical == "路灯连夜修好"
    assert signed.status_code == 302
    report.refresh_from_db()
    assert report.made_at == APRIL + DAY
    assert [text for _title, text in report.parts] == read


def press_twice(world, report, between):
    """Sign a report that reads otherwise by now; something happens before the second
    click, which brings back what the page has by then.
    """
    address = reverse("supervision:report_act", args=[report.pk, "sign"])
    rated(world.here, world.cases["answered"], at=APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(world.here.supervisor)
        refused = client.post(address, {"typical": ""})
    assert refused.status_code == 422
    read = [part.text for part in refused.context["parts"]]
    proof = refused.context["proof"]

    with time_machine.travel(APRIL + DAY + timedelta(minutes=5), tick=False):
        between()
        answer = client.post(address, {"typical": "", "proof": proof})
    report.refresh_from_db()
    return answer, read


def test_what_was_counted_and_read_is_signed_though_another_matter_came_in(
    world, report
):
    answer, read = press_twice(world, report, lambda: spoken(world.here))

    assert answer.status_code == 302
    assert [text for _title, text in report.parts] == read
    assert report.made_at == APRIL + DAY


@pytest.mark.parametrize("change", [tampered, tampered_row])
def test_what_sql_changed_since_it_was_counted_is_counted_again(world, report, change):
    answer, _read = press_twice(world, report, lambda: change(report))

    assert answer.status_code == 422
    assert not report.is_signed


def test_what_was_counted_long_ago_is_counted_again(world, report):
    spoken(world.here)
    with pytest.raises(CountedAnew) as refused:
        sign(report, by=world.here.supervisor.user, at=APRIL)
    spoken(world.here)

    with pytest.raises(CountedAnew):
        sign(
            report,
            by=world.here.supervisor.user,
            at=APRIL + timedelta(hours=2),
            proof=refused.value.proof,
        )


def test_figures_that_read_the_same_are_signed_at_once(world, report):
    later = APRIL + timedelta(hours=2)

    assert sign(report, by=world.here.supervisor.user, at=later).made_at == later


# --- what concerns a reader


def received_by(world, post):
    sight = Sight.of(post.user, APRIL.date())
    figures = Reading(Place.of_town(world.here.town), APRIL, sight).of(MARCH)
    return figures.count("case.received.count")


def received_in(report):
    report.refresh_from_db()
    return report.numbers["this"]["case.received.count"]


def test_what_is_hidden_by_a_readers_village_post_is_left_out(world):
    here = world.here
    duty_officer_of(here.village, user=here.supervisor.user)
    recused(here, world.cases["heard"], here.secretary, APRIL)

    report = make_report(here.town, date(2026, 3, 1), at=APRIL)

    assert received_in(report) == received_by(world, here.supervisor)
    assert received_in(report) == received_by(world, here.reviewer) - 1


@pytest.mark.parametrize("way", ["page", "ledger", "api", "print"])
def test_what_comes_to_concern_a_reader_is_taken_off_before_it_is_signed(
    world, report, way
):
    before = received_in(report)
    here = world.here
    recused(here, world.cases["heard"], here.supervisor, APRIL)

    with time_machine.travel(APRIL + DAY, tick=False):
        client = client_of(here.supervisor)
        if way == "page":
            client.get(report.get_absolute_url())
        elif way == "print":
            client.post(reverse("supervision:report_print", args=[report.pk]))
        elif way == "ledger":
            page = reverse("cases:ledger", args=["monthly"])
            shown = client.get(page, {"period": "all"}).text
            assert f">{before - 1}<" in re.sub(r"\s", "", shown)
            assert f">{before}<" not in re.sub(r"\s", "", shown)
        else:
            rows = client.get("/api/v1/ledgers/monthly/?period=all").json()["results"]
            assert max(row["case_received_count"] for row in rows) == before - 1

    assert received_in(report) == received_by(world, here.supervisor) == before - 1
    total = report.rows.get(is_total=True)
    assert total.numbers["case.received.count"] == before - 1


def test_it_is_taken_off_as_it_is_signed_and_stays_in_what_was_signed(world, report):
    before = received_in(report)
    here = world.here
    by = here.supervisor.user
    recused(here, world.cases["heard"], here.reviewer, APRIL)

    sign(report, by=by, at=APRIL + DAY)
    assert received_in(report) == before - 1

    recused(here, world.cases["taken up"], here.reviewer, APRIL + DAY)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + DAY)
    assert received_in(report) == before - 1
    again = correct(report, "重新统计", by=by, at=APRIL + DAY)
    assert received_in(again) == before - 2


def test_a_draft_is_counted_anew_only_for_what_it_counts(world, report):
    here = world.here
    recused(here, world.cases["heard"], here.secretary, APRIL)
    recused(here, world.cases["taken up"], here.supervisor, APRIL)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + DAY)
    refresh_drafts(MonthlyReport.objects.all(), APRIL + 2 * DAY)

    report.refresh_from_db()
    assert report.made_at == APRIL + DAY


def test_why_another_edition_is_made_names_nobody(world, report):
    by = world.here.supervisor.user
    sign(report, by=by, at=APRIL)
    spoken(world.here, speaker_name="乜金贵")

    why = "应13987654321来电，3组77号那户的事数错了，乜金贵反映"
    again = correct(report, why, by=by, at=APRIL + timedelta(hours=1))

    assert "事数错了" in again.why_again
    for told in ("金贵", "13987654321", "77号"):
        assert told not in again.why_again
