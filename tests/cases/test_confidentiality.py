"""回避 and 保密: from whom a case is hidden, who reads it, who owns it then (domain
§3).
"""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from cases.attachments import attach
from cases.models import Case, CaseAccess
from cases.models.choices import Stage
from cases.workflow import Action, Speaker, make_move, moves_open_to
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from tests import roles
from tests.api import Api
from tests.cases.council import called, seats
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    spoken,
    staff,
)
from tests.cases.test_attachments import photo
from tests.villages.factories import OfficeFactory, VillageFactory
from villages.models import AuditRecord, User
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def sees(post, case):
    return Case.objects.visible_to(post.user, NOON.date()).filter(pk=case.pk).exists()


def recused(here, case, *posts, by=None):
    return make_move(
        case,
        Action.RECUSE,
        by=officer(by or here.supervisor),
        at=NOON,
        concerns=[post.user for post in posts],
    )


def test_only_cadres_of_the_place_can_be_named_in_a_recusal():
    here, elsewhere = (
        staff(),
        roles.secretary_of(VillageFactory(town__county_code="621202")),
    )

    with pytest.raises(InputRefused):
        recused(here, spoken(here), elsewhere)


def test_reviewer_who_also_serves_in_the_named_village_never_owns_the_case():
    here = staff()
    neighbours = VillageFactory(town=here.town)
    named = roles.secretary_of(neighbours)
    # the town's first reviewer also serves there
    roles.duty_officer_of(neighbours, user=here.reviewer.user)
    second = roles.reviewer_of(here.town)

    case = make_move(
        accepted(here),
        Action.JOIN,
        by=officer(here.secretary),
        at=NOON,
        village=neighbours,
    )

    case = recused(here, case, named)

    assert case.owner == second
    assert not sees(here.reviewer, case)


def test_no_village_is_invited_to_a_secret_matter():
    here = staff()
    case = accepted(here, spoken(here, confidentiality="secret"))

    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.JOIN,
            by=officer(here.secretary),
            at=NOON,
            village=VillageFactory(town=here.town),
        )


def test_owner_of_last_resort_is_never_somebody_in_conflict():
    here = staff()
    for post in (here.reviewer, here.county_reviewer):
        post.until_on = date(2026, 1, 1)
        post.save()

    case = recused(here, accepted(here), here.secretary)

    assert case.owner == here.county_supervisor
    assert case.events.latest("sequence").action == Action.ALARM


def test_recusal_that_would_leave_nobody_is_refused():
    here = staff()
    everybody = (
        here.reviewer,
        here.supervisor,
        here.county_reviewer,
        here.county_supervisor,
        here.secretary,
    )

    with pytest.raises(MoveRefused):
        make_move(
            spoken(here),
            Action.RECUSE,
            by=officer(here.duty),
            at=NOON,
            concerns=[post.user for post in everybody],
        )


def test_hidden_lead_is_released_and_the_matter_deliberated_one_level_up():
    here = staff()

    case = recused(here, decided(here, lead=here.duty), here.secretary)

    assert (case.stage, case.level, case.owner) == (
        Stage.DELIBERATE,
        "town",
        here.reviewer,
    )
    assert not case.assignments.filter(ended_at=None).exists()


def test_hidden_assistant_is_released_while_the_lead_goes_on():
    here = staff()
    outside = roles.handler_of(OfficeFactory(town=here.town))

    case = recused(
        here,
        decided(here, handling="joint", lead=outside.office, assistants=[here.leader]),
        here.secretary,
    )

    assert (case.stage, case.owner) == (Stage.HANDLE, outside.office)
    assert not sees(here.leader, case)
    assert completed(here, case, by=outside).stage == Stage.SUPERVISE


def test_matter_in_conflict_is_not_sent_back_down():
    here = staff()
    case = recused(here, accepted(here), here.secretary)

    with pytest.raises(MoveRefused):
        make_move(
            case,
            Action.SEND_BACK,
            by=officer(here.reviewer),
            at=NOON,
            reason="村里能办",
        )


