"""The admin of cases is a window: who sees what follows from posts, changes are moves,
nothing else is edited.
"""

import pytest
import time_machine
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from cases.admin.rights import _holds_words
from cases.models import CalendarDay, Case, CoSpeaker, Event, NumberCounter, Topic
from cases.models.choices import Stage
from cases.privacy.personal import add_co_speakers
from cases.workflow import Action, make_move
from supervision.chasing.ladder import look_at_clocks
from tests import roles
from tests.cases.council import called
from tests.cases.roads import (
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
)
from tests.villages.factories import TownFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def url(model, page="changelist", *args, app="cases"):
    return reverse(f"admin:{app}_{model}_{page}", args=args)


def listed(client, post, model="case", app="cases", **query):
    client.force_login(post.user)
    answer = client.get(url(model, app=app), query)
    return (
        list(answer.context["cl"].result_list)
        if answer.status_code == 200
        else answer.status_code
    )


def choose(client, post, action, cases, **fields):
    client.force_login(post.user)
    data = {"action": action, "_selected_action": [case.pk for case in cases], **fields}
    return client.post(url("case"), data, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("model", ["case", "event"])
@pytest.mark.parametrize("spelling", ["{}", " {} ", "编号{}"])
def test_a_number_is_found_as_it_is_typed(client, model, spelling):
    here = staff()
    case, other = spoken(here), spoken(here)
    wide = case.number.replace("-", "－").lower()
    found = []
    for number in (case.number, case.number.replace("-", ""), wide):
        question = spelling.format(number)
        found += listed(client, here.supervisor, model, q=question)

    numbers = {getattr(row, "case", row).number for row in found}
    assert numbers == {case.number}
    assert other.number != case.number
    assert len(found) == 3


def test_every_model_has_a_window():
    ours = {
        *apps.get_app_config("cases").get_models(),
        *apps.get_app_config("supervision").get_models(),
    }

    assert ours <= set(admin.site._registry)


def test_the_page_of_a_row_opens_where_the_row_has_a_page_of_its_own(client):
    """The redirect from a row's key to its page has no address: it would tell numbers."""
    here = staff()
    meeting = called(here, accepted(here))
    client.force_login(here.secretary.user)

    page = client.get(url("meeting", "change", meeting.pk))

    assert page.status_code == 200
    assert all(not window.view_on_site for window in admin.site._registry.values())


# --- who sees what


@pytest.mark.parametrize(
    "who", ["duty", "secretary", "leader", "reviewer", "supervisor"]
)
def test_a_post_sees_the_cases_it_sees_everywhere(client, who):
    here, there = staff(), staff()
    case = spoken(here)
    spoken(there)

    assert listed(client, getattr(here, who)) == [case]


@pytest.mark.parametrize(
    "administrator", [roles.system_admin, roles.security_admin, roles.auditor]
)
def test_administrators_see_no_case_nor_what_belongs_to_one(client, administrator):
    case = rated(staff())
    post = administrator()
    post.user.is_superuser = post.user.is_staff = True
    post.user.save()

    for model in (
        "case",
        "event",
        "clock",
        "rating",
        "reply",
        "assignment",
        "caserevision",
    ):
        assert listed(client, post, model) == 403
    assert client.get(url("case", "change", case.pk)).status_code != 200
    assert listed(client, post, "chase", app="supervision") == 403


def test_a_superuser_without_a_post_does_not_even_enter(client):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert client.get(url("case"), follow=True).status_code == 404


def test_a_foreign_case_is_not_opened(client):
    here, there = staff(), staff()
    client.force_login(here.secretary.user)

    assert client.get(url("case", "change", spoken(there).pk)).status_code == 302


def test_a_secret_case_is_shown_only_to_those_named(client):
    here = staff()
    case = spoken(here, confidentiality="secret")

    assert listed(client, here.supervisor) == []
    assert listed(client, here.leader) == []
    assert listed(client, here.duty) == [case]


PARTS = ("event", "clock", "assignment", "rating", "reply", "cospeaker")


@pytest.mark.parametrize("model", PARTS)
def test_what_belongs_to_a_foreign_case_stays_out(client, model):
    here, there = staff(), staff()
    for case in (
        rated(here, spoken_with_friend(here)),
        rated(there, spoken_with_friend(there)),
    ):
        assert case.stage == Stage.CLOSED

    rows = listed(client, here.secretary, model)

    assert rows
    assert {row.case.village for row in rows} == {here.village}


def spoken_with_friend(here):
    from tests.cases.roads import verified

    case = spoken(here, co_speakers=("赵六",))
    return verified(here, completed(here, decided(here, accepted(here, case))))


# --- the speaker


def test_who_speaks_is_shown_masked_or_hidden_by_the_rule_of_the_case(client):
    here = staff()
    case = spoken(here, confidentiality="hidden", speaker_phone="13800138000")
    add_co_speakers(case, [CoSpeaker(case=case, name="赵六", phone="13900139000")])
    page = url("case", "change", case.pk)

    client.force_login(here.duty.user)  # recorded it
    recorder = client.get(page).content.decode()
    client.force_login(here.secretary.user)
    secretary = client.get(page).content.decode()

    assert "李*国" in recorder
    assert "李建国" not in recorder
    assert "****8000" in recorder
    assert "13800138000" not in recorder
    assert "李建国" not in secretary
    assert "8000" not in secretary
    assert [row.name for row in listed(client, here.duty, "cospeaker")] == ["赵六"]
    assert listed(client, here.secretary, "cospeaker") == []


def test_the_history_of_a_matter_answers_no_guess_who_spoke_in_confidence(client):
    """What is blanked in one's own words would tell; what others wrote before a name
    was added is stored with it.
    """
    here = staff()
    case = accepted(here, spoken(here, confidentiality="hidden"))
    guesses = "请问张建国、李铁柱、赵六、李建国"
    for _nth in range(2):
        make_move(
            case,
            Action.SUPERVISE,
            by=officer(here.supervisor),
            at=NOON,
            supervision_level="urge",
            note=guesses,
        )
    make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, others="赵六")
    page = url("case", "change", case.pk)

    client.force_login(here.supervisor.user)
    guessing = client.get(page).content.decode()
    client.force_login(here.reviewer.user)
    knowing = client.get(page).content.decode()

    assert not [name for name in ("张建国", "赵六", "李建国") if name in guessing]
    assert "李铁柱" in knowing


