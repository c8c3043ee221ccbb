"""The pages a case is walked through, with query counts."""

from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.workflow import Action, make_move
from tests.cases.roads import DAY, NOON, accepted, completed, decided, officer, rated, spoken, staff, verified
from tests.villages.factories import VillageFactory
from villages.models import AuditRecord

pytestmark = pytest.mark.django_db
PHONE = "13993912345"
WALK_IN = {
    "key": "5f0cbe0e-6d2e-4b6e-8f0e-2f6f5a0f3f11",
    "verbatim": "路灯坏了",
    "channel": "talk_room",
    "category": "village",
    "grade": "minor",
    "confidentiality": "normal",
}


@pytest.fixture(autouse=True)
def _no_wrong_codes_from_before():
    cache.clear()


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
        ("receipt", [case.number]),
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
        ({"stage": "supervise", "level": "town"}, 0),
    ]


def test_a_bad_phone_is_refused_beside_its_field_with_everything_kept(client, here):
    client.force_login(here.duty.user)

    answer = client.post(reverse("cases:intake"), {**WALK_IN, "village": here.village.pk, "speaker_phone": "12"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["speaker_phone"]
    assert "路灯坏了" in answer.content.decode()
    assert not Case.objects.exists()


@pytest.mark.parametrize("page", ["list", "ledger"])
@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_out_of_reach_is_no_crash(client, here, page, day):
    client.force_login(here.supervisor.user)
    address = reverse("cases:list") if page == "list" else reverse("cases:ledger", args=["general"])

    answer = client.get(address, {"registered_from": day, "registered_to": day, "due_until": day, "since": day})

    assert answer.status_code in (200, 422)


def test_the_speaker_is_not_asked_how_they_told_us(client, here):
    case = verified(here)

    page = client.get(reverse("cases:track", args=[case.number]), {"k": case.tracking_code}).content.decode()

    assert 'name="satisfaction"' in page
    assert 'name="how"' not in page
    assert "李建国" not in page


def test_a_wrong_code_shows_nothing_and_ten_of_them_shut_the_door(client, here):
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])

    for _ in range(10):
        assert client.get(address, {"k": "WRONG"}).status_code == 404

    assert client.get(address, {"k": case.tracking_code}).status_code == 404


def test_a_double_click_moves_once_and_says_done_twice(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    address = reverse("cases:act", args=[case.number, "accept"])
    form = client.get(address).context["form"]
    answers = {"version": form["version"].value(), "key": form["key"].value(), "category": "village", "grade": "minor"}

    first, second = client.post(address, answers), client.post(address, answers)

    assert first.status_code == second.status_code == 302
    assert case.events.filter(action="accept").count() == 1


def test_a_second_tab_gets_both_texts_and_overwrites_nothing(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "escalate"])
    form = client.get(address).context["form"]
    answers = {"version": form["version"].value(), "key": form["key"].value(), "reason": "钱不够，请镇里定"}
    make_move(case, Action.REPLY, by=officer(here.secretary), at=timezone.now(), reply="正在商量")

    answer = client.post(address, answers)

    assert answer.status_code == 409
    assert "正在商量" in answer.content.decode()
    assert "钱不够，请镇里定" in answer.content.decode()
    assert not case.events.filter(action="escalate").exists()


def test_a_town_may_choose_a_village_without_losing_a_word(client, here):
    client.force_login(here.reviewer.user)
    form = client.get(reverse("cases:intake")).context["form"]
    typed = WALK_IN | {"village": here.village.pk, "speaker_name": "李建国", "choose": "1"}
    assert "group" not in form.fields

    answer = client.post(reverse("cases:intake"), typed)

    form = answer.context["form"]
    assert (answer.status_code, form.is_bound, Case.objects.count()) == (200, False, 0)
    assert {name: form[name].value() for name in ("verbatim", "speaker_name", "key")} == {
        name: typed[name] for name in ("verbatim", "speaker_name", "key")
    }
    assert list(form.fields["group"].queryset) == [here.group]
    assert here.secretary.user in form.fields["concerns"].queryset


