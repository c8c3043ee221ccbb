"""The people of a case while a move is under way: its holders, owner and readers."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cases.models import Assignment, CaseAccess, HandBack
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    CloseReason,
    Level,
    RequestState,
)
from cases.workflow.facts import Facts
from cases.workflow.who import REVIEWERS, find_owner, walk
from minshi.errors import MoveRefused
from villages.models import Office, Post, Role
from villages.rights import LEAD

# still theirs, or ended only because the round or the whole matter did
NOT_TAKEN_AWAY = ("", AssignmentEnd.CLOSED, AssignmentEnd.ROUND_OVER)


class People:
    """Give a case its lead and assistants, its owner and, if secret, its readers."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.case = facts.case
        self.at = facts.at
        self.on = facts.on

    # --- lead and assistants
    def assign(self, holder: Post | Office, role: AssignmentRole) -> Assignment:
        assignment = Assignment(
            case=self.case, round=self.case.round, role=role, assigned_at=self.at
        )
        if isinstance(holder, Post):
            assignment.post = holder
        else:
            assignment.office = holder
        assignment.save()

        self.facts.assignments.append(assignment)
        known_posts = {post.pk for post in self.facts.posts}
        if isinstance(holder, Post) and holder.pk not in known_posts:
            self.facts.posts.append(holder)
        return assignment

    def end_assignments(
        self, end: AssignmentEnd, only: list[Assignment] | None = None
    ) -> None:
        """End the assignments given, or all that run."""
        chosen = self.facts.active if only is None else only
        if not chosen:
            return

        for assignment in chosen:
            assignment.ended_at = self.at
            assignment.end = end
        rows = Assignment.objects.filter(pk__in=[item.pk for item in chosen])
        rows.update(ended_at=self.at, end=end)
        self.lapse_hand_backs(chosen)

    def lapse_hand_backs(self, of: Iterable[Assignment]) -> None:
        """End the wait for a ruling on parts that have ended, were reported or waived.

        `of` are the assignments of those parts.
        """
        over = {item.pk for item in of}
        lapsed: list[HandBack] = []
        waiting: list[HandBack] = []
        for hand_back in self.facts.hand_backs:
            group = lapsed if hand_back.assignment_id in over else waiting
            group.append(hand_back)

        if lapsed:
            rows = HandBack.objects.filter(pk__in=[item.pk for item in lapsed])
            rows.update(state=RequestState.LAPSED)
            self.facts.hand_backs = waiting

    def lead_to_keep(self) -> Post | Office | None:
        """Return the lead who had the case last, if they may go on with it.

        They must still be in post, able to see the case, and not released or replaced.
        None for what was diverted (domain §3, entering 办).
        """
        leads = [
            item for item in self.facts.assignments if item.role == AssignmentRole.LEAD
        ]
        if not leads or self.case.close_reason == CloseReason.DIVERTED:
            return None

        last = leads[-1]
        if last.end not in NOT_TAKEN_AWAY or not self.may_lead(last.holder):
            return None
        return last.holder

    def may_lead(self, holder: Post | Office) -> bool:
        """True for a current post out of conflict that is no supervisor's.

        For an office: where it has such a handler.
        """
        if isinstance(holder, Post):
            is_fit = holder.is_current(self.on) and holder.role in LEAD
            return is_fit and not self.facts.in_conflict(holder)

        handlers = Post.objects.current(self.on).filter(office=holder)
        return any(
            not self.facts.in_conflict(post)
            for post in handlers.select_related("user", "group")
        )

    # --- owner
    def name_owner(self) -> tuple[Post | Office, bool]:
        """Write the owner on the case; return them, and whether an alarm is due.

        MoveRefused: there is nobody at all.
        """
        owner, nobody_left = find_owner(self.facts)
        if owner is None:
            owner = self._present_owner()

        self.case.owner_post = owner if isinstance(owner, Post) else None
        self.case.owner_office = owner if isinstance(owner, Office) else None
        return owner, nobody_left and not self.facts.alarmed()

    def _present_owner(self) -> Post:
        """Return the owner so far, for want of anybody better.

        A matter is better with somebody who is gone than refused to whoever speaks up.
        MoveRefused: there is none, or the matter concerns them.
        """
        present = self.case.owner_post
        if present is None or self.facts.in_conflict(present):
            raise MoveRefused(
                _("Nobody is appointed who could take this case; please call the town.")
            )
        return present

    # --- readers
    def name_readers(self) -> None:
        """Name who may read a 保密 case.

        These are the secretary unless in conflict and the reviewers of the level
        (domain §3). A village has no reviewer: the town's step in, else nobody could
        lower, lift or reopen such a matter.
        """
        facts = self.facts
        secretaries = facts.at_level(Level.VILLAGE, (Role.SECRETARY,))
        reviewers = walk(facts, REVIEWERS, lambda post: not facts.in_conflict(post))
        named = {
            post.pk for post in secretaries + reviewers if not facts.in_conflict(post)
        }

        rows = CaseAccess.objects.filter(case=self.case)
        if not facts.named:  # nobody yet, or read while the case was no secret
            facts.named = set(rows.values_list("post_id", flat=True))
        if gone := facts.named - named:
            rows.filter(post__in=gone).delete()
        if new := named - facts.named:
            CaseAccess.objects.bulk_create(
                CaseAccess(case=self.case, post_id=post) for post in sorted(new)
            )
        facts.named = named
