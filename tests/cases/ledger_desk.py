"""What tests of ledgers ask for and read: the page, the files, the print, and towns
with many cases.
"""

import csv
import io
import re
import uuid

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.ledgers import BOOKS, BOOKS_OF_CASES, read_records
from cases.models import Case
from cases.models.scope import Sight
from minshi import tabular
from minshi.clock import now, today
from tests.cases.roads import accepted, completed, decided, verified
from villages.models import Post

# the oldest first, as in the files: what a page shows by itself is another matter
EVERYTHING = {"period": "all", "first": "oldest"}


def logged_in(post: Post) -> Client:
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(post.user)
    return client


def page(post: Post, key: str = "general", **query: object):
    return logged_in(post).get(reverse("cases:ledger", args=[key]), EVERYTHING | query)


def take(
    post: Post,
    key: str = "general",
    form: str = "csv",
    query: str = "period=all",
    **data: object,
):
    name = (
        ("cases:ledger_print", [key])
        if form == "print"
        else ("cases:ledger_export", [key, form])
    )
    response = logged_in(post).post(
        f"{reverse(name[0], args=name[1])}?{query}", {"reason": "月报", **data}
    )
    if response.streaming:
        # the test client closes it after the last piece
        response.file = b"".join(response.streaming_content)
    return response


def table_of(response) -> list[list[str]]:
    text = response.file.decode("utf-8")
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text[1:])))


def shown_rows(response) -> list[list[str]]:
    body = re.search(r"<tbody>(.*?)</tbody>", response.content.decode(), re.DOTALL)
    rows = re.findall(r"<tr>(.*?)</tr>", body[1], re.DOTALL) if body else []
    # what is offered beside a masked name is none of the cell
    offers = re.compile(r'<a class="show-speaker".*?</a>', re.DOTALL)
    rows = [offers.sub("", row) for row in rows]
    cells = [re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL) for row in rows]
    return [[re.sub(r"<[^>]+>", "", cell).strip() for cell in row] for row in cells]


def bulk(here, count: int, first: int = 0) -> None:
    """Many open cases at once, without their history."""
    at = timezone.now()
    Case.objects.bulk_create(
        (
            Case(
                key=uuid.uuid4(),
                number=f"T-{n:07d}",
                tracking_code=f"t{n}",
                town=here.town,
                village=here.village,
                level="village",
                owner_post=here.duty,
                title="路灯坏了",
                verbatim=f"路灯坏了看不清{n}",
                speaker_name=f"张{n}",
                said_at=at,
                registered_at=at,
                due_at=at,
                yellow_at=at,
            )
            for n in range(first, first + count)
        ),
        batch_size=1000,
    )


def records(post: Post, key: str, cases=None, *, opened: bool = False):
    book = BOOKS_OF_CASES[key]
    counted = (
        Case.objects.all()
        if cases is None
        else Case.objects.filter(pk__in=[case.pk for case in cases])
    )
    chosen = (
        book.enrich(book.belongs(counted.counted_for(post.user, today())))
        .order_by(*book.order)
        .with_ledger_row()
    )
    sight = Sight.of(post.user, today())
    return read_records(
        book, list(chosen), sight=sight, at=now(), may_unmask=lambda _case: opened
    )


def rows(
    post: Post, key: str, cases=None, *, opened: bool = False
) -> list[dict[str, object]]:
    """The cells of each row by the column's key, as the reader has the ledger."""
    ledger = BOOKS[key].for_reader(post.user, today()).ledger
    columns = ["no", *(column.key for column in ledger.columns)]
    found = records(post, key, cases, opened=opened)
    return [
        dict(zip(columns, row, strict=True)) for row in tabular.rows_of(ledger, found)
    ]


def channel_of(here, channel: str) -> Case:
    return verified(
        here, completed(here, decided(here, accepted(here, channel=channel)))
    )
