"""Rights to sign an order, to answer it, and to check its answer."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case
from cases.models.choices import Level
from cases.workflow import Facts
from cases.workflow.standing import is_with
from cases.workflow.who import overseers_in_the_know
from supervision.models import SupervisionOrder
from villages.models import Post, User


def is_of_county(case: Case, writer: Post | None) -> bool:
    """Return True for an order that the county issues: its matter stands there, or
    somebody of the county wrote it. Of the system's drafts the writer is None.
    """
    if case.level == Level.COUNTY:
        return True
    return writer is not None and bool(writer.county_code)


def signs(case: Case, post: Post, on: date, *, writer: Post | None) -> bool:
    """Return True for a post that may sign an order that `writer` wrote for the case,
    which must oversee it. The county signs its own orders.
    """
    if is_of_county(case, writer) and not post.county_code:
        return False
    return post.may_sign and not is_ordered(case, post.user, on)


def signers_of(facts: Facts, on: date, *, writer: Post | None) -> list[Post]:
    """Return the posts that may sign an order that `writer` wrote for the case. Of a
    secret matter they need not be named in it: they read the order, not the matter.
    """
    overseers = overseers_in_the_know(facts)
    return [post for post in overseers if signs(facts.case, post, on, writer=writer)]


def why_not_signed(order: SupervisionOrder, post: Post, on: date) -> str:
    """Return why a post over its case does not sign an order; "" where it does."""
    if not post.may_sign:
        return _("Only a reviewer who may sign signs orders.")
    if is_ordered(order.case, post.user, on):
        return _("It goes to you yourself: another signs it.")
    if not signs(order.case, post, on, writer=order.raised_by):
        return _("The county's orders are signed by its own reviewers.")
    return ""


def is_ordered(case: Case, user: User, on: date) -> bool:
    """Return True for a user whom an order for the case would go to, under whatever
    post: the case is with them, or with an office they serve in.
    """
    if case.owner_office_id is None:
        return is_with(case, user)
    offices = [post.office_id for post in user.posts_on(on)]
    return case.owner_office_id in offices


def answers(order: SupervisionOrder, post: Post) -> bool:
    """Return True for a post that may answer the order: it was sent to the post or its
    office, or one of them has the case now.
    """
    case = order.case
    if post.pk in (order.to_post_id, case.owner_post_id):
        return True
    if post.office_id is None:
        return False
    return post.office_id in (order.to_office_id, case.owner_office_id)


def users_to_answer(order: SupervisionOrder) -> set[int]:
    """Return the keys of the users whose order it is to answer, as `answers` says of
    their posts. One query.
    """
    case = order.case
    posts = [key for key in (order.to_post_id, case.owner_post_id) if key]
    offices = [key for key in (order.to_office_id, case.owner_office_id) if key]
    answering = Post.objects.filter(Q(pk__in=posts) | Q(office__in=offices))
    return set(answering.values_list("user_id", flat=True))


def reads_matter(order: SupervisionOrder, user: User, on: date) -> bool:
    """Return True for a user who may read the matter of an order: whoever it was sent
    to answers no more once they handed that on. One query.
    """
    return Case.objects.visible_to(user, on).filter(pk=order.case_id).exists()


def may_check(order: SupervisionOrder, post: Post, facts: Facts) -> bool:
    """Return True for a user who neither handled the case in any round nor wrote the
    answer (domain §3, handled).
    """
    replier = order.replied_by
    if replier is not None and replier.user_id == post.user_id:
        return False
    return post.user_id not in facts.handlers(ever=True)
