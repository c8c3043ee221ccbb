"""Whom an order for a matter goes to: shown before it is signed, and sent by the same
rule.
"""

from collections.abc import Collection, Iterable
from datetime import date

from django.utils.translation import gettext as _

from cases.lists.hearers import Hearers
from cases.models import Case
from supervision.models import SupervisionOrder, Told
from supervision.notices.recipients import recipients_of
from supervision.orders.rights import is_of_county
from villages.models import Post, User

# who is notified as it goes out: whoever has the matter, and who is above them
NOTIFIED = (Told.OWNER, Told.HEAD)


def address(order: SupervisionOrder, case: Case) -> None:
    """Address an order to whoever has its case."""
    order.to_post_id = case.owner_post_id
    order.to_office_id = case.owner_office_id


def chasing_goes_to(case: Case, on: date, _by: User) -> Hearers:
    """Return who hears of chasing by hand, and to whom the order it asks for goes."""
    return addressees_of([case], on)[case.pk]


def signers_asked(case: Case, on: date, *, writer: Post | None) -> list[Post]:
    """Return who is asked to sign an order that `writer` wrote for a case, read with
    their places.

    Four queries, five where somebody is away.
    """
    people = recipients_of([case], on)
    of_county = is_of_county(case, writer)
    told = people.posts_told(case, (Told.SIGNER,), of_county=of_county)

    placed = with_places(post.pk for post in told)
    return [placed[post.pk] for post in told if post.pk in placed]


def why_unsigned(case: Case, on: date, *, writer: Post | None) -> str:
    """Return why an order that nobody is asked to sign may not be written; "" where it
    may, and waits until somebody signs here.
    """
    if is_of_county(case, writer):
        return _(
            "The county signs this order, and no other reviewer there may sign yet:"
            " ask the account administrator to let one."
        )
    if recipients_of([case], on).is_with_a_signer(case):
        return _("Whoever has it signs the orders here; ask the county.")
    return ""


def with_places(keys: Iterable[int]) -> dict[int, Post]:
    """Read posts with all that names their place, a county's name too; by key."""
    rows = Post.objects.with_places().select_related("user").filter(pk__in=set(keys))
    return {post.pk: post for post in rows}


def addressees_of(cases: Collection[Case], on: date) -> dict[int, Hearers]:
    """Return whom an order for each case would go to, by case.

    Four queries, five where somebody is away; the cases come with town and office.
    """
    people = recipients_of(cases, on)
    told = {case.pk: people.posts_told(case, NOTIFIED) for case in cases}

    keys = {case.owner_post_id for case in cases if case.owner_post_id}
    for posts in told.values():
        keys.update(post.pk for post in posts)
    named = {key: str(post) for key, post in with_places(keys).items()}

    found = {}
    for case in cases:
        addressee = str(case.owner_office or "")
        if case.owner_post_id:
            addressee = named.get(case.owner_post_id, "")
        others = [post for post in told[case.pk] if post.pk != case.owner_post_id]
        notified = [named[post.pk] for post in others if post.pk in named]
        found[case.pk] = Hearers(addressee, notified)
    return found