def test_a_matter_of_the_town_itself_may_be_about_its_cadres(client, here):
    client.force_login(here.reviewer.user)

    client.post(reverse("cases:intake"), WALK_IN | {"concerns": here.supervisor.user.pk})

    case = Case.objects.get()
    assert (case.village, case.level) == (None, "county")
    assert [concern.user for concern in case.concerns.all()] == [here.supervisor.user]


def test_a_foreign_case_is_not_found(client, here):
    case = spoken(here)
    client.force_login(staff().secretary.user)

    for name, args in (("detail", [case.number]), ("act", [case.number, "accept"]), ("receipt", [case.number])):
        assert client.get(reverse(f"cases:{name}", args=args)).status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_lists_and_desk_cost_the_same_at_any_length(client, here, rows, django_assert_num_queries):
    for _ in range(rows):
        spoken(here)
    client.force_login(here.duty.user)

    with django_assert_num_queries(7):
        client.get(reverse("cases:list"))
    with django_assert_num_queries(5):
        client.get(reverse("cases:home"))


def test_what_the_pages_of_a_case_cost(client, here, django_assert_max_num_queries):
    case = decided(here)
    client.force_login(here.secretary.user)

    with django_assert_max_num_queries(13):
        client.get(reverse("cases:detail", args=[case.number]))
    with django_assert_max_num_queries(6):
        client.get(reverse("cases:intake"))


def test_each_tab_counts_what_its_address_shows(client, here):
    spoken(here)
    decided(here)
    decided(here, accepted(here, confidentiality="secret"))
    client.force_login(here.supervisor.user)

    tabs = client.get(reverse("cases:list")).context["tabs"]

    for tab in tabs:
        shown = client.get(f"{reverse('cases:list')}?{tab['query']}").context["page"].rows
        assert len(shown) == tab["count"], tab["query"]
    assert [tab["count"] for tab in tabs] == [3, 0, 3, 1, 0, 2, 0, 0, 0]


def test_other_words_under_a_used_key_are_not_swallowed(client, here):
    client.force_login(here.duty.user)
    first = {**WALK_IN, "village": here.village.pk}
    client.post(reverse("cases:intake"), first)

    answer = client.post(reverse("cases:intake"), {**first, "verbatim": "水渠堵了"})
    again = client.post(
        reverse("cases:intake"), {**first, "verbatim": "水渠堵了", "key": answer.context["form"]["key"].value()}
    )

    assert answer.status_code == 422
    assert "水渠堵了" in answer.content.decode()
    assert again.status_code == 302
    assert sorted(Case.objects.values_list("verbatim", flat=True)) == ["水渠堵了", "路灯坏了"]


def test_who_handles_a_matter_gets_no_code_that_speaks_for_the_villager(client, here):
    case = decided(here)
    client.force_login(here.handler.user)

    assert client.get(reverse("cases:receipt", args=[case.number])).status_code == 404
    assert reverse("cases:receipt", args=[case.number]) not in client.get(case.get_absolute_url()).content.decode()


def test_a_hidden_speaker_is_named_on_no_page_of_others(client, here):
    case = decided(
        here, accepted(here, confidentiality="hidden", verbatim="我是李建国，路灯坏了", title="李建国家路灯")
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


def test_words_typed_for_a_step_that_closed_meanwhile_are_kept(client, here):
    case = accepted(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "decide"])
    form = client.get(address).context["form"]
    make_move(case, Action.ESCALATE, by=officer(here.secretary), at=timezone.now(), reason="请镇里定")

    answer = client.post(
        address, {"version": form["version"].value(), "key": form["key"].value(), "decision": "集体出钱换灯"}
    )

    assert answer.status_code == 409
    assert "集体出钱换灯" in answer.content.decode()
    assert "请镇里定" in answer.content.decode()


def test_words_added_to_a_known_matter_say_who_typed_them(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    adding = {**WALK_IN, "village": here.village.pk, "speaker_name": "王大妈", "add_to": case.number}

    client.post(reverse("cases:intake"), adding)
    refused = client.post(reverse("cases:intake"), {**adding, "key": str(uuid4()), "confidentiality": "secret"})

    assert refused.status_code == 422
    event = case.events.get(action="supplement")
    assert event.data["entered_by"] == here.duty.pk
    assert [person.name for person in case.co_speakers.all()] == ["王大妈"]


def test_a_merged_speaker_follows_their_own_code_and_may_not_take_the_other_matter_back(client, here):
    first, second, third = spoken(here), spoken(here), spoken(here)
    for case, into in ((first, second), (second, third)):
        make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=into)

    page = client.get(reverse("cases:track", args=[first.number]), {"k": first.tracking_code})

    assert page.context["case"] == third
    assert third.tracking_code not in page.content.decode()
    assert {offer.action for offer, _form in page.context["forms"]} == {"urge", "supplement"}


