"""保密: who may read a secret case, and why each of them (domain §3,
confidentiality).
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.models.choices import AssignmentRole, Confidentiality
from cases.workflow.facts import Facts
from cases.workflow.who import owners_posts
from minshi.errors import Text
from villages.models import Post, Role


@dataclass
class Reader:
    post: Post
    why: list[Text]


def readers_of(facts: Facts) -> list[Reader]:
    """Those named in a secret case with every reason they are named for; none for any
    other case. No query.
    """
    case = facts.case
    if case.confidentiality != Confidentiality.SECRET:
        return []
    found: dict[int, Reader] = {}

    def name(posts: list[Post], why: Text) -> None:
        for post in posts:
            if facts.may_see(post):
                found.setdefault(post.pk, Reader(post, [])).why.append(why)

    name(
        [post for post in facts.posts if post.pk == case.recorded_by_id],
        _("took it down"),
    )
    name(owners_posts(facts), _("it is with them"))
    for role, why in (
        (AssignmentRole.LEAD, _("leads")),
        (AssignmentRole.ASSISTANT, _("assists")),
    ):
        name(facts.holders(item for item in facts.active if item.role == role), why)
    listed = [post for post in facts.posts if post.pk in facts.named]
    name(
        [post for post in listed if post.role == Role.SECRETARY],
        _("secretary of the village"),
    )
    name(
        [post for post in listed if post.role == Role.REVIEWER],
        _("reviewer of this level"),
    )
    name(
        [post for post in listed if post.role not in (Role.SECRETARY, Role.REVIEWER)],
        _("named"),
    )
    return list(found.values())
