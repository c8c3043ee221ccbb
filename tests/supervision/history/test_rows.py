"""People and work of a case: a row beside it that was changed, put in or taken away is
found.
"""

import pytest
from django.apps import apps
from django.db import models

from cases.bulk import Matter, adopt
from cases.models import (
    Afterword,
    AgendaItem,
    Assignment,
    Attachment,
    CallBack,
    Case,
    CaseAccess,
    Clock,
    Concern,
    CoSpeaker,
    Event,
    FourTwoProcess,
    FrozenRow,
    HandBack,
    JoinedVillage,
    MandatoryReport,
    Rating,
    RedEntry,
    StateAtUpdate,
    TimeRequest,
)
from cases.workflow import Action, Speaker, make_move
from cases.workflow.findings import Wrong
from cases.workflow.hidden_words import hide_words
from cases.workflow.sealed_rows import GROUPS_OF_ROWS, NOT_SEALED_OF_ROWS
from cases.workflow.state import GROUPS
from minshi.crypto import blind_index
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    decided,
    officer,
    spoken,
    words,
)
from tests.supervision.history.attacks import found
from tests.villages.factories import ResidentFactory, VillageFactory

pytestmark = pytest.mark.django_db
LATER = (NOON + 30 * DAY).date()


@pytest.fixture
def worked_on(here):
    """Said by two, in joint handling; another village came, the assistant gives their
    part back, the lead asks for time, a report was made.
    """
    case = decided(
        here,
        accepted(here, spoken(here, co_speakers=("赵秀英",))),
        handling="joint",
        assistants=[here.member],
    )
    acts = (
        (Action.JOIN, here.secretary, {"village": VillageFactory(town=here.town)}),
        (Action.ACKNOWLEDGE, here.handler, {}),
        (Action.HAND_BACK, here.member, {}),
        (Action.ASK_EXTENSION, here.handler, {"until_on": LATER}),
        (Action.MANDATORY_REPORT, here.duty, {}),
    )
    for action, post, chosen in acts:
        values = words(action, NOON, **chosen)
        case = make_move(case, action, by=officer(post), at=NOON, **values)
    roles.record_made(NOON)
    return case


def of(model, case):
    path = "assignment__case" if model is HandBack else "case"
    return model.objects.filter(**{path: case})


def test_nothing_is_found_where_all_of_it_was_done_by_moves(worked_on):
    assert found() == set()


@pytest.mark.parametrize(
    ("model", "changed", "wrong"),
    [
        (CoSpeaker, {"phone": "13993912345"}, Wrong.PEOPLE),
        (CoSpeaker, {"phone_hash": blind_index("13993912345", "phone")}, Wrong.PEOPLE),
        (Assignment, {"ask": "只拍照，不用修"}, Wrong.WORK),
        (Assignment, {"due_on": NOON.date()}, Wrong.WORK),
        (Assignment, {"acknowledged_at": NOON + DAY}, Wrong.WORK),
        (Assignment, {"reported_at": NOON, "report": "修好了"}, Wrong.WORK),
        (Assignment, {"waived_at": NOON}, Wrong.WORK),
        (HandBack, {"ground": "不想办"}, Wrong.WORK),
        (HandBack, {"state": "refused"}, Wrong.WORK),
        (TimeRequest, {"reason": "没有理由"}, Wrong.WORK),
        (TimeRequest, {"until_on": NOON.date()}, Wrong.WORK),
        (MandatoryReport, {"told": "没有报告"}, Wrong.WORK),
        (MandatoryReport, {"receipt": "收到"}, Wrong.WORK),
    ],
)
def test_a_row_that_was_changed_is_found(worked_on, model, changed, wrong):
    of(model, worked_on).update(**changed)

    assert found() == {wrong}


@pytest.mark.parametrize(
    ("model", "wrong"),
    [
        (CoSpeaker, {Wrong.PEOPLE, Wrong.SEARCHED}),
        (JoinedVillage, {Wrong.PEOPLE}),
        (HandBack, {Wrong.WORK}),
        (TimeRequest, {Wrong.WORK}),
        (MandatoryReport, {Wrong.WORK}),
    ],
)
def test_a_row_that_was_taken_away_is_found(worked_on, model, wrong):
    of(model, worked_on).delete()

    assert found() == wrong


