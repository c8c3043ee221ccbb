"""保密: the readers of a secret case, and why each is one (domain §3)."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from cases.models.choices import Confidentiality
from cases.workflow.facts import Facts
from cases.workflow.who import owners_posts
from minshi.errors import Text
from villages.models import Post, Role


@dataclass
class Reader:
    post: Post
    why: list[Text]


def readers_of(facts: Facts) -> list[Reader]:
    """Return those named in a secret case with every reason they are named for.

    None for any other case. No query.
    """
    case = facts.case
    if case.confidentiality != Confidentiality.SECRET:
        return []

    recorders = [post for post in facts.posts if post.pk == case.recorded_by_id]
    assistants = facts.holders(facts.assistants)
    leads = facts.holders([facts.lead] if facts.lead else [])
    listed = [post for post in facts.posts if post.pk in facts.named]
    secretaries = [post for post in listed if post.role == Role.SECRETARY]
    reviewers = [post for post in listed if post.role == Role.REVIEWER]
    by_role = [*secretaries, *reviewers]
    others = [post for post in listed if post not in by_role]

    reasons: list[tuple[list[Post], Text]] = [
        (recorders, _("took it down")),
        (owners_posts(facts), _("it is with them")),
        (leads, _("leads")),
        (assistants, _("assists")),
        (secretaries, _("secretary of the village")),
        (reviewers, _("reviewer of this level")),
        (others, _("named")),
    ]
    readers: dict[int, Reader] = {}
    for posts, why in reasons:
        for post in posts:
            if facts.may_see(post):
                reader = readers.setdefault(post.pk, Reader(post, []))
                reader.why.append(why)
    return list(readers.values())