@pytest.mark.parametrize("typed", ["{}", " {} ", "{lower}", "{wide}"])
def test_a_receipt_without_a_scanner_is_typed_in(client, here, typed):
    case = spoken(here)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in case.number)
    number = typed.format(case.number, lower=case.number.lower(), wide=wide)

    page = client.get(reverse("cases:track_any"), {"number": number, "k": case.tracking_code.lower()}, follow=True)

    assert page.context["case"] == case


def test_a_number_of_nothing_is_asked_again(client, here):
    address = reverse("cases:track_any")

    assert client.get(address).status_code == 200
    assert client.get(address, {"number": " /", "k": "X"}).status_code == 200
    assert client.get(address, {"number": "XX-2026-0001", "k": "X"}, follow=True).status_code == 404


def test_wrong_codes_from_elsewhere_shut_nobody_out(client, here, settings):
    settings.PROXY_COUNT = 1
    case = spoken(here)
    address = reverse("cases:track", args=[case.number])
    for _ in range(11):
        client.get(address, {"k": "WRONG"}, headers={"x-forwarded-for": "6.6.6.6"})

    answer = client.get(address, {"k": case.tracking_code}, headers={"x-forwarded-for": "9.9.9.9"})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "place", ["0001-01-01T00:00:00+14:00_1", "9999-12-31T23:59:59-14:00_1", f"2026-03-02T00:00:00+00:00_{10**30}", "x"]
)
def test_a_place_that_cannot_be_read_is_the_first_page(client, here, place):
    case = spoken(here)
    client.force_login(here.duty.user)

    assert client.get(reverse("cases:list"), {"after": place}).context["page"].rows == [case]


# --- the speaker's phone
def opened(client, post, case):
    client.force_login(post.user)
    return client.post(reverse("cases:open_phone", args=[case.number]), {"reason": "回访"})


def test_who_calls_back_opens_the_number_as_long_as_the_matter_is_with_them(client, here):
    case = completed(here, decided(here, accepted(here, spoken(here, speaker_phone=PHONE))))

    assert opened(client, here.duty, case).status_code == 404
    case = verified(here, case)
    assert case.owner_post == here.duty
    assert PHONE in opened(client, here.duty, case).content.decode()
    assert opened(client, here.member, case).status_code == 404
    assert AuditRecord.objects.get(kind="unmask").user == here.duty.user
    case = rated(here, case)
    assert opened(client, here.duty, case).status_code == 404


@pytest.mark.parametrize("role", ["secretary", "supervisor", "county_supervisor"])
def test_secretary_and_supervisors_open_the_number_at_any_stage(client, here, role):
    case = spoken(here, speaker_phone=PHONE)

    assert PHONE in opened(client, getattr(here, role), case).content.decode()


