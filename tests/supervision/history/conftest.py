"""A case that has been through everything, and the auditor who is told."""

import pytest

from cases.workflow import Action, make_move
from supervision.orders import raise_order
from supervision.sealing.seals import seal_logs
from tests import roles
from tests.cases.roads import (
    DAY,
    NOON,
    accepted,
    completed,
    decided,
    officer,
    rated,
    spoken,
    staff,
    verified,
)
from tests.supervision.history.attacks import MINUTE, NIGHT
from tests.supervision.history.closing import APRIL, close_all
from villages.audit import record_audit
from villages.models import AuditRecord
from villages.models.audit import AuditKind
from villages.posts import seal_post


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def here():
    people = staff()
    roles.record_made(NOON)
    return people


@pytest.fixture
def case(here):
    """Rated and closed, with a corrected place."""
    case = make_move(
        spoken(here),
        Action.AMEND,
        by=officer(here.duty),
        at=NOON,
        place="村口",
        reason="补地点",
    )
    return rated(
        here, verified(here, completed(here, decided(here, accepted(here, case))))
    )


@pytest.fixture
def audited(here):
    for minutes in range(4):
        record_audit(
            AuditKind.UNMASK,
            at=NOON + minutes * MINUTE,
            user=here.secretary.user,
            subject="电话",
            reason="回访",
        )
    seal_logs(NIGHT)
    opened = AuditRecord.objects.filter(kind=AuditKind.UNMASK)
    return list(opened.order_by("pk"))


@pytest.fixture
def in_april(time_machine):
    time_machine.move_to(APRIL, tick=False)


@pytest.fixture
def closed(in_april, here):
    return close_all(here)


@pytest.fixture
def auditor():
    post = roles.auditor()
    post.user.email = "auditor@example.cn"
    post.user.save()
    roles.record_made(NOON)
    return post


@pytest.fixture
def secadmin():
    post = roles.security_admin()
    roles.record_made(NOON)
    return post.user


@pytest.fixture
def sysadmin():
    post = roles.system_admin()
    roles.record_made(NOON)
    return post.user


@pytest.fixture
def draft(here):
    return raise_order(
        accepted(here),
        reason="逾期",
        demand="请立即办理",
        reply_on=(NOON + 3 * DAY).date(),
        key=None,
        by=officer(here.supervisor),
        at=NOON,
    )


@pytest.fixture
def signer(here):
    here.reviewer.may_sign = True
    here.reviewer.save()
    seal_post(here.reviewer, at=NOON, by=None)
    return officer(here.reviewer)
