"""What is final beside the cases: meetings, the six steps, orders and public reports
that SQL changed, put in or took away are found.
"""

import shutil
import uuid
from collections import defaultdict

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import IntegrityError, models, transaction
from django.test import override_settings

from cases.models import (
    AgendaItem,
    Attachment,
    Attendee,
    FourTwoProcess,
    FourTwoStep,
    Meeting,
    MinutesCorrection,
    SignedSheet,
    StepAside,
    StepCorrection,
)
from cases.workflow import Action, make_move
from minshi.history import history_lifted
from supervision.models import (
    OrderTalk,
    Publication,
    SentBack,
    SupervisionOrder,
    Wall,
)
from supervision.orders import end_orders_due
from supervision.reports.publishing import take_back
from supervision.sealing.finals import FINALS
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import DAY, NOON, officer, staff
from tests.supervision.history.attacks import by_sql, found
from tests.supervision.history.closing import APRIL, LATER
from tests.supervision.history.deciding import decide_all
from villages.models import AuditRecord, DutyLeave, DutyShift, SwapRequest, User
from villages.posts import POST

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("in_april", "here"),
]
EARLIER = "2026-01-01 00:00:00+00:00"


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """The folder in which the program kept its heads meanwhile."""
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def here(django_db_setup, django_db_blocker, kept):
    """A town in which everything was decided, made once for all tests."""
    with django_db_blocker.unblock(), transaction.atomic():
        with time_machine.travel(APRIL, tick=False), override_settings(VAR_DIR=kept):
            people = staff()
            roles.record_made(NOON)
            decide_all(people)
        yield people
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _own_folder(settings, here, kept, tmp_path):
    settings.VAR_DIR = shutil.copytree(kept, tmp_path / "kept")


def test_nothing_is_found_where_all_is_as_it_was_decided():
    assert found(LATER) == set()


@pytest.mark.parametrize(
    ("rows", "change"),
    [
        (Meeting, "SET minutes = '一致同意'"),
        (AgendaItem, "SET resolution = '承包给张三'"),
        (Attendee, "SET name = '王外人'"),
        (StepAside, "SET reason = '亲属'"),
        (MinutesCorrection, f"SET at = '{EARLIER}'"),
        (FourTwoProcess, "SET subject = '集体林地'"),
        (FourTwoStep, "SET held_on = '2026-01-01'"),
        (StepCorrection, "SET wrong = '无'"),
        (SignedSheet, "SET file = 'other.pdf'"),
        (Attachment, "SET file = 'other.pdf'"),
        (SupervisionOrder, "SET demand = '无', reason = '误发'"),
        (SupervisionOrder, "SET reply_on = '2027-01-01'"),
        (SupervisionOrder, f"SET sent_at = '{EARLIER}'"),
        (SentBack, "SET finding = '办得好'"),
        (OrderTalk, "SET whom = '李强'"),
        (Publication, "SET numbers = '{\"case.received.count\": 6000}'"),
        (Publication, "SET topics = '[[\"路灯\", 6000]]'"),
    ],
)
def test_what_was_changed_is_found(rows, change):
    table = rows._meta.db_table
    row = rows.objects.order_by("pk").first()

    by_sql(table, f"UPDATE {table} {change}", id=row.pk)

    assert found(LATER) == {LogWrong.CLOSED}


SEALED = defaultdict(set)
for final in FINALS:
    for columns in (final.own, *final.parts):
        SEALED[columns.model].update(columns.names)
WITH_AN_OWNER = {part.model for final in FINALS for part in final.parts}
# what changes for whoever waits, and says nothing to a reader
NOT_SEALED = {(SupervisionOrder, "remind_at")}
OF_NO_RECORD = {  # of an account: what no record names, and what a log-in writes
    "last_login",
    "is_superuser",
    "is_staff",
    "email",
    "date_joined",
    "phone",
}
# of a second factor: its secret is, and what changes as it is used is not
NOT_SEALED |= {(Authenticator, "data"), (Authenticator, "last_used_at")}
NOT_SEALED |= {(User, column) for column in OF_NO_RECORD}
# what every record names has its own test_named.py
DECIDED = [final for final in FINALS if final not in roles.MADE or final is POST]