# --- what waits for whom
def test_nobody_is_pressed_to_a_step_while_somebody_else_is_at_work(client, here):
    case = decided(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert page.context["everyday"] == []
    assert "escalate" in {offer.action for offer in page.context["further"]}
    assert str(here.office) in page.content.decode()


def test_a_ruling_presses_whoever_may_give_it(client, here):
    case = decided(here)
    until = (NOON + 20 * DAY).date()
    make_move(case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, reason="缺料", until_on=until)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert [offer.action for offer in page.context["everyday"]] == ["rule_extension"]


def test_a_step_that_asks_nothing_is_taken_from_the_page_itself(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    page = client.get(case.get_absolute_url())
    sent = {"version": case.version, "key": str(page.context["key"])}

    for _click in range(2):
        answer = client.post(reverse("cases:act", args=[case.number, "acknowledge"]), sent, follow=True)
        assert answer.status_code == 200

    assert case.events.filter(action="acknowledge").count() == 1


def test_the_day_promised_goes_once_the_answer_was_given(client, here):
    case = spoken(here)
    client.force_login(here.duty.user)
    receipt, tracking = reverse("cases:receipt", args=[case.number]), reverse("cases:track", args=[case.number])

    assert "最迟答复日" in client.get(receipt).content.decode()
    assert "最迟" in client.get(tracking, {"k": case.tracking_code}).content.decode()

    verified(here, completed(here, decided(here, accepted(here, case))))
    for address in (receipt, case.get_absolute_url(), f"{tracking}?k={case.tracking_code}"):
        assert "最迟" not in client.get(address).content.decode()


def test_a_closed_matter_says_who_did_it_how_it_ended_and_how_it_was_rated(client, here):
    case = rated(here)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url())

    assert [item.office for item in page.context["assignments"]] == [here.office]
    assert "办得怎么样</dt><dd>办结" in page.content.decode()
    assert page.context["timeline"][0].label == "记评价 · 满意 · 解决"


def test_a_villager_sees_that_hurrying_was_noted_and_what_they_answered_and_so_does_the_officer(client, here):
    case = decided(here)
    address = reverse("cases:track", args=[case.number])
    page = client.get(address, {"k": case.tracking_code})
    form = next(form for offer, form in page.context["forms"] if offer.action == "urge")
    sent = {"k": case.tracking_code, "action": "urge", "version": case.version, "key": str(form["key"].value())}

    assert "催过" in client.post(address, sent, follow=True).content.decode()

    client.force_login(here.handler.user)
    assert client.get(case.get_absolute_url()).context["urged_at"]
    case.refresh_from_db()
    rated(here, verified(here, completed(here, case)))
    closed = client.get(address, {"k": case.tracking_code}).content.decode()
    assert "催过" not in closed
    assert "您的回答：满意，解决" in closed


def test_a_page_open_too_long_says_so_in_plain_words(here):
    client = Client(enforce_csrf_checks=True)
    client.force_login(here.duty.user)

    answer = client.post(reverse("cases:intake"), WALK_IN)

    assert answer.status_code == 403
    assert "没有交上" in answer.content.decode()
    assert "CSRF" not in answer.content.decode()


def test_other_words_under_a_key_used_before_are_never_lost(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "progress"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value()), "text": "料到了"}

    client.post(address, sent)
    again = client.post(address, sent)
    other = client.post(address, {**sent, "text": "开工了"})

    assert again.status_code == 302
    assert other.status_code == 422
    assert "开工了" in other.content.decode()
    fresh = other.context["form"]
    client.post(address, {"version": fresh["version"].value(), "key": fresh["key"].value(), "text": "开工了"})
    assert list(case.events.filter(action="progress").values_list("note", flat=True)) == ["料到了", "开工了"]


def test_other_words_are_kept_where_the_step_is_past(client, here):
    case = completed(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "verify"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value()), "reply": "灯修好了"}

    client.post(address, sent)
    assert client.post(address, sent).status_code == 302
    late = client.post(address, {**sent, "reply": "换了三盏新灯"})

    assert late.status_code == 409
    assert "换了三盏新灯" in late.content.decode()


# --- a login in between
@pytest.mark.parametrize(
    ("name", "page"), [("ledger_export", "ledger"), ("ledger_print", "ledger"), ("upload", "detail")]
)
def test_after_a_login_what_can_only_be_sent_leads_to_its_page(client, here, name, page):
    case = spoken(here)
    client.force_login(here.secretary.user)
    parts = {"ledger_export": ["general", "xlsx"], "ledger_print": ["general"], "upload": [case.number]}[name]
    wanted = reverse(f"cases:{page}", args=parts[:1])

    answer = client.get(reverse(f"cases:{name}", args=parts), {"category": "village"} if page == "ledger" else {})

    assert answer.status_code == 302
    assert answer["Location"].startswith(wanted)
    assert ("category=village" in answer["Location"]) is (page == "ledger")


def test_a_fragment_asked_for_without_a_login_turns_the_whole_page(client, here):
    address = reverse("cases:act", args=[spoken(here).number, "accept"])
    page = "http://testserver/cases/"

    answer = client.get(address, headers={"HX-Request": "true", "HX-Current-URL": page})

    assert answer["HX-Redirect"] == f"{reverse('account_login')}?next=/cases/"