def test_somebody_put_in_the_place_of_a_co_speaker_is_found(worked_on):
    rows = CoSpeaker.objects.filter(case=worked_on)
    rows.update(resident=ResidentFactory())
    roles.record_made(NOON)
    assert found() == {Wrong.PEOPLE}

    rows.update(name="王二")
    assert found() == {Wrong.PEOPLE, Wrong.SEARCHED}


def test_a_row_that_was_put_in_is_found(worked_on):
    CoSpeaker.objects.create(case=worked_on, name="王二")
    assert found() == {Wrong.PEOPLE, Wrong.SEARCHED}


def test_a_village_that_was_put_in_or_exchanged_is_found(worked_on):
    joined = JoinedVillage.objects.get(case=worked_on)
    joined.village = VillageFactory()
    joined.save()
    roles.record_made(NOON)
    assert found() == {Wrong.PEOPLE}


def test_why_a_part_ended_is_sealed(here, worked_on):
    by = officer(here.handler)
    make_move(worked_on, Action.RETURN, by=by, at=NOON, reason="不归我们管")
    assert found() == set()

    Assignment.objects.filter(case=worked_on).update(end="released")
    assert found() == {Wrong.WORK}


# --- who may read


@pytest.fixture
def secret(here):
    return decided(here, accepted(here, spoken(here, confidentiality="secret")))


def test_readers_who_were_put_in_or_taken_away_are_found(here, secret):
    assert found() == set()

    put_in = CaseAccess.objects.create(case=secret, post=here.duty)
    assert found() == {Wrong.PEOPLE}

    put_in.delete()
    CaseAccess.objects.filter(case=secret).first().delete()
    assert found() == {Wrong.PEOPLE}


def test_readers_named_in_the_place_of_others_are_found(here, secret):
    reader = CaseAccess.objects.filter(case=secret).first()
    CaseAccess.objects.filter(pk=reader.pk).update(post=here.member)

    assert found() == {Wrong.PEOPLE}


def test_the_village_of_a_cadre_in_conflict_is_sealed(here):
    case = spoken(here, concerns=(here.secretary.user,))

    Concern.objects.filter(case=case).update(village=None)

    assert found() == {Wrong.PEOPLE}


# --- clocks


@pytest.mark.parametrize(
    "changed",
    [
        {"started_at": NOON - DAY},
        {"stopped_at": NOON - DAY},
        {"due_at": NOON + 90 * DAY},
        {"yellow_at": NOON + 90 * DAY},
        {"amount": 90},
        {"rule": "meeting"},
        {"extended": True},
        {"pauses": [{"kind": "defer", "from": "2026-03-02", "until": "2026-03-30"}]},
    ],
)
def test_a_clock_that_has_stopped_is_sealed(case, changed):
    Clock.objects.filter(case=case, nth=3).update(**changed)

    assert found() == {Wrong.CLOCKS}


def test_the_pause_of_a_running_clock_is_sealed(here):
    case = make_move(
        accepted(here),
        Action.DEFER,
        by=officer(here.secretary),
        at=NOON,
        **words(Action.DEFER, NOON),
    )
    clock = Clock.objects.get(case=case, stopped_at=None)
    assert clock.pauses
    assert found() == set()

    Clock.objects.filter(pk=clock.pk).update(pauses=[])

    assert found() == {Wrong.CLOCKS}


def test_a_clock_taken_away_is_found(case):
    Clock.objects.filter(case=case, nth=2).delete()

    assert found() == {Wrong.CLOCKS}


def test_when_somebody_looks_at_a_clock_next_is_supervisions_own(here):
    case = decided(here)
    Clock.objects.filter(case=case).update(look_at=NOON)

    assert found() == set()


# --- answers


def test_how_a_call_back_was_made_is_sealed(here, case):
    values = words(Action.CALL_BACK, NOON)
    by = officer(here.secretary)
    make_move(case, Action.CALL_BACK, by=by, at=NOON + 2 * DAY, **values)
    assert found() == set()

    CallBack.objects.filter(case=case).update(how="visit")
    assert found() == {Wrong.RATING}


@pytest.fixture
def spoken_of_again(case):
    by = Speaker(case, "code")
    at = NOON + 3 * DAY
    case = make_move(case, Action.AFTERWORD, by=by, at=at, text="太暗")
    assert found() == set()
    return case


