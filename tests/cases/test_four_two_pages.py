"""The pages of 四议两公开."""

import uuid

import pytest
import time_machine
from django.urls import reverse
from django.utils import translation

from cases.meetings.four_two import correct_step, drop_process, record_step
from cases.meetings.six_steps import OUTCOME, PUBLISHED, SIX_STEPS
from cases.meetings.step_record import StepRecord
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


def step_as_sent(nth, **fields):
    return {
        "nth": nth,
        "key": uuid.uuid4(),
        "held_on": "2026-03-02",
        "kind": "branch_committee",
        "content": "支部提议",
        "due": 5,
        "present": 5,
        "votes_for": 5,
        **fields,
    }


def test_a_step_written_down_meanwhile_is_said_with_what_was_typed_to_copy(client):
    here = staff()
    address = begun(here).get_absolute_url()
    client.force_login(here.secretary.user)
    client.post(address, step_as_sent(1))

    page = client.post(address, step_as_sent(1, content="另一扇窗里写的"))

    assert page.status_code == 409
    assert f"第1步刚才已经由{here.secretary.user}记下了（3月2日 12:00）。" in page.text
    assert "readonly>另一扇窗里写的</textarea>" in page.text
    assert not page.context["form"].is_bound


def test_a_step_of_a_process_given_up_meanwhile_loses_no_word(client):
    here = staff()
    process = begun(here)
    client.force_login(here.secretary.user)
    drop_process(process, "不办了", by=officer(here.secretary), at=NOON)

    page = client.post(process.get_absolute_url(), step_as_sent(1))

    assert page.status_code == 409
    assert "readonly>支部提议</textarea>" in page.text


def test_the_same_step_sent_twice_is_written_once_and_leads_on(client):
    here = staff()
    address = begun(here).get_absolute_url()
    client.force_login(here.secretary.user)
    sent = step_as_sent(1)

    answers = [client.post(address, sent).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert FourTwoStep.objects.count() == 1


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


@pytest.mark.parametrize(("last", "queries"), [(1, 11), (2, 11), (3, 11)])
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


def test_the_last_step_is_written_down_once_the_resolution_hangs_no_more(client):
    here = staff()
    process = through(begun(here), here, 4)
    client.force_login(here.secretary.user)
    address = process.get_absolute_url()
    notice = StepRecord(NOON.date(), "公示栏", public_until=(NOON + 15 * DAY).date())
    by = officer(here.secretary)
    record_step(process, PUBLISHED, notice, by=by, at=NOON)

    page = client.get(address).text
    assert "决议公示到3月17日，3月18日起才能填。" in page
    assert 'name="content"' not in page

    sent = {
        "held_on": "2026-03-02",
        "content": "分红清单",
        "public_until": "2026-03-20",
    }
    refused = client.post(address, {"nth": OUTCOME, "key": uuid.uuid4(), **sent})
    assert refused.status_code == 422
    assert "分红清单</textarea>" in refused.text

    with time_machine.travel(NOON + 16 * DAY, tick=False):
        client.force_login(here.secretary.user)
        page = client.get(address).text
    assert "才能填" not in page
    assert 'name="content"' in page


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