def test_only_a_reviewer_not_named_lifts_a_recusal():
    here = staff()
    case = recused(here, accepted(here), here.reviewer, here.secretary)

    assert case.level == "county"
    with pytest.raises(NoSuchRight):
        make_move(
            case,
            Action.LIFT_RECUSAL,
            by=officer(here.reviewer),
            at=NOON,
            reason="没有关系",
        )
    case = make_move(
        case,
        Action.LIFT_RECUSAL,
        by=officer(here.county_reviewer),
        at=NOON,
        reason="查无此事",
    )

    assert (case.level, case.conflict_floor) == ("county", "")
    assert sees(here.secretary, case)


def test_the_speaker_may_name_a_cadre():
    here = staff()
    case = spoken(here)

    case = make_move(
        case,
        Action.RECUSE,
        by=Speaker(case, "code"),
        at=NOON,
        concerns=[here.duty.user],
    )

    assert case.level == "town"
    assert not sees(here.secretary, case)


def test_secret_matter_is_read_by_those_named_alone():
    here = staff()

    case = accepted(here, confidentiality="secret")

    readers = {
        post
        for post in vars(here).values()
        if hasattr(post, "role") and sees(post, case)
    }
    assert readers == {here.duty, here.secretary, here.reviewer}
    row = Case.objects.counted_for(here.supervisor.user, NOON.date()).get()
    assert row.redacted


def test_who_reads_a_secret_matter_or_its_files_is_in_the_audit_log(
    client, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    here = staff()
    secret = accepted(here, confidentiality="secret")
    plain = accepted(here)
    stored = attach(secret, photo(), at=NOON, post=here.duty)
    client.force_login(here.secretary.user)

    for address in (
        secret.get_absolute_url(),
        reverse("cases:file", args=[stored.uuid]),
        f"/api/v1/cases/{secret.number}/",
        f"/api/v1/cases/{secret.number}/events/",
        plain.get_absolute_url(),
    ):
        with time_machine.travel(NOON, tick=False):
            answer = client.get(address)
        assert answer.status_code == 200, address
        b"".join(answer)  # a file is closed when it was read

    read = AuditRecord.objects.filter(kind=AuditKind.READ)
    assert [(row.user, row.subject) for row in read] == [
        (here.secretary.user, secret.number)
    ] * 4


def reads_of(user):
    return AuditRecord.objects.filter(kind=AuditKind.READ, user=user).count()


def test_whoever_reads_a_secret_matter_among_others_leaves_a_trace_an_hour(client):
    here = staff()
    secret = accepted(here, confidentiality="secret")
    seats(here)
    meeting = called(here, secret, by=here.secretary)
    client.force_login(here.secretary.user)
    roles.reviewer_of(here.town, user=here.secretary.user)
    User.objects.filter(pk=here.secretary.user.pk).update(is_staff=True)
    addresses = [
        reverse("admin:cases_case_change", args=[secret.pk]),
        reverse("cases:meeting_item", args=[meeting.pk, meeting.items.get().pk]),
        reverse("cases:ledger", args=["general"]),
        reverse("api-ledger", args=["general"]),
    ]

    for nth, address in enumerate(addresses, 1):
        for _again in range(2):
            with time_machine.travel(NOON + nth * 2 * HOUR, tick=False):
                answer = client.get(address)
            assert answer.status_code == 200, address
            assert secret.verbatim in answer.text, address
            assert reads_of(here.secretary.user) == nth, address


def test_the_recorder_leaves_a_trace_with_the_receipt_as_well(client):
    here = staff()
    secret = spoken(here, confidentiality="secret")
    client.force_login(here.duty.user)

    with time_machine.travel(NOON, tick=False):
        client.get(reverse("cases:receipt", args=[secret.number]))

    assert reads_of(here.duty.user) == 1


def test_small_pictures_of_a_page_are_traced_with_the_page(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    here = staff()
    secret = accepted(here, confidentiality="secret")
    stored = attach(secret, photo(), at=NOON, post=here.duty)
    small = reverse("cases:file_sized", args=[stored.uuid, "small"])

    def read(who, *addresses, at=NOON):
        client.force_login(who.user)
        for address in addresses:
            with time_machine.travel(at, tick=False):
                b"".join(client.get(address))

    read(here.secretary, secret.get_absolute_url(), small, small)
    read(here.duty, small, small)
    assert (reads_of(here.secretary.user), reads_of(here.duty.user)) == (1, 1)

    read(here.secretary, small, at=NOON + DAY)
    assert reads_of(here.secretary.user) == 2


@pytest.mark.parametrize(("path", "status"), [("", 422), ("preview/", 200)])
def test_a_step_that_changes_nothing_leaves_a_trace_as_a_page_does(
    client, path, status
):
    here = staff()
    secret = spoken(here, confidentiality="secret")
    hidden = spoken(here, confidentiality="hidden")
    client.force_login(here.secretary.user)

    def send(at):
        for case in (secret, hidden):
            address = f"{case.get_absolute_url()}do/accept/{path}"
            with time_machine.travel(at, tick=False):
                assert client.post(address, {"version": 1}).status_code == status

    send(NOON)
    assert reads_of(here.secretary.user) == 1
    send(NOON + timedelta(minutes=5))  # typed on in the page that is open
    assert reads_of(here.secretary.user) == 1
    send(NOON + DAY)
    assert reads_of(here.secretary.user) == 2

    read = AuditRecord.objects.filter(kind=AuditKind.READ)
    assert {row.subject for row in read} == {secret.number}


def test_a_step_of_a_page_is_traced_with_the_page(client):
    here = staff()
    secret = spoken(here, confidentiality="secret")
    client.force_login(here.secretary.user)

    with time_machine.travel(NOON, tick=False):
        client.get(secret.get_absolute_url())
        answer = client.post(f"{secret.get_absolute_url()}do/accept/", {})

    assert answer.status_code == 422
    assert reads_of(here.secretary.user) == 1


def test_whoever_may_not_read_it_leaves_no_trace_of_reading(client):
    here = staff()
    secret = accepted(here, confidentiality="secret")
    client.force_login(here.supervisor.user)

    with time_machine.travel(NOON, tick=False):
        assert client.get(secret.get_absolute_url()).status_code == 404

    assert not AuditRecord.objects.filter(kind=AuditKind.READ).exists()


def test_reviewer_of_the_level_left_behind_reads_a_secret_matter_no_longer():
    here = staff()
    case = accepted(here, confidentiality="secret")
    case = make_move(
        case, Action.ESCALATE, by=officer(here.secretary), at=NOON, reason="钱不够"
    )
    assert sees(here.reviewer, case)

    case = make_move(
        case, Action.ESCALATE, by=officer(here.reviewer), at=NOON, reason="要县里定"
    )

    assert sees(here.county_reviewer, case)
    assert not sees(here.reviewer, case)
    assert set(CaseAccess.objects.filter(case=case).values_list("post", flat=True)) == {
        here.secretary.pk,
        here.county_reviewer.pk,
    }


def test_protecting_is_offered_only_where_it_would_change_something():
    here = staff()
    case = accepted(here)

    def offered(post):
        return Action.PROTECT in {
            offer.action for offer in moves_open_to(post.user, case, NOON)
        }

    assert offered(here.secretary)
    assert not offered(here.reviewer)
    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="hidden",
    )
    assert offered(here.reviewer)


def test_owner_protects_more_and_only_a_reviewer_less():
    here = staff()
    case = accepted(here, confidentiality="hidden")

    with pytest.raises(NoSuchRight):
        make_move(
            case,
            Action.PROTECT,
            by=officer(here.secretary),
            at=NOON,
            confidentiality="normal",
        )
    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.reviewer),
        at=NOON,
        confidentiality="normal",
    )

    assert case.confidentiality == "normal"