@pytest.mark.parametrize(
    "changed",
    [
        {"due_at": NOON + 90 * DAY},
        {"said_at": NOON},
        {"owner": None},
        {"answer": "已经答复"},
        {"answered_at": NOON, "end": "answered"},
    ],
)
def test_what_was_said_after_closing_is_sealed(spoken_of_again, changed):
    Afterword.objects.filter(case=spoken_of_again).update(**changed)

    assert found() == {Wrong.AFTERWORDS}


def test_what_was_said_after_closing_cannot_be_taken_away(spoken_of_again):
    Afterword.objects.all().delete()

    assert found() == {Wrong.AFTERWORDS}


def test_nothing_is_put_in_as_said_after_closing(case):
    Afterword.objects.create(case=case, said_at=NOON, due_at=NOON, yellow_at=NOON)

    assert found() == {Wrong.AFTERWORDS}


@pytest.mark.parametrize("column", ["on_the_spot", "drawn"])
def test_that_a_rating_was_drawn_for_a_call_back_is_sealed(case, column):
    rating = Rating.objects.get(case=case)
    Rating.objects.update(**{column: not getattr(rating, column)})

    assert found() == {Wrong.RATING}


# --- matters of an old ledger


def test_the_lead_of_a_matter_adopted_past_handling_is_sealed(here):
    matter = Matter(
        source="2025年台账",
        title="地界",
        verbatim="多犁一犁",
        registered_at=NOON - 5 * DAY,
        stage="supervise",
        village=here.village,
        group=here.group,
        category="neighbour",
        grade="complex",
        accepted_at=NOON - 4 * DAY,
        decided_at=NOON - 3 * DAY,
        handling="led",
        decision="拉尺",
        lead=here.member,
        completed_at=NOON - 2 * DAY,
        result="栽了界石",
    )
    adopt([matter], officer(here.reviewer), NOON)
    assert found() == set()

    Assignment.objects.update(post=here.leader)

    assert found() == {Wrong.WORK}


# --- what is blanked and searched


def test_what_is_blanked_beside_the_fields_is_sealed(worked_on):
    Case.objects.filter(pk=worked_on.pk).update(also_personal="村支书")
    assert found() == {Wrong.BLANKED}

    Case.objects.filter(pk=worked_on.pk).update(also_personal="")
    assert found() == {Wrong.BLANKED}


@pytest.mark.parametrize("words", ["", "村口"])
def test_the_further_words_to_blank_are_sealed_and_searched_by(here, words):
    case = spoken(here, confidentiality="hidden", verbatim="河边那家养蜂的说漏水")
    hide_words(case, "河边那家", seen="", by=here.duty.user, at=NOON)
    assert found() == set()

    Case.objects.filter(pk=case.pk).update(also_hidden=words)

    assert found() == {Wrong.FURTHER, Wrong.SEARCHED}


@pytest.mark.parametrize("confidentiality", ["normal", "hidden", "secret"])
@pytest.mark.parametrize("column", ["open_words", "hidden_words"])
def test_the_words_that_are_searched_are_made_anew(here, confidentiality, column):
    case = spoken(here, confidentiality=confidentiality, co_speakers=("赵秀英",))
    assert found() == set()

    Case.objects.filter(pk=case.pk).update(**{column: "没有这回事"})

    assert found() == {Wrong.SEARCHED}


# --- every column

# seals themselves, as closed ledgers are; or compared with their record in the audit
# log: files, meetings, the six steps
NOT_BESIDE = {
    Event,
    StateAtUpdate,
    Attachment,
    AgendaItem,
    FourTwoProcess,
    FrozenRow,
    RedEntry,
}


def models_with_a_case():
    """Yield the models of cases whose rows belong to one case."""
    for model in apps.get_app_config("cases").get_models():
        fields = {field.name: field for field in model._meta.concrete_fields}
        of_case = fields.get("case") or fields.get("assignment")
        if of_case and isinstance(of_case, models.ForeignKey):
            yield model


def test_every_column_beside_a_case_is_sealed_or_named_as_not():
    tables = {}
    for group in GROUPS_OF_ROWS.values():
        for table in group.values():
            assert table.model not in tables
            tables[table.model] = table

    assert not GROUPS_OF_ROWS.keys() & GROUPS.keys()
    for model, table in tables.items():
        left_out = NOT_SEALED_OF_ROWS.get(model, frozenset())
        owner = "" if table.of_assignment else "case_id"
        columns = {field.attname for field in model._meta.concrete_fields}
        assert {"id", owner, *table.columns, *left_out} - {""} == columns
    assert set(models_with_a_case()) - tables.keys() == NOT_BESIDE
