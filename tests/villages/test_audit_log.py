from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from supervision.sealing.finals import FINALS
from tests.roles import (
    auditor,
    secretary_of,
    security_admin,
    supervisor_of,
    system_admin,
)
from tests.villages.factories import UserFactory, VillageFactory
from villages.audit import record_audit
from villages.audit_words import SEALED
from villages.models import AuditRecord
from villages.models.audit import AuditKind

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


@pytest.fixture
def reader(client):
    client.force_login(auditor().user)
    return client


def record(kind=AuditKind.EXPORT, at=NOON, user=None, **fields) -> AuditRecord:
    return record_audit(kind, at=at, user=user, **fields)


def shown(reader, **query) -> list[int]:
    return [
        row.pk
        for row in reader.get(reverse("villages:audit"), query).context["records"]
    ]


def test_the_auditor_alone_reads_the_log(client):
    village = VillageFactory()
    superuser = UserFactory(is_superuser=True, is_staff=True)
    others = [
        system_admin(),
        security_admin(),
        secretary_of(village),
        supervisor_of(village.town),
    ]

    for user in [*(post.user for post in others), superuser]:
        client.force_login(user)
        assert client.get(reverse("villages:audit")).status_code == 404


def test_what_an_item_was_called_stands_in_no_row_of_the_log(reader):
    """It named who spoke in a matter that was hidden afterwards; rows never change."""
    seal = "5e" * 32
    record(AuditKind.SEALED, subject=f"item:47 逯秋霜门前的路要不要修 {seal}")

    page = reader.get(reverse("villages:audit")).content.decode()
    admin = reader.get(reverse("admin:villages_auditrecord_changelist"))

    for face in (page, admin.content.decode()):
        assert "47 " in face
        assert seal in face
        assert "秋霜" not in face


def test_the_column_is_named_after_an_act_in_the_log_and_no_measure(reader):
    record(AuditKind.EXPORT)

    page = reader.get(reverse("villages:audit")).content.decode()

    assert '<th scope="col">操作</th>' in page
    assert "办理措施" not in page


def test_the_log_is_filtered_by_kind(reader):
    wanted = record(AuditKind.EXPORT)
    record(AuditKind.PRINT)

    assert shown(reader, kind="export") == [wanted.pk]


def test_the_log_is_filtered_by_account(reader):
    wanted = record(user=UserFactory(username="wang"))
    record(user=UserFactory(username="wang2"))
    record(user=None)

    assert shown(reader, user="Wang") == [wanted.pk]


@pytest.mark.parametrize(
    "typed",
    [
        "魏文静",
        "文静",
        "super",
        "ｓｕｐｅｒｖｉｓｏｒ",
        " Supervisor ",
        "supervisor。c",
    ],
)
def test_an_account_is_found_by_its_name_in_any_width(reader, typed):
    wanted = record(user=UserFactory(username="supervisor.county", name="魏文静"))
    record(user=UserFactory(username="wang", name="王桂兰"))
    record(user=None)

    assert shown(reader, user=typed) == [wanted.pk]


def test_a_last_day_before_the_first_is_said_beside_it(reader):
    page = reader.get(
        reverse("villages:audit"), {"from_on": "2026-03-02", "until_on": "2026-03-01"}
    )

    assert list(page.context["form"].errors) == ["until_on"]
    assert "最后一天不能早于第一天" in page.content.decode()


def test_the_log_is_filtered_by_days_of_this_country(reader):
    # 23:59:59 on 1 March in Shanghai
    before = record(at=datetime(2026, 3, 1, 15, 59, 59, tzinfo=UTC))
    first = record(at=datetime(2026, 3, 1, 16, tzinfo=UTC))
    last = record(at=datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC))
    after = record(at=datetime(2026, 3, 2, 16, tzinfo=UTC))

    assert shown(
        reader, kind="export", from_on="2026-03-02", until_on="2026-03-02"
    ) == [last.pk, first.pk]
    assert shown(reader, kind="export", from_on="2026-03-03") == [after.pk]
    assert shown(reader, kind="export", until_on="2026-03-01") == [before.pk]


