"""Who may act where: a post that SQL put in, changed or took away is found, and one
that the program gave, changed, ended or took back is not.
"""

from datetime import timedelta

import pytest
from django.core.management import call_command

from minshi.history import history_lifted
from supervision.sealing.findings import LogWrong
from tests import roles
from tests.cases.roads import NOON
from tests.supervision.history.attacks import MINUTE, NIGHT, by_sql, found
from tests.supervision.history.migrating import migrate_back_before, migrate_to_the_end
from tests.villages.factories import UserFactory
from villages import accounts, appointing
from villages.models import AuditRecord, Post, Role
from villages.posts import POST

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
IN_A_YEAR = TODAY + timedelta(days=365)


@pytest.fixture
def secadmin():
    post = roles.security_admin()
    roles.record_made(NOON)
    return post.user


@pytest.mark.parametrize(
    "change",
    [
        "SET role = 'secretary'",
        "SET until_on = '2099-01-01'",
        "SET from_on = '2001-01-01'",
        "SET user_id = {other}",
    ],
)
def test_a_changed_post_is_found(here, change):
    change = change.format(other=here.reviewer.user_id)
    by_sql("post", f"UPDATE villages_post {change}", id=here.duty.pk)

    assert found() == {LogWrong.CLOSED}


def test_a_signature_that_nobody_gave_is_found(here):
    by_sql("post", "UPDATE villages_post SET may_sign = TRUE", id=here.reviewer.pk)

    assert found() == {LogWrong.CLOSED}


def test_a_post_that_was_put_in_is_found(here):
    Post.objects.create(
        user=here.duty.user, role=Role.REVIEWER, town=here.town, from_on=TODAY
    )

    assert found() == {LogWrong.CLOSED}


def test_a_post_that_was_taken_away_is_found(here):
    Post.objects.filter(pk=here.county_supervisor.pk)._raw_delete("default")

    assert found() == {LogWrong.CLOSED_GONE}


def test_what_the_security_administrator_does_is_recorded(here, secadmin):
    user = UserFactory()
    roles.record_made(NOON)
    given = appointing.appoint(
        user, Role.REVIEWER, here.town, from_on=TODAY, by=secadmin, at=NOON
    )
    appointing.change_post(given, IN_A_YEAR, may_sign=True, by=secadmin, at=NOON)
    appointing.end_post(here.duty, TODAY, by=secadmin, at=NOON)
    appointing.restore_post(given, None, may_sign=False, at=NOON + MINUTE)

    assert found() == set()


def test_a_post_put_back_with_its_record_copied_is_found(here, secadmin):
    """Within the minutes in which it was given and ended."""
    records = AuditRecord.objects.filter(subject__startswith=f"post:{here.duty.pk} ")
    first = records.earliest("pk")
    appointing.end_post(here.duty, TODAY, by=secadmin, at=NOON + MINUTE)
    assert found() == set()

    by_sql("post", "UPDATE villages_post SET until_on = NULL", id=here.duty.pk)
    AuditRecord.objects.create(kind=first.kind, subject=first.subject, at=first.at)

    assert found() == {LogWrong.CLOSED}


def test_what_a_list_gave_may_be_taken_back(here, secadmin):
    user = UserFactory()
    roles.record_made(NOON)
    given = appointing.appoint(
        user, Role.SUPERVISOR, here.town, from_on=TODAY, by=secadmin, at=NOON
    )
    appointing.withdraw_post(given, NOON)

    assert not Post.objects.filter(pk=given.pk).exists()
    assert found() == set()


def test_a_post_put_back_after_it_was_taken_back_is_found(here, secadmin):
    user = UserFactory()
    roles.record_made(NOON)
    given = appointing.appoint(
        user, Role.SUPERVISOR, here.town, from_on=TODAY, by=secadmin, at=NOON
    )
    key = given.pk
    appointing.withdraw_post(given, NOON)
    given.pk = key
    given.save(force_insert=True)

    assert found() == {LogWrong.CLOSED}


def test_the_first_accounts_are_recorded():
    accounts.open_first_accounts(NOON)

    assert found() == set()


def test_the_accounts_of_a_command_are_recorded(capsys):
    call_command("first_accounts")

    assert found(NIGHT) == set()


@pytest.mark.django_db(transaction=True)
def test_posts_of_before_are_recorded_by_the_update(here):
    migrate_back_before("0019_seal_posts_and_signed_sheets", app="supervision")
    with history_lifted():
        AuditRecord.objects.filter(kind="sealed").delete()

    migrate_to_the_end()

    records = AuditRecord.objects.filter(subject__startswith=f"{POST.name}:")
    assert records.count() == Post.objects.count()
    assert not found(NIGHT) & {LogWrong.CLOSED, LogWrong.CLOSED_GONE}


@pytest.mark.django_db(transaction=True)
def test_an_update_made_to_run_again_records_no_post(here):
    Post.objects.create(
        user=here.duty.user, role=Role.REVIEWER, town=here.town, from_on=TODAY
    )
    migrate_back_before("0019_seal_posts_and_signed_sheets", app="supervision")

    migrate_to_the_end()

    assert LogWrong.CLOSED in found(NIGHT)