# --- forms
def test_what_is_pasted_too_long_is_said_and_kept(client, here):
    case = decided(here)
    client.force_login(here.handler.user)
    address = reverse("cases:act", args=[case.number, "progress"])
    form = client.get(address).context["form"]
    assert "maxlength" not in str(form["text"])

    sent = {"version": form["version"].value(), "key": str(form["key"].value()), "text": "长" * 2001}
    answer = client.post(address, sent)

    assert answer.status_code == 422
    assert "长" * 2001 in answer.content.decode()


def test_the_other_matter_is_named_in_any_case_and_width(client, here):
    case, other = accepted(here), accepted(here)
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "merge"])
    form = client.get(address).context["form"]
    sent = {"version": form["version"].value(), "key": str(form["key"].value())}

    wrong = client.post(address, {**sent, "into": case.number})
    assert "没有这个编号" in wrong.content.decode()
    assert client.post(address, {**sent, "into": f" {other.number.lower()} "}).status_code == 302


# --- the timeline
def test_the_timeline_tells_what_was_chosen(client, here):
    case = decided(here)
    until = (NOON + 20 * DAY).date()
    case = make_move(case, Action.ASK_EXTENSION, by=officer(here.handler), at=NOON, reason="缺料", until_on=until)
    case = make_move(case, Action.RULE_EXTENSION, by=officer(here.secretary), at=NOON, ruling="granted")
    case = make_move(case, Action.REGRADE, by=officer(here.secretary), at=NOON, grade="minor", reason="小事")
    beside = VillageFactory(town=here.town, name="柳树村")
    case = make_move(case, Action.JOIN, by=officer(here.secretary), at=NOON, village=beside)
    client.force_login(here.secretary.user)

    labels = [line.label for line in client.get(case.get_absolute_url()).context["timeline"]]

    assert labels[0] == "邀别的村一起办 · 柳树村"
    assert labels[1] == "改等级 · 复杂 → 小事"
    assert labels[2].startswith("批延期 · 同意 · ")
    assert any(label.endswith(f"干部领办 · {here.office}") for label in labels)


def test_reviewers_see_whom_a_case_concerns_and_everybody_to_whom_it_was_reported(client, here):
    told = {"told": "白关派出所", "told_at": NOON, "receipt": "已记录"}
    case = make_move(accepted(here), Action.MANDATORY_REPORT, by=officer(here.member), at=NOON, **told)
    case = make_move(case, Action.RECUSE, by=officer(here.supervisor), at=NOON, concerns=[here.secretary.user])
    client.force_login(here.reviewer.user)

    page = client.get(case.get_absolute_url())

    assert page.context["concerns"] == [here.secretary.user]
    assert "白关派出所" in page.content.decode()


@pytest.mark.parametrize(
    ("role", "enters"), [("reviewer", True), ("secretary", True), ("member", False), ("handler", False)]
)
def test_the_menu_leads_to_the_admin_whoever_may_enter_it(client, here, role, enters):
    client.force_login(getattr(here, role).user)

    assert (f'href="{reverse("admin:index")}"' in client.get(reverse("cases:home")).content.decode()) is enters
    assert (client.get(reverse("admin:index")).status_code == 200) is enters


def test_a_report_names_no_speaker_to_whom_the_speaker_is_hidden(client, here):
    case = accepted(here, spoken(here, confidentiality="hidden"))
    told = {"told": "白关派出所", "told_at": NOON, "receipt": "李建国来电"}
    case = make_move(case, Action.MANDATORY_REPORT, by=officer(here.member), at=NOON, **told)
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "白关派出所" in page
    assert "李建国" not in page


def test_the_speaker_is_asked_as_the_speaker_after_a_mistake_too(client, here):
    case = verified(here)
    address = reverse("cases:track", args=[case.number])
    form = client.get(address, {"k": case.tracking_code}).context["forms"][0][1]
    sent = {"k": case.tracking_code, "action": "rate", "version": case.version, "key": str(form["key"].value())}

    page = client.post(address, {**sent, "solved": "yes"}).content.decode()

    assert "您满意吗？" in page
    assert "群众满意吗" not in page