@pytest.mark.parametrize("count", [1, 3, 50])
def test_the_log_asks_three_queries_whatever_its_length(
    reader, count, django_assert_num_queries
):
    for _ in range(count):
        record(user=UserFactory())

    with django_assert_num_queries(3):  # session, account with posts, records
        reader.get(reverse("villages:audit"))


def test_the_next_page_goes_on_even_between_equal_times(reader):
    made = [
        record(at=NOON - timedelta(minutes=number // 7)).pk for number in range(120)
    ]

    pages, before = [], ""
    while True:
        context = reader.get(
            reverse("villages:audit"), {"kind": "export", "before": before}
        ).context
        pages.append([row.pk for row in context["records"]])
        before = context["before"]
        if not before:
            break

    assert [len(page) for page in pages] == [50, 50, 20]
    assert sorted(pk for page in pages for pk in page) == sorted(made)


@pytest.mark.parametrize("before", ["x", "20260302-", "-1", "99999999999999999999-1"])
def test_a_malformed_mark_shows_the_first_page(reader, before):
    wanted = record()

    assert shown(reader, kind="export", before=before) == [wanted.pk]


def test_a_malformed_filter_is_said_beside_the_field(reader):
    answer = reader.get(
        reverse("villages:audit"), {"from_on": "yesterday", "kind": "gossip"}
    )

    assert set(answer.context["form"].errors) == {"from_on", "kind"}


@pytest.mark.parametrize(
    "verb",
    [
        "UPDATE villages_auditrecord SET reason = 'x'",
        "DELETE FROM villages_auditrecord",
    ],
)
def test_the_database_refuses_to_change_the_log(verb):
    record()

    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(verb)

    assert AuditRecord.objects.count() == 1


@pytest.mark.postgres
def test_the_database_refuses_to_empty_the_log():
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("TRUNCATE villages_auditrecord CASCADE")


def test_texts_are_cut_to_what_the_table_holds_and_it_is_seen():
    made = record(subject="字" * 300 + "\0", reason="\0" + "因" * 300)
    as_much_as_it_holds = record(subject="字" * 200, reason="因" * 200)

    assert (made.subject, made.reason) == ("字" * 199 + "…", "因" * 199 + "…")
    assert as_much_as_it_holds.reason == "因" * 200


# --- in the reader's words; what is stored stays
@pytest.mark.parametrize(
    ("kind", "stored", "words"),
    [
        (AuditKind.SEALED, "meeting:45 3月会 ab12", "会议记录 45 3月会 ab12"),
        (AuditKind.SEALED, "order:11 ab12", "督办单 11 ab12"),
        (AuditKind.SEALED, "new-thing:11 ab12", "new-thing:11 ab12"),
        (
            AuditKind.CLOSED,
            "白关镇 satisfaction 2026-03-01 2026-03-31 ab12",
            "白关镇 群众满意度台账 2026-03-01 2026-03-31 ab12",
        ),
        (
            AuditKind.IN_RED,
            "白关镇 general 2026-03-01 2026-03-31 ab12",
            "白关镇 民事直说总台账 2026-03-01 2026-03-31 ab12",
        ),
        (AuditKind.EXPORT, "meeting:45 x", "meeting:45 x"),
    ],
)
def test_what_was_sealed_or_closed_is_named_in_words(reader, kind, stored, words):
    record(kind, subject=stored)

    page = reader.get(reverse("villages:audit"))

    assert f'<td class="anywhere">{words}</td>' in page.content.decode()
    assert AuditRecord.objects.get(kind=kind).subject == stored


def test_whatever_is_sealed_has_a_name():
    assert {final.name for final in FINALS} <= SEALED.keys()


def test_what_the_system_did_says_so_and_a_failed_login_names_nobody(reader):
    record(AuditKind.CHECKED, subject="2026-03-02")
    failed = AuditRecord.objects.create(
        kind=AuditKind.LOGIN_FAILED, at=NOON, subject="x", address="10.0.0.1"
    )

    page = reader.get(reverse("villages:audit"))

    actors = {row.pk: actor for row, _subject, actor in page.context["rows"]}
    assert actors[failed.pk] == ""
    assert "系统" in actors.values()
