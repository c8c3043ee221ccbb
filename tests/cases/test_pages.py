"""The pages a case is walked through, with query counts."""

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from cases.views.case_facts import lines_of_origin
from tests.cases.roads import accepted, completed, decided, settled, spoken, staff
from tests.cases.test_attachments import photo
from tests.villages.factories import HouseholdFactory, ResidentFactory

pytestmark = pytest.mark.django_db
WALK_IN = {
    "key": "5f0cbe0e-6d2e-4b6e-8f0e-2f6f5a0f3f11",
    "verbatim": "路灯坏了",
    "channel": "talk_room",
    "category": "village",
    "grade": "minor",
    "confidentiality": "normal",
}


@pytest.fixture
def here():
    return staff()


def test_every_page_of_the_road_opens(client, here):
    client.force_login(here.secretary.user)
    case = decided(here)
    for name, args in (
        ("home", []),
        ("intake", []),
        ("list", []),
        ("detail", [case.number]),
        ("act", [case.number, "escalate"]),
    ):
        answer = client.get(reverse(f"cases:{name}", args=args))

        assert answer.status_code == 200, name


def test_a_walk_in_is_taken_down_and_the_receipt_named(client, here):
    client.force_login(here.duty.user)
    form = client.get(reverse("cases:intake")).context["form"]

    answer = client.post(
        reverse("cases:intake"),
        {
            "key": form["key"].value(),
            "verbatim": "路灯坏了",
            "channel": "talk_room",
            "village": here.village.pk,
            "category": "village",
            "grade": "minor",
            "confidentiality": "normal",
        },
    )

    case = Case.objects.get()
    assert answer.status_code == 302
    assert case.number in answer["Location"]


def test_the_supervisors_desk_counts_each_queue_of_its_own(client, here):
    completed(here, decided(here, lead=here.secretary), by=here.secretary)
    client.force_login(here.supervisor.user)

    queues = client.get(reverse("cases:home")).context["queues"]

    assert [(queue.query, count) for queue, count in queues] == [
        ({"overdue": "true"}, 1),
        ({"needs_order": "true"}, 0),
        ({"unsolved": "true"}, 0),
        ({"to_call_back": "true"}, 0),
        ({"afterword": "true"}, 0),
        ({"to_check": "true", "level": "town"}, 0),
    ]


def test_what_waits_to_be_accepted_is_on_the_desk_of_each_who_may_accept_it(
    client, here
):
    spoken(here)
    waiting = {"stage": "speak", "level": "village"}

    for post, count in (
        (here.duty, [1]),
        (here.secretary, [1]),
        (here.leader, []),
        (here.reviewer, []),
    ):
        client.force_login(post.user)
        desk = client.get(reverse("cases:home"))
        found = [
            count for queue, count in desk.context["queues"] if queue.query == waiting
        ]
        assert found == count, post

    client.force_login(here.secretary.user)
    assert "待受理" in client.get(reverse("cases:home")).content.decode()


def test_a_bad_phone_is_refused_beside_its_field_with_everything_kept(client, here):
    client.force_login(here.duty.user)

    answer = client.post(
        reverse("cases:intake"),
        {**WALK_IN, "village": here.village.pk, "speaker_phone": "12"},
    )

    assert answer.status_code == 422
    assert answer.context["form"].errors["speaker_phone"]
    assert "路灯坏了" in answer.content.decode()
    assert not Case.objects.exists()


def test_a_refused_form_says_who_was_chosen_and_that_the_photo_is_gone(client, here):
    client.force_login(here.duty.user)
    household = HouseholdFactory(group=here.group)
    resident = ResidentFactory(household=household, name="张长生", phone="13900125957")
    sent = {
        **WALK_IN,
        "verbatim": "",
        "resident": resident.pk,
        "speaker_name": "张长生",
    }

    page = client.post(reverse("cases:intake"), {**sent, "photo": photo()})

    group, door = here.group.number, household.number
    assert page.status_code == 422
    assert f"张长生 · {group}组{door}号 · ****5957</p>" in page.text
    assert "照片请再选一次。" in page.text
    again = client.post(reverse("cases:intake"), {**sent, "resident": ""})
    assert "照片请再选一次。" not in again.text
    assert "5957" not in again.text