def test_no_table_within_a_window_shows_words_as_they_are_stored():
    raw = []
    for window in admin.site._registry.values():
        for inline in window.inlines:
            named = [name for name in inline.fields if isinstance(name, str)]
            raw += [name for name in named if _holds_words(inline.model, name)]

    assert raw == []


@pytest.mark.parametrize(
    "lookup",
    ["speaker_name__startswith", "speaker_phone_hash", "verbatim__contains", "version"],
)
def test_an_address_cannot_ask_about_other_fields(client, lookup):
    here = staff()
    spoken(here, confidentiality="hidden")
    client.force_login(here.secretary.user)

    answer = client.get(url("case"), {lookup: "李"})

    assert answer.status_code in (302, 400)


def test_a_filter_leaves_out_what_does_not_fit(client):
    here = staff()
    spoken(here)
    case = accepted(here)

    assert listed(client, here.secretary, stage="deliberate") == [case]
    assert listed(client, here.secretary, q=case.number) == [case]
    assert listed(client, here.secretary, q=case.number[:-1]) == []


# --- nothing is edited


def test_nobody_adds_changes_or_deletes_a_case_or_an_event(client):
    here = staff()
    case = accepted(here)
    event = case.events.first()
    client.force_login(here.reviewer.user)
    before = list(Case.objects.values()), list(Event.objects.values())

    for model, pk in (("case", case.pk), ("event", event.pk)):
        assert client.get(url(model, "change", pk)).status_code == 200
        assert (
            client.post(
                url(model, "change", pk), {"title": "x", "stage": "closed", "note": "x"}
            ).status_code
            == 403
        )
        assert client.post(url(model, "delete", pk), {"post": "yes"}).status_code == 403
        assert client.post(url(model, "add"), {}).status_code == 403
    choose(client, here.reviewer, "delete_selected", [case])

    assert (list(Case.objects.values()), list(Event.objects.values())) == before


def test_the_page_of_a_case_shows_its_history_in_order(client):
    here = staff()
    case = rated(here)
    client.force_login(here.secretary.user)

    page = client.get(url("case", "change", case.pk))

    inline = page.context["inline_admin_formsets"][0]
    assert [form.instance.action for form in inline.formset.forms] == [
        "register", "accept", "decide", "complete", "verify", "rate",
    ]  # fmt: skip
    assert case.get_absolute_url() in page.content.decode()
    assert 'name="events-0-note"' not in page.content.decode()


# --- moves for several at once


def test_several_are_accepted_after_one_page(client):
    here = staff()
    cases = [spoken(here), spoken(here)]

    page = choose(client, here.duty, "accept", cases)
    assert all(case.number in page.content.decode() for case in cases)
    assert not Case.objects.exclude(stage=Stage.SPEAK).exists()
    choose(
        client,
        here.duty,
        "accept",
        cases,
        apply="1",
        category="village",
        grade="complex",
    )

    for case in cases:
        case.refresh_from_db()
        assert (case.stage, case.events.latest("sequence").post) == (
            Stage.DELIBERATE,
            here.duty,
        )


def test_each_case_has_its_own_result_and_nothing_is_taken_back(client):
    here = staff()
    new, moved_on = spoken(here), accepted(here)

    answer = choose(
        client,
        here.duty,
        "accept",
        [new, moved_on],
        apply="1",
        category="village",
        grade="minor",
    )

    new.refresh_from_db()
    assert new.stage == Stage.DELIBERATE
    assert next(text.partition(":")[0] for text in said(answer)) == moved_on.number
    assert len(said(answer)) == 2


def test_a_case_is_reassigned_by_who_decides_and_refused_to_others(client):
    here = staff()
    case = decided(here)
    fields = {"apply": "1", "lead": f"post:{here.member.pk}", "reason": "出差"}

    choose(client, here.duty, "reassign", [case], **fields)
    case.refresh_from_db()
    assert case.owner == here.office

    choose(client, here.secretary, "reassign", [case], **fields)
    case.refresh_from_db()
    assert case.owner == here.member


