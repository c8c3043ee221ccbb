"""The public report: figures that a reviewer chose, read by everybody; it names nobody
and tells nothing that its readers may not know.
"""

import re
from collections import Counter
from datetime import date

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cases.models import Case, Topic
from cases.workflow import Action, make_move
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from supervision.figures.reading import SHARES, Figures
from supervision.figures.storing import store_touched
from supervision.models import DailyFigure, MonthlyReport, Publication
from supervision.reports.making import make_reports_due
from supervision.reports.publishing import (
    OFFERED,
    figure_of,
    figures_of,
    label_of,
    publish,
    published_of,
    take_back,
)
from supervision.reports.signing import correct, sign
from tests import roles
from tests.cases.roads import DAY, NOON, officer
from tests.supervision.figures.world import make_world
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
APRIL = NOON + 30 * DAY  # the first of April, at noon
RECEIVED = "case.received.count"


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(APRIL, tick=False):
            yield make_world()
        transaction.set_rollback(True)


@pytest.fixture
def world(made, db, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    with time_machine.travel(APRIL, tick=False):
        yield made


@pytest.fixture
def reviewer(world):
    return world.here.reviewer


@pytest.fixture
def draft(world):
    make_reports_due(APRIL)
    return MonthlyReport.objects.get(town=world.here.town)


@pytest.fixture
def report(world, draft):
    return sign(draft, by=world.here.supervisor.user, at=APRIL)


def published(report, reviewer, codes=OFFERED):
    return publish(report, codes, by=reviewer.user, at=APRIL)


def client_of(post):
    client = Client(headers={"Accept-Language": "zh-hans"})
    client.force_login(post.user)
    return client


def read_by_anybody(town, **asked):
    client = Client(headers={"Accept-Language": "zh-hans"})
    return client.get(reverse("supervision:public_report", args=[town.code]), asked)


def numbers_on(page):
    """The figures on the page, by what they are called."""
    found = re.findall(
        r"<dt>(.*?)</dt>\s*<dd>\s*<strong>(.*?)</strong>", page, re.DOTALL
    )
    return dict(found)


def test_everybody_reads_what_a_reviewer_ticked_and_nothing_else(
    world, report, reviewer
):
    client = client_of(reviewer)
    address = reverse("supervision:publish_report", args=[report.pk])
    assert client.get(address).status_code == 200

    answer = client.post(address, {"codes": [RECEIVED, "rate.rated"]})
    page = read_by_anybody(world.here.town)

    assert answer.status_code == 302
    assert page.status_code == 200
    labels = [label_of(code, report.month) for code in (RECEIVED, "rate.rated")]
    assert labels[0] == "2026年3月说的事"
    assert list(numbers_on(page.content.decode())) == labels
    received = Case.objects.heard().filter(
        town=world.here.town, registered_at__month=3, concerns=None
    )
    shown = numbers_on(page.content.decode())[labels[0]]
    assert shown == f"{received.count()}件"


def test_the_name_on_top_leads_to_where_everybody_may_go(world, report, reviewer):
    client = client_of(reviewer)
    address = reverse("supervision:publish_report", args=[report.pk])
    client.post(address, {"codes": [RECEIVED]})

    page = read_by_anybody(world.here.town).text

    (brand,) = re.findall(r'class="brand"\s+href="([^"]+)"', page)
    assert brand == reverse("cases:track_any")


def test_it_names_nobody_and_no_matter(world, report, reviewer):
    published(report, reviewer)
    page = read_by_anybody(world.here.town).content.decode()

    for case in Case.objects.all():
        assert case.number not in page
        assert not case.speaker_name or case.speaker_name not in page
    assert str(world.here.village) not in page
    assert str(world.here.reviewer.user) not in page


def test_stored_figures_that_sql_changed_are_not_published(world, report, reviewer):
    right = published(report, reviewer).numbers[RECEIVED]
    store_touched(APRIL - DAY)
    DailyFigure.objects.update(numbers={RECEIVED: 42})

    assert published(report, reviewer).numbers[RECEIVED] == right


def test_a_matter_about_a_cadre_is_in_none_of_the_numbers(world, report, reviewer):
    before = published(report, reviewer).numbers[RECEIVED]
    heard = Case.objects.heard().filter(town=world.here.town, concerns=None)
    case = heard.filter(village=world.here.village, registered_at__month=3).open()[0]
    concerned = world.here.secretary.user
    by = officer(reviewer)
    make_move(case, Action.RECUSE, by=by, at=APRIL, concerns=[concerned])

    assert published(report, reviewer).numbers[RECEIVED] == before - 1


def test_fewer_than_five_are_told_as_few(world, report, reviewer):
    made = published(report, reviewer)
    made.numbers = {RECEIVED: 4, "case.closed.count": 5}
    made.save()

    shown = numbers_on(read_by_anybody(world.here.town).content.decode())

    assert shown[label_of(RECEIVED, report.month)] == "不足5件"
    assert shown[label_of("case.closed.count", report.month)] == "5件"


def test_a_delicate_topic_is_not_named(world, report, reviewer):
    Topic.objects.all().update(is_red_line=True)

    assert published(report, reviewer).topics == []


def test_only_a_signed_report_is_published(world, draft, reviewer):
    with pytest.raises(MoveRefused):
        published(draft, reviewer)
    assert read_by_anybody(world.here.town).status_code == 404


@pytest.mark.parametrize("codes", [[], ["case.open.count"], ["../etc"]])
def test_nothing_that_is_not_offered_is_published(report, reviewer, codes):
    with pytest.raises(InputRefused) as refused:
        published(report, reviewer, codes)
    assert "codes" in refused.value.fields

    answer = client_of(reviewer).post(
        reverse("supervision:publish_report", args=[report.pk]), {"codes": codes}
    )
    assert answer.status_code == 422
    assert not Publication.objects.exists()


def test_whoever_is_no_reviewer_of_the_town_publishes_nothing(world, report):
    address = reverse("supervision:publish_report", args=[report.pk])
    back = reverse("supervision:take_back_report", args=[report.pk])
    for post in (
        world.here.supervisor,
        world.here.secretary,
        world.there.reviewer,
        roles.reviewer_of_county(world.here.town.county_code),
    ):
        client = client_of(post)
        assert client.get(address).status_code == 404
        assert client.post(address, {"codes": [RECEIVED]}).status_code == 404
        assert client.post(back).status_code == 404
        with pytest.raises(NoSuchRight):
            publish(report, [RECEIVED], by=post.user, at=APRIL)
        with pytest.raises(NoSuchRight):
            take_back(report, by=post.user, at=APRIL)


def test_what_is_taken_back_nobody_reads(world, report, reviewer):
    published(report, reviewer)
    client = client_of(reviewer)
    for _click in range(2):
        client.post(reverse("supervision:take_back_report", args=[report.pk]))

    assert read_by_anybody(world.here.town).status_code == 404
    subjects = AuditRecord.objects.filter(kind="published").values_list("subject")
    assert len(subjects) == 2  # published, and taken back once


def test_who_may_not_publish_is_told_by_which_button_another_does(
    world, report, reviewer
):
    told = client_of(world.here.supervisor).get(report.get_absolute_url()).text
    button = client_of(reviewer).get(report.get_absolute_url()).text

    assert "由镇里的审核人在这一页上点“公开月报”" in told
    assert "公布" not in told
    assert "公开月报" in button


def test_a_newer_edition_takes_back_what_was_shown_of_the_older(
    world, report, reviewer
):
    published(report, reviewer)
    draft = correct(report, "漏了一件", by=world.here.supervisor.user, at=APRIL)
    client = client_of(reviewer)
    address = reverse("supervision:take_back_report", args=[draft.pk])

    assert address in client.get(draft.get_absolute_url()).content.decode()
    client.post(address)

    assert read_by_anybody(world.here.town).status_code == 404


def test_a_corrected_edition_takes_the_place_of_what_was_shown(world, report, reviewer):
    published(report, reviewer)
    newer = correct(report, "漏了一件", by=world.here.supervisor.user, at=APRIL)
    with pytest.raises(MoveRefused):
        published(report, reviewer)

    newer = sign(newer, by=world.here.supervisor.user, at=APRIL)
    published(newer, reviewer)

    assert [each.report for each in published_of(world.here.town)] == [newer]


def test_an_earlier_month_is_read_by_its_name(world, report, reviewer):
    published(report, reviewer)
    Publication.objects.create(
        report=MonthlyReport.objects.create(
            town=world.here.town, month=date(2026, 2, 1), made_at=NOON
        ),
        codes=[RECEIVED],
        numbers={RECEIVED: 31},
        published_at=NOON,
        published_by=reviewer,
    )

    newest = read_by_anybody(world.here.town).content.decode()
    earlier = read_by_anybody(world.here.town, month="2026-02").content.decode()

    assert "?month=2026-02" in newest
    assert "2026年2月" in earlier
    assert "<strong>31件</strong>" in earlier
    for month in ("2025-01", "二月", "2026-02-01", "0"):
        assert read_by_anybody(world.here.town, month=month).status_code == 404


def test_two_at_once_leave_one(report, reviewer):
    made = published(report, reviewer)
    made.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        made.save(force_insert=True)


def test_the_report_says_who_published_it(world, report, reviewer):
    published(report, reviewer)
    page = client_of(world.here.supervisor).get(report.get_absolute_url())

    text = page.content.decode()
    assert str(reviewer.user) in text
    assert reverse("supervision:public_report", args=[world.here.town.code]) in text
    assert reverse("supervision:publish_report", args=[report.pk]) not in text


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (0, 20, "20件里有0件（0.0%）"),
        (1, 20, "20件里不足5件"),
        (4, 6, "6件里不足5件"),
        (5, 20, "20件里有5件（25.0%）"),
        (15, 20, "20件里有15件（75.0%）"),
        (16, 20, "20件里超过15件"),
        (20, 20, "20件，全部都是"),
    ],
)
def test_a_part_of_a_share_that_is_small_is_told_as_few(part, whole, shown):
    solved = SHARES["rate.solved"]
    figures = Figures(Counter({solved.part: part, solved.whole: whole}))

    with translation.override("zh-hans"):
        told = figure_of("rate.solved", figures, date(2026, 3, 1))
        assert told.shown.replace(" ", "") == shown


def test_what_there_is_nothing_to_count_for_is_no_line_of_the_public_page(
    world, report, reviewer
):
    made = published(report, reviewer)
    made.numbers = {RECEIVED: 7}

    shown = [figure.shown for figure in figures_of(made)]

    assert shown
    assert "—" not in shown