@pytest.mark.parametrize("page", ["list", "ledger"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_out_of_reach_is_no_crash(client, here, page, day):
    client.force_login(here.supervisor.user)
    address = (
        reverse("cases:list")
        if page == "list"
        else reverse("cases:ledger", args=["general"])
    )

    answer = client.get(
        address,
        {"registered_from": day, "registered_to": day, "due_until": day, "since": day},
    )

    assert answer.status_code in (200, 422)


def test_a_town_may_choose_a_village_without_losing_a_word(client, here):
    client.force_login(here.reviewer.user)
    form = client.get(reverse("cases:intake")).context["form"]
    typed = WALK_IN | {
        "village": here.village.pk,
        "speaker_name": "李建国",
        "choose": "1",
    }
    assert "group" not in form.fields

    answer = client.post(reverse("cases:intake"), typed)

    form = answer.context["form"]
    assert (answer.status_code, form.is_bound, Case.objects.count()) == (200, False, 0)
    assert {
        name: form[name].value() for name in ("verbatim", "speaker_name", "key")
    } == {name: typed[name] for name in ("verbatim", "speaker_name", "key")}
    assert list(form.fields["group"].queryset) == [here.group]
    assert here.secretary.user in form.fields["concerns"].queryset


def test_a_matter_of_the_town_itself_may_be_about_its_cadres(client, here):
    client.force_login(here.reviewer.user)

    client.post(
        reverse("cases:intake"), WALK_IN | {"concerns": here.supervisor.user.pk}
    )

    case = Case.objects.get()
    assert (case.village, case.level) == (None, "county")
    assert [concern.user for concern in case.concerns.all()] == [here.supervisor.user]


def test_a_foreign_case_is_not_found(client, here):
    case = spoken(here)
    client.force_login(staff().secretary.user)

    for name, args in (
        ("detail", [case.number]),
        ("act", [case.number, "accept"]),
        ("receipt", [case.number]),
    ):
        assert client.get(reverse(f"cases:{name}", args=args)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_lists_and_desk_cost_the_same_at_any_length(
    client, here, rows, django_assert_num_queries
):
    for _ in range(rows):
        spoken(here)
    client.force_login(here.duty.user)

    with django_assert_num_queries(7):
        client.get(reverse("cases:list"))
    with django_assert_num_queries(9):
        client.get(reverse("cases:home"))


def test_what_the_pages_of_a_case_cost(client, here, django_assert_max_num_queries):
    case = decided(here)
    client.force_login(here.secretary.user)

    with django_assert_max_num_queries(13):
        client.get(reverse("cases:detail", args=[case.number]))
    with django_assert_max_num_queries(6):
        client.get(reverse("cases:intake"))


def test_other_words_under_a_used_key_are_not_swallowed(client, here):
    client.force_login(here.duty.user)
    first = {**WALK_IN, "village": here.village.pk}
    client.post(reverse("cases:intake"), first)

    answer = client.post(reverse("cases:intake"), {**first, "verbatim": "水渠堵了"})
    again = client.post(
        reverse("cases:intake"),
        {**first, "verbatim": "水渠堵了", "key": answer.context["form"]["key"].value()},
    )

    assert answer.status_code == 422
    assert "水渠堵了" in answer.content.decode()
    assert again.status_code == 302
    assert sorted(Case.objects.values_list("verbatim", flat=True)) == [
        "水渠堵了",
        "路灯坏了",
    ]


def test_a_hidden_speaker_is_named_on_no_page_of_others(client, here):
    case = decided(
        here,
        accepted(
            here,
            confidentiality="hidden",
            verbatim="我是李建国，路灯坏了",
            title="李建国家路灯",
        ),
    )
    client.force_login(here.secretary.user)

    for address in (
        case.get_absolute_url(),
        reverse("cases:list"),
        reverse("cases:act", args=[case.number, "escalate"]),
    ):
        page = client.get(address).content.decode()
        assert "路灯" in page
        assert "李建国" not in page, address
    assert not client.get(reverse("cases:list"), {"q": "李建国"}).context["page"].rows


def test_kind_and_size_begin_anew_for_each_villager(client, here):
    client.force_login(here.duty.user)
    family = {"category": "family", "grade": "complex", "village": here.village.pk}
    client.post(reverse("cases:intake"), WALK_IN | family)

    form = client.get(reverse("cases:intake")).context["form"]

    assert (form["category"].value(), form["grade"].value()) == ("village", "minor")


def test_the_channel_stays_for_the_day_and_says_so(client, here):
    client.force_login(here.duty.user)
    at_the_door = {"channel": "home_visit", "village": here.village.pk}
    assert not client.get(reverse("cases:intake")).context["channel_stays"]
    client.post(reverse("cases:intake"), WALK_IN | at_the_door)

    same_day = client.get(reverse("cases:intake")).context
    session = client.session
    session["last_intake"] |= {"on": "2026-03-01"}
    session.save()
    another_day = client.get(reverse("cases:intake")).context

    assert same_day["form"]["channel"].value() == "home_visit"
    assert same_day["channel_stays"]
    assert another_day["form"]["channel"].value() == "talk_room"
    assert not another_day["channel_stays"]


def test_accepting_shows_kind_and_size_as_they_were_taken_down(client, here):
    case = spoken(here, category="family", grade="complex")
    client.force_login(here.duty.user)

    form = client.get(reverse("cases:act", args=[case.number, "accept"])).context[
        "form"
    ]

    assert (form["category"].value(), form["grade"].value()) == ("family", "complex")
    assert form["category"].help_text


def test_words_added_to_a_known_matter_say_who_typed_them(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    adding = {
        **WALK_IN,
        "village": here.village.pk,
        "speaker_name": "王大妈",
        "add_to": case.number,
    }

    client.post(reverse("cases:intake"), adding)
    refused = client.post(
        reverse("cases:intake"),
        {**adding, "key": str(uuid4()), "confidentiality": "secret"},
    )

    assert refused.status_code == 422
    event = case.events.get(action="supplement")
    assert event.data["entered_by"] == here.duty.pk
    assert [person.name for person in case.co_speakers.all()] == ["王大妈"]


@pytest.mark.parametrize(
    "place",
    [
        "0001-01-01T00:00:00+14:00_1",
        "9999-12-31T23:59:59-14:00_1",
        f"2026-03-02T00:00:00+00:00_{10**30}",
        "x",
    ],
)
def test_a_place_that_cannot_be_read_is_the_first_page(client, here, place):
    case = spoken(here)
    client.force_login(here.duty.user)

    assert client.get(reverse("cases:list"), {"after": place}).context["page"].rows == [
        case
    ]


def test_a_page_open_too_long_says_so_in_plain_words(here):
    client = Client(enforce_csrf_checks=True)
    client.force_login(here.duty.user)

    answer = client.post(reverse("cases:intake"), WALK_IN)

    assert answer.status_code == 403
    assert "没有交上" in answer.content.decode()
    assert "CSRF" not in answer.content.decode()


@pytest.mark.parametrize(
    ("origin", "is_given_back"),
    [
        ("http://testserver", True),
        ("http://elsewhere.example", False),
        (None, False),
    ],
)
def test_words_sent_with_an_old_token_are_given_back_to_our_own_page(
    here, origin, is_given_back
):
    client = Client(enforce_csrf_checks=True)
    client.force_login(here.duty.user)
    headers = {"Origin": origin} if origin else {}

    answer = client.post(reverse("cases:intake"), WALK_IN, headers=headers)

    assert answer.status_code == 403
    assert (WALK_IN["verbatim"] in answer.text) is is_given_back
    assert "no-store" in answer["Cache-Control"]
    assert not Case.objects.exists()


# --- a login in between
@pytest.mark.parametrize(
    ("name", "page"),
    [("ledger_export", "ledger"), ("ledger_print", "ledger"), ("upload", "detail")],
)
def test_after_a_login_what_can_only_be_sent_leads_to_its_page(
    client, here, name, page
):
    case = spoken(here)
    client.force_login(here.secretary.user)
    parts = {
        "ledger_export": ["general", "xlsx"],
        "ledger_print": ["general"],
        "upload": [case.number],
    }[name]
    wanted = reverse(f"cases:{page}", args=parts[:1])

    answer = client.get(
        reverse(f"cases:{name}", args=parts),
        {"category": "village"} if page == "ledger" else {},
    )

    assert answer.status_code == 302
    assert answer["Location"].startswith(wanted)
    assert ("category=village" in answer["Location"]) is (page == "ledger")


@pytest.mark.parametrize(
    ("role", "enters"),
    [("reviewer", True), ("secretary", True), ("member", False), ("handler", False)],
)
def test_the_menu_leads_to_the_admin_whoever_may_enter_it(client, here, role, enters):
    client.force_login(getattr(here, role).user)

    assert (
        f'href="{reverse("admin:index")}"'
        in client.get(reverse("cases:home")).content.decode()
    ) is enters
    assert (client.get(reverse("admin:index")).status_code == 200) is enters


def test_the_receipt_of_what_was_settled_says_so_with_the_answer(client, here):
    client.force_login(here.duty.user)
    settled = {
        "village": here.village.pk,
        "settled": "on",
        "result": "当场换了灯泡，打13993912345找我",
        "satisfaction": "satisfied",
        "solved": "yes",
    }
    client.post(reverse("cases:intake"), WALK_IN | settled)

    number = Case.objects.get().number
    page = client.get(reverse("cases:receipt", args=[number])).content.decode()

    for words in ("当场办结", "当场换了灯泡", "满意", "解决"):
        assert words in page
    assert "13993912345" not in page
    assert "最迟" not in page
    assert "还是没办好、还有话说，也在那里讲" in page
    assert "催一下" not in page


def test_the_receipt_of_what_is_to_be_rated_asks_for_the_rating(client, here):
    case = settled(here)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:receipt", args=[case.number])).text

    assert case.is_open
    assert "也请您评一评" in page
    assert "催一下" not in page


def test_the_receipt_of_what_waits_says_nothing_of_it(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)

    page = client.get(reverse("cases:receipt", args=[case.number])).content.decode()

    assert "<h1>民事直说回执</h1>" in page
    assert f"{here.town}{here.village}" in page
    assert "<dd>2026年3月2日</dd>" in page
    assert "办到哪一步，扫下面的码看" in page
    assert "（盖章）" in page
    assert "当场办结" not in page


def test_a_receipt_of_a_hidden_matter_keeps_the_answer_to_itself(client, here):
    client.force_login(here.duty.user)
    settled = {
        "village": here.village.pk,
        "settled": "on",
        "result": "当场换了灯泡",
        "confidentiality": "hidden",
    }
    client.post(reverse("cases:intake"), WALK_IN | settled)

    number = Case.objects.get().number
    page = client.get(reverse("cases:receipt", args=[number])).content.decode()

    on_screen, paper = page.split('<article class="receipt')
    assert "当场办结" in paper
    assert "当场换了灯泡" not in paper
    assert "当场换了灯泡" in on_screen.partition('no-print" id="others-read')[2]


def test_the_place_is_the_matters_own_and_the_speakers_group_and_says_which(here):
    with_place = spoken(here, place="东头桥边")
    without = spoken(here)

    def place_of(case, speaker_shown):
        words = {"place": case.place, "adopted_from": ""}
        return lines_of_origin(case, words, speaker_shown=speaker_shown)[0].text

    its_group = f"{here.group}（说事人的组）"
    assert place_of(with_place, True) == f"{here.village} 东头桥边；{its_group}"
    assert place_of(with_place, False) == f"{here.village} 东头桥边；{here.group}"
    assert place_of(without, True) == f"{here.village} {its_group}"
    assert place_of(without, False) == f"{here.village} {here.group}"


ADDRESS = "河边第二家"
ROW = f"<dt>住址</dt>\n  <dd>{ADDRESS}</dd>"


def facts_for(client, post, case):
    client.force_login(post.user)
    page = client.get(reverse("cases:detail", args=[case.number])).text
    return page.partition('id="facts"')[2].partition("</section>")[0]


@pytest.mark.parametrize("confidentiality", ["normal", "secret"])
def test_whoever_goes_there_finds_the_door_that_was_written_down(
    client, here, confidentiality
):
    case = spoken(here, speaker_address=ADDRESS, confidentiality=confidentiality)
    case = decided(here, accepted(here, case))

    for post in (here.duty, here.secretary, here.handler):
        assert ROW in facts_for(client, post, case)


def test_the_door_of_a_hidden_speaker_is_for_whoever_may_know_them(client, here):
    case = spoken(here, speaker_address=ADDRESS, confidentiality="hidden")
    case = decided(here, accepted(here, case))

    for post in (here.duty, here.reviewer):
        assert ROW in facts_for(client, post, case)
    for post in (here.secretary, here.handler, here.supervisor):
        facts = facts_for(client, post, case)
        assert "姓名不公开" in facts or "隐名" in facts
        assert "住址" not in facts
        assert ADDRESS not in facts


def test_without_an_address_there_is_no_row_of_it(client, here):
    assert "住址" not in facts_for(client, here.duty, spoken(here))


@pytest.mark.parametrize(
    ("satisfaction", "solved", "goes_on"),
    [("dissatisfied", "no", True), ("satisfied", "yes", False)],
)
def test_what_was_settled_badly_is_said_not_to_be_closed(
    client, here, satisfaction, solved, goes_on
):
    client.force_login(here.duty.user)
    sent = {
        "village": here.village.pk,
        "settled": "on",
        "result": "当场换了灯泡",
        "satisfaction": satisfaction,
        "solved": solved,
        "reason": "又灭了",
    }

    page = client.post(reverse("cases:intake"), WALK_IN | sent, follow=True)

    owner = Case.objects.get().owner
    said = page.context["goes_on_with"]
    assert said == (str(owner.user) if goes_on else "")
    assert said in page.text