def test_an_overseer_chases_and_a_secretary_does_not(client):
    here = staff()
    case = decided(here)
    fields = {"apply": "1", "supervision_level": "urge", "text": "请抓紧"}

    choose(client, here.secretary, "remind", [case], **fields)
    assert not case.events.filter(action="supervise").exists()

    choose(client, here.supervisor, "remind", [case], **fields)
    event = case.events.get(action="supervise")
    assert (event.post, event.note, event.data["supervision_level"]) == (
        here.supervisor,
        "请抓紧",
        "urge",
    )


def test_what_is_missing_is_asked_for_again(client):
    here = staff()
    case = decided(here)

    answer = choose(
        client, here.supervisor, "remind", [case], apply="1", supervision_level="urge"
    )

    assert answer.context["form"].errors
    assert not case.events.filter(action="supervise").exists()


def test_a_foreign_case_is_not_moved_by_its_key(client):
    here, there = staff(), staff()
    foreign = spoken(there)

    choose(
        client,
        here.duty,
        "accept",
        [foreign],
        apply="1",
        category="village",
        grade="minor",
    )

    foreign.refresh_from_db()
    assert foreign.stage == Stage.SPEAK


# --- what is edited here


def test_a_reviewer_keeps_the_topics_of_the_own_town(client):
    here, there = staff(), staff()
    mine = Topic.objects.create(town=here.town, name="饮水")
    theirs = Topic.objects.create(town=there.town, name="饮水")

    assert listed(client, here.reviewer, "topic") == [mine]
    client.post(
        url("topic", "add"),
        {"town": here.town.pk, "name": "厕所改造", "parent": mine.pk},
    )
    client.post(url("topic", "add"), {"town": there.town.pk, "name": "噪声"})
    client.post(
        url("topic", "add"), {"town": here.town.pk, "name": "放牧", "parent": theirs.pk}
    )
    client.post(url("topic", "change", theirs.pk), {"name": "改了"})

    assert set(Topic.objects.values_list("town", "name")) == {
        (here.town.pk, "饮水"), (here.town.pk, "厕所改造"), (there.town.pk, "饮水"),
    }  # fmt: skip


def test_the_system_administrator_keeps_topics_and_the_calendar(client):
    town = TownFactory()
    post = roles.system_admin()
    client.force_login(post.user)

    client.post(url("topic", "add"), {"town": town.pk, "name": "饮水"})
    client.post(
        url("calendarday", "add"),
        {"day": "2027-02-06", "is_working": "on", "name": "调休"},
    )

    assert Topic.objects.get().town == town
    day = CalendarDay.objects.get()
    assert (day.is_working, day.confirmed) == (True, True)


@pytest.mark.parametrize(
    "who", ["secretary", "duty", "leader", "reviewer", "supervisor"]
)
def test_nobody_else_touches_the_calendar(client, who):
    here = staff()
    client.force_login(getattr(here, who).user)

    assert (
        client.post(url("calendarday", "add"), {"day": "2027-02-06"}).status_code == 403
    )


def test_the_counter_of_numbers_is_only_looked_at(client):
    spoken(staff())
    post = roles.system_admin()

    assert listed(client, post, "numbercounter") == list(NumberCounter.objects.all())
    assert (
        client.post(
            url("numbercounter", "change", NumberCounter.objects.get().pk), {"last": 0}
        ).status_code
        == 403
    )


# --- queries


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_of_cases_takes_a_fixed_number_of_queries(
    client, django_assert_num_queries, count
):
    here = staff()
    for _ in range(count):
        decided(here)
    client.force_login(here.secretary.user)
    client.get(url("case"))

    with django_assert_num_queries(4):
        assert len(client.get(url("case")).context["cl"].result_list) == count


@pytest.mark.parametrize("count", [1, 3, 50])
@pytest.mark.parametrize("model", ["clock", "event", "assignment"])
def test_the_lists_of_parts_take_a_fixed_number_of_queries(
    client, django_assert_num_queries, count, model
):
    here = staff()
    for _ in range(count):
        decided(here)
    client.force_login(here.secretary.user)
    client.get(url(model))

    with django_assert_num_queries(4):
        client.get(url(model))


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_list_of_chases_takes_a_fixed_number_of_queries(
    client, django_assert_num_queries, count
):
    here = staff()
    for _ in range(count):
        case = decided(here)
    look_at_clocks(case.due_at)
    client.force_login(here.supervisor.user)

    client.get(url("chase", app="supervision"))
    with django_assert_num_queries(4):
        assert (
            len(client.get(url("chase", app="supervision")).context["cl"].result_list)
            == count
        )


def test_a_long_history_costs_no_more_queries(client, django_assert_max_num_queries):
    here = staff()
    short, long = spoken(here), rated(here)
    client.force_login(here.secretary.user)
    client.get(url("case", "change", short.pk))

    for case in (short, long):
        with django_assert_max_num_queries(5):
            client.get(url("case", "change", case.pk))