@pytest.mark.sqlite
@pytest.mark.parametrize("rows", SEALED)
def test_every_column_is_sealed(rows):
    by_its_owner = "meeting_id" if rows in (AgendaItem, Attendee) else "order_id"
    unsealed = set()
    for field in rows._meta.concrete_fields:
        is_owner = rows in WITH_AN_OWNER and field.attname == by_its_owner
        if not (field.primary_key or is_owner or field.attname in SEALED[rows]):
            unsealed.add((rows, field.attname))

    assert unsealed <= NOT_SEALED


@pytest.mark.parametrize(
    "rows", [final.own.model for final in DECIDED], ids=[each.name for each in DECIDED]
)
def test_what_was_put_in_is_found(rows):
    row = rows.objects.order_by("pk").first()
    row.pk = None
    for field in rows._meta.concrete_fields:
        if isinstance(field, models.UUIDField):
            setattr(row, field.attname, uuid.uuid4())
    other = {SupervisionOrder: {"number": "2", "state": "closed"}}
    other[Publication] = {"ended_at": APRIL}
    other[Wall] = {"digest": "0"}
    other[FourTwoStep] = {"nth": 4}
    other[SignedSheet] = {"received_sha256": "0"}
    other[Attachment] = {"received_sha256": "0"}
    other[AgendaItem] = {"case": None, "subject": "分红"}
    other[DutyShift] = {"starts_at": NOON}
    other[SwapRequest] = {"state": "lapsed", "answered_at": NOON}
    other[DutyLeave] = {"from_on": NOON.date()}
    for name, value in other.get(rows, {}).items():
        setattr(row, name, value)
    with history_lifted():
        row.save(force_insert=True)

    assert found(LATER) == {LogWrong.CLOSED}


@pytest.mark.parametrize(
    "rows", [MinutesCorrection, StepCorrection, SignedSheet, Publication]
)
def test_what_was_taken_away_is_found(rows):
    with history_lifted():
        rows.objects.all()._raw_delete("default")

    assert found(LATER) == {LogWrong.CLOSED_GONE}


def test_an_order_that_is_said_not_to_have_gone_out_is_found():
    change = (
        "SET sent_at = NULL, number = '', state = 'cancelled', cancelled_at = sent_at"
    )

    order = SupervisionOrder.objects.get()
    by_sql("order", f"UPDATE supervision_supervisionorder {change}", id=order.pk)

    assert found(LATER) == {LogWrong.CLOSED}


def test_what_the_program_changes_is_recorded_anew(here):
    report = Publication.objects.get().report
    take_back(report, by=here.reviewer.user, at=APRIL + DAY)
    case = SupervisionOrder.objects.get().case
    words = {"route": "法院", "told": "请去法院"}
    make_move(case, Action.DIVERT, by=officer(here.secretary), at=APRIL, **words)
    end_orders_due(APRIL + DAY)

    assert SupervisionOrder.objects.get().state == "ended"
    assert Publication.objects.get().ended_at == APRIL + DAY
    assert found(LATER) == set()


def test_an_older_state_with_its_record_copied_is_found():
    """Whoever puts the row back as it was copies the record of that state, too."""
    order = SupervisionOrder.objects.get()
    records = AuditRecord.objects.filter(subject__startswith=f"order:{order.pk} ")
    _raised, _signed, first, *_later = records.order_by("pk")
    before = {"state": "sent", "reply": "", "replied_at": None, "replied_by": None}
    before |= {"finding": "", "checked_at": None, "checked_by": None}
    before |= {"circulated_at": None, "reply_on": (NOON + 3 * DAY).date()}
    with history_lifted():
        SentBack.objects.all().delete()
        OrderTalk.objects.all().delete()
        SupervisionOrder.objects.update(**before)
    AuditRecord.objects.create(
        kind=first.kind, subject=first.subject, at=first.at, user=first.user
    )

    assert found(LATER) == {LogWrong.CLOSED}


def test_the_database_refuses_to_change_what_is_shown_no_more(here):
    report = Publication.objects.get().report
    take_back(report, by=here.reviewer.user, at=APRIL + DAY)

    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        Publication.objects.update(numbers={})
    with pytest.raises(IntegrityError, match="is closed"), transaction.atomic():
        Publication.objects.all().delete()