def test_lead_reads_a_secret_matter_while_assigned():
    here = staff()
    case = decided(here, accepted(here, confidentiality="secret"), lead=here.member)
    assert sees(here.member, case)

    case = make_move(
        case, Action.RETURN, by=officer(here.member), at=NOON, reason="办不了"
    )

    assert not sees(here.member, case)


def test_matter_may_become_secret_a_second_time():
    here = staff()
    case = accepted(here, confidentiality="secret")
    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.reviewer),
        at=NOON,
        confidentiality="normal",
    )

    case = make_move(
        case,
        Action.PROTECT,
        by=officer(here.secretary),
        at=NOON,
        confidentiality="secret",
    )

    assert set(case.access.values_list("post", flat=True)) == {
        here.secretary.pk,
        here.reviewer.pk,
    }


def test_reviewer_opens_a_closed_secret_matter_of_the_village_again():
    here = staff()
    case = accepted(here, confidentiality="secret")
    case = make_move(
        case,
        Action.DIVERT,
        by=officer(here.secretary),
        at=NOON,
        route="法院",
        told="请去立案",
    )

    case = make_move(
        case, Action.REOPEN, by=officer(here.reviewer), at=NOON, reason="法院不收"
    )

    assert case.stage == Stage.DELIBERATE


# --- a correction by whoever may not know who spoke
def corrected(here, case, **values):
    """Correct as the secretary, who has the matter and may not know who spoke."""
    return make_move(case, Action.AMEND, by=officer(here.secretary), at=NOON, **values)


