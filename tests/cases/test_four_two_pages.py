"""The pages of 四议两公开."""

import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cases.meetings.four_two import StepRecord, correct_step, record_step
from cases.meetings.six_steps import SIX_STEPS
from cases.models import FourTwoProcess, FourTwoStep
from cases.views.six_step_rows import HeldRow
from tests.cases.ledger_desk import rows
from tests.cases.roads import DAY, NOON, decided, officer, staff
from tests.cases.test_four_two import begun, major, meeting, through

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def test_the_six_steps_begin_on_the_page_of_a_major_matter(client):
    here = staff()
    case = major(here)
    client.force_login(here.secretary.user)
    start = reverse("cases:four_two_start", args=[case.number])
    assert start in client.get(case.get_absolute_url()).content.decode()
    asked = {
        "subject": "集体分红",
        "matter": "collective_income",
        "origin": "people",
        "key": uuid.uuid4(),
    }

    client.post(start, asked)
    process = FourTwoProcess.objects.get()
    step = {
        "nth": 1,
        "key": uuid.uuid4(),
        "held_on": "2026-03-02",
        "kind": "branch_committee",
        "content": "支部提议",
        "due": 5,
        "present": 5,
        "votes_for": 4,
        "votes_against": 1,
        "votes_abstain": 0,
    }
    wrong = client.post(process.get_absolute_url(), {**step, "votes_for": 3})
    client.post(process.get_absolute_url(), step)

    assert wrong.status_code == 422
    assert "支部提议" in wrong.content.decode()
    assert process.steps.get().passed
    printed = client.post(
        reverse("cases:four_two_print", args=[process.pk])
    ).content.decode()
    assert printed.count("<table") == 7
    assert "乡镇参会签字" in printed


@pytest.mark.parametrize(("present", "lists"), [(8, 0), (9, 1)])
def test_more_than_a_box_holds_sign_on_a_list(client, present, lists):
    here = staff()
    process = begun(here, major(here))
    held = meeting(present, present, present)
    record_step(process, 1, held, by=officer(here.secretary), at=NOON)
    client.force_login(here.secretary.user)

    page = client.post(reverse("cases:four_two_print", args=[process.pk])).text

    assert page.count("（签到表附后）") == lists
    assert "<td>2026年3月2日</td>" in page


def test_nobody_of_another_village_sees_the_process(client):
    here = staff()
    process = begun(here, major(here))
    client.force_login(staff().secretary.user)

    assert client.get(process.get_absolute_url()).status_code == 404
    assert (
        client.get(reverse("cases:four_two_print", args=[process.pk])).status_code
        == 404
    )


def test_a_notice_that_still_hangs_is_not_shown_as_passed(client):
    here = staff()
    process = through(begun(here, major(here)), here, 4)
    until = (NOON + 15 * DAY).date()
    record_step(
        process,
        5,
        StepRecord(NOON.date(), "公示栏", public_until=until),
        by=officer(here.secretary),
        at=NOON,
    )
    client.force_login(here.secretary.user)
    last = process.get_absolute_url()

    assert "正在公示" in client.get(last).content.decode()
    with time_machine.travel(NOON + 16 * DAY, tick=False):
        assert "正在公示" not in client.get(last).content.decode()


def test_what_a_step_asks_for_is_said_before_it_is_typed(client):
    here = staff()
    process = begun(here, major(here))
    client.force_login(here.secretary.user)

    assert "到会" in client.get(process.get_absolute_url()).content.decode()
    through(process, here, 4)
    assert "至少公示 15 天。" in client.get(process.get_absolute_url()).content.decode()


def test_the_form_begins_with_the_whole_words_where_they_fit(client):
    here = staff()
    words = "村集体光伏收益今年怎么分，要给大家一个说法，去年分的账也没公开"
    case = major(here, verbatim=words)
    client.force_login(here.secretary.user)

    assert (
        f'value="{words}"'
        in client.get(
            reverse("cases:four_two_start", args=[case.number])
        ).content.decode()
    )


def test_the_general_ledger_says_that_the_villagers_resolved_it():
    here = staff()
    case = major(here)
    through(begun(here, case), here, 4)
    decided(here, case)

    with translation.override("zh-hans"):
        (row,) = rows(here.secretary, "general")
    assert row["met"] == "四议两公开 · 2026-03-02"


def test_a_step_is_put_right_on_its_page_and_the_printed_form_says_so(client):
    here = staff()
    process = through(begun(here, major(here)), here, 2)
    client.force_login(here.secretary.user)
    correct = reverse("cases:four_two_correct", args=[process.pk, 2])
    words = {"key": uuid.uuid4(), "wrong": "实到写成了 30", "right": ""}

    refused = client.post(correct, words)
    assert refused.status_code == 422
    # kept, beside its own step alone
    assert refused.content.decode().count("实到写成了 30") == 1
    for _click in range(2):
        answer = client.post(correct, {**words, "right": "实到 28"})
        assert answer["Location"] == f"{process.get_absolute_url()}#step-2"

    pages = (
        client.get(process.get_absolute_url()),
        client.post(reverse("cases:four_two_print", args=[process.pk])),
    )
    assert [page.content.decode().count("实到 28") for page in pages] == [1, 1]
    assert (
        client.post(
            reverse("cases:four_two_correct", args=[process.pk, 3]), words
        ).status_code
        == 404
    )
    client.force_login(here.supervisor.user)
    assert client.post(correct, words).status_code == 404


@pytest.mark.parametrize(("last", "queries"), [(1, 10), (2, 10), (3, 10)])
def test_the_page_costs_the_same_however_many_steps_and_corrections(
    client, django_assert_num_queries, last, queries
):
    here = staff()
    process = through(begun(here, major(here)), here, last)
    for step in process.steps.all():
        correct_step(
            step,
            wrong="错",
            right="对",
            key=uuid.uuid4(),
            by=officer(here.secretary),
            at=NOON,
        )
    client.force_login(here.secretary.user)

    with django_assert_num_queries(queries):
        client.get(process.get_absolute_url())


def test_what_was_published_is_not_called_passed():
    step = FourTwoStep(passed=True, public_until=(NOON - DAY).date())

    with translation.override("zh-hans"):
        assert HeldRow(step).lamp.words == "已公开"


def test_before_it_is_begun_the_six_steps_are_named(client):
    here = staff()
    case = major(here)
    client.force_login(here.secretary.user)

    page = client.get(reverse("cases:four_two_start", args=[case.number])).text

    assert "启动后分六步进行：" in page
    with translation.override("zh-hans"):
        for step in SIX_STEPS:
            assert f"<li>{step.name}</li>" in page


def test_a_unanimous_step_is_written_as_one_number(client):
    here = staff()
    process = begun(here, major(here))
    client.force_login(here.secretary.user)
    step = {
        "nth": 1,
        "key": uuid.uuid4(),
        "held_on": "2026-03-02",
        "kind": "branch_committee",
        "content": "支部提议",
        "due": 5,
        "present": 5,
        "votes_for": 5,
        "votes_against": "",
        "votes_abstain": "",
    }

    client.post(process.get_absolute_url(), step)

    written = process.steps.get()
    assert (written.passed, written.votes_against, written.votes_abstain) == (
        True,
        0,
        0,
    )