@pytest.mark.parametrize("field", ["title", "request_text", "place", "remark"])
@pytest.mark.parametrize("guess", ["欧阳建国家的井", "欧阳建军家的井", "村口的井"])
def test_whoever_may_not_know_who_spoke_corrects_no_words(field, guess):
    """What lists and searches leave out of a name they gave would tell them."""
    here = staff()
    words = {field: "欧阳建国家的井", "speaker_name": "欧阳建国"}
    case = accepted(here, spoken(here, confidentiality="hidden", **words))

    with pytest.raises(MoveRefused):
        corrected(here, case, **{field: guess})

    case.refresh_from_db()
    assert getattr(case, field) == "欧阳建国家的井"


def test_whoever_may_not_know_who_spoke_corrects_what_kind_of_matter_it_is():
    here = staff()
    case = accepted(here, spoken(here, confidentiality="hidden"))

    case = corrected(here, case, category="neighbour")

    assert case.category == "neighbour"


def test_the_page_answers_every_guess_in_the_same_words(client):
    here = staff()
    words = {"title": "欧阳建国家的井", "speaker_name": "欧阳建国"}
    client.force_login(here.secretary.user)

    answers = []
    for guess in ("欧阳建国家的井", "欧阳建军家的井"):
        case = accepted(here, spoken(here, confidentiality="hidden", **words))
        address = f"/cases/{case.number}/do/amend/"
        form = client.get(address).context["form"]
        assert not {"title", "place", "request_text", "remark"} & form.fields.keys()
        sent = {bound.html_name: bound.value() or "" for bound in form}
        page = client.post(address, {**sent, "title": guess})
        said = page.context["form"].non_field_errors()
        answers.append((page.status_code, said))

    assert answers[0] == answers[1]


def test_whoever_may_know_the_speaker_corrects_every_word():
    here = staff()
    words = {"title": "欧阳建国家的井", "speaker_name": "欧阳建国"}
    case = spoken(here, confidentiality="hidden", **words)

    case = make_move(
        case, Action.AMEND, by=officer(here.duty), at=NOON, title="欧阳家的井"
    )

    assert case.title == "欧阳家的井"


def offered_to_protect(client, post, case):
    """What the page and the API offer of who may see a case, and what the page says."""
    client.force_login(post.user)
    address = reverse("cases:act", args=[case.number, "protect"])
    field = client.get(address).context["form"]["confidentiality"]
    moves = Api(post).get(f"cases/{case.number}/moves/").json()["moves"]
    (move,) = (offer for offer in moves if offer["action"] == "protect")
    (asked,) = (item for item in move["inputs"] if item["name"] == "confidentiality")

    by_api = [choice["value"] for choice in asked["choices"]]
    by_page = [value for value, _label in field.field.choices]
    assert by_api == by_page
    return by_page, field.help_text


def test_only_what_one_may_set_is_offered(client):
    here = staff()
    hidden = accepted(here, confidentiality="hidden")

    offered, said = offered_to_protect(client, here.secretary, hidden)
    assert offered == ["secret"]
    assert str(here.reviewer.user) in said

    offered, said = offered_to_protect(client, here.reviewer, hidden)
    assert offered == ["normal"]
    assert str(here.secretary.user) in said

    normal = accepted(here)
    offered, said = offered_to_protect(client, here.secretary, normal)
    assert offered == ["hidden", "secret"]
    assert str(here.reviewer.user) not in said


def test_a_choice_of_an_older_page_is_refused_in_the_words_of_the_rule(client):
    here = staff()
    case = accepted(here, confidentiality="hidden")
    client.force_login(here.secretary.user)
    address = reverse("cases:act", args=[case.number, "protect"])
    form = client.get(address).context["form"]
    sent = {name: form[name].value() for name in ("version", "key")}

    refused = client.post(address, {**sent, "confidentiality": "normal"})

    assert refused.status_code == 422
    assert "放宽只有审核人可以" in refused.content.decode()
