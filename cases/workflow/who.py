"""Whose move it is and who owns a case: posts of the case's level, then the next level
up (domain §3).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from cases.models import Case
from cases.models.choices import Level, Stage
from cases.workflow.facts import Facts, stands_at
from villages.models import Office, Post, Role

Tier = frozenset[Role]
SUPERVISOR_FIRST = (frozenset({Role.SUPERVISOR}), frozenset({Role.REVIEWER}))
REVIEWER_ONLY = (frozenset({Role.REVIEWER}),)


class Handled(Enum):
    """Whom having handled bars."""

    NOBODY = "nobody"
    THIS_ROUND = "this round"
    ANY_ROUND = "any round"


@dataclass(frozen=True)
class Tiers:
    """The roles at each level, in tiers of which the first with anybody left acts.

    `steps_in` are the tiers of the next level up where none is left: supervisor first
    for 督 and 评, the reviewer for the rest. `base` is the lowest level the move
    belongs to.
    """

    village: tuple[Tier, ...] = ()
    upper: tuple[Tier, ...] = REVIEWER_ONLY
    steps_in: tuple[Tier, ...] = REVIEWER_ONLY
    base: Level = Level.VILLAGE
    or_owner: bool = False  # in 评 the owner may always act, whatever tier named them

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        posts = walk(
            facts,
            self,
            lambda post: _fits(facts, post, handled) and facts.is_named(post),
        )
        if self.or_owner and facts.case.stage == Stage.RATE:
            posts += [
                post
                for post in facts.posts
                if post.pk == facts.case.owner_post_id
                and post not in posts
                and _fits(facts, post, handled)
            ]
        return posts


@dataclass(frozen=True)
class Circle:
    """People bound to the case itself rather than to a level."""

    members: Callable[[Facts], Iterable[Post]]

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        return [
            post
            for post in self.members(facts)
            if _fits(facts, post, handled) and facts.is_named(post)
        ]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Tiers | Circle", ...]

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        seen: dict[int, Post] = {}
        for part in self.parts:
            for post in part.may(facts, handled):
                seen.setdefault(post.pk, post)
        return list(seen.values())


@dataclass(frozen=True)
class InRating:
    """In 评 one rule, with its bar on handlers; in every other stage another."""

    inside: Tiers
    otherwise: Circle

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        if facts.case.stage == Stage.RATE:
            return self.inside.may(facts, Handled.THIS_ROUND)
        return self.otherwise.may(facts, handled)


Who = Tiers | Circle | AnyOf | InRating


def _fits(facts: Facts, post: Post, handled: Handled) -> bool:
    if facts.in_conflict(post):
        return False
    if handled is Handled.NOBODY:
        return True
    return post.user_id not in facts.handlers(ever=handled is Handled.ANY_ROUND)


def walk(facts: Facts, who: Tiers, fits: Callable[[Post], bool]) -> list[Post]:
    """The posts of the first tier with anybody left, from the case's level (or the
    base) upwards.
    """
    start = max(Level(facts.case.level), who.base, key=lambda level: level.rank)
    level: Level | None = start
    while level:
        tiers = (
            (who.village if level == Level.VILLAGE else who.upper)
            if level == start
            else who.steps_in
        )
        for tier in tiers:
            if left := [post for post in facts.at_level(level, tier) if fits(post)]:
                return left
        level = level.above
    return []


def owners_posts(facts: Facts) -> list[Post]:
    """The post that owns the case, or the current posts of the office that does."""
    case = facts.case
    return [
        post
        for post in facts.posts
        if post.pk == case.owner_post_id
        or (case.owner_office_id and post.office_id == case.owner_office_id)
    ]


DUTY, SECRETARY, LEADER = Role.DUTY_OFFICER, Role.SECRETARY, Role.GROUP_LEADER
RECEIVERS = Tiers(village=(frozenset({DUTY, SECRETARY}),))
DECIDERS = Tiers(village=(frozenset({SECRETARY}),))
CHECKERS = Tiers(
    village=(frozenset({SECRETARY}),),
    upper=(frozenset({Role.SUPERVISOR, Role.REVIEWER}),),
    steps_in=SUPERVISOR_FIRST,
)
ORDERERS = Tiers(
    upper=(frozenset({Role.SUPERVISOR, Role.REVIEWER}),),
    steps_in=SUPERVISOR_FIRST,
    base=Level.TOWN,
)
RATERS = Tiers(
    village=(frozenset({DUTY, SECRETARY, LEADER}),),
    upper=SUPERVISOR_FIRST,
    steps_in=SUPERVISOR_FIRST,
    or_owner=True,
)
REVIEWERS = Tiers(base=Level.TOWN)
LEAD = Circle(lambda facts: facts.holders([facts.lead] if facts.lead else []))
ASSISTANTS = Circle(lambda facts: facts.holders(facts.assistants))
HANDLERS = Circle(lambda facts: facts.holders(facts.active))
RECORDER = Circle(
    lambda facts: [post for post in facts.posts if post.pk == facts.case.recorded_by_id]
)
OWNER = Circle(owners_posts)
REPLIERS = InRating(RATERS, OWNER)
OVERSEERS = Circle(
    lambda facts: (
        facts.at_level(Level.TOWN, (Role.REVIEWER, Role.SUPERVISOR))
        + facts.at_level(Level.COUNTY, (Role.REVIEWER, Role.SUPERVISOR))
    )
)
# make_move itself checks that the case is visible
READERS = AnyOf((Circle(lambda facts: facts.posts),))


def decides(post: Post, case: Case) -> bool:
    """Whether the post decides at the case's level where nothing bars it: for lists,
    that ask of every row.

    Who may decide one case, conflict, vacancy and handling considered, `DECIDERS` says.
    """
    level = Level(case.level)
    tiers = DECIDERS.village if level == Level.VILLAGE else DECIDERS.upper
    return post.role in tiers[0] and stands_at(post, case, level)


# The order in which a stage looks for its owner; each role a tier of its own (domain
# §3, Owner).
OWNER_RULE: dict[Stage, tuple[Tiers, Handled]] = {
    Stage.SPEAK: (
        Tiers(village=(frozenset({DUTY}), frozenset({SECRETARY}))),
        Handled.NOBODY,
    ),
    Stage.DELIBERATE: (DECIDERS, Handled.NOBODY),
    Stage.SUPERVISE: (
        Tiers(
            village=(frozenset({SECRETARY}),),
            upper=SUPERVISOR_FIRST,
            steps_in=SUPERVISOR_FIRST,
        ),
        Handled.THIS_ROUND,
    ),
    Stage.RATE: (
        Tiers(
            village=(frozenset({DUTY}), frozenset({SECRETARY})),
            upper=SUPERVISOR_FIRST,
            steps_in=SUPERVISOR_FIRST,
        ),
        Handled.THIS_ROUND,
    ),
}
FOLLOWING = (Stage.SPEAK, Stage.RATE)  # where the owner follows the roster
ORDER_OWNER_RULE = (
    Tiers(upper=SUPERVISOR_FIRST, steps_in=SUPERVISOR_FIRST, base=Level.TOWN),
    Handled.ANY_ROUND,
)


# Who keeps a case where nobody is left to act, the first who may see it; an alarm goes
# with it.
LAST_RESORT = (
    (Level.COUNTY, Role.REVIEWER),
    (Level.COUNTY, Role.SUPERVISOR),
    (Level.TOWN, Role.REVIEWER),
    (Level.TOWN, Role.SUPERVISOR),
    *(
        (Level.VILLAGE, role)
        for role in (SECRETARY, DUTY, Role.COMMITTEE_MEMBER, LEADER)
    ),
)


def _first_of(facts: Facts, rule: Tiers, fits: Callable[[Post], bool]) -> list[Post]:
    """Whoever of the shift may own the case, else the first tier of the rule with
    anybody left.
    """
    case = facts.case
    follows = case.stage in FOLLOWING and case.level == Level.VILLAGE
    return [post for post in facts.on_duty if follows and fits(post)] or walk(
        facts, rule, fits
    )


def find_owner(facts: Facts) -> tuple[Post | Office | None, bool]:
    """The one owner of an open case and whether an alarm is due because nobody is left
    at county.

    Of a village's cases in 说 and 评 it is whoever is on duty now, of several the
    first; where no shift runs, the duty officer appointed first. For a 保密 case those
    already named come first. With nobody left the case stays with the county reviewer;
    without one, with the highest post out of conflict. None: there is no such post at
    all.
    """
    case = facts.case
    if case.stage == Stage.HANDLE:
        return (facts.lead.holder if facts.lead else None), False
    rule, handled = (
        ORDER_OWNER_RULE if case.needs_order else OWNER_RULE[Stage(case.stage)]
    )

    def fits(post: Post) -> bool:
        return _fits(facts, post, handled)

    found = _first_of(
        facts, rule, lambda post: fits(post) and facts.is_named(post)
    ) or _first_of(facts, rule, fits)
    if found:
        return found[0], False
    left = [
        post for level, role in LAST_RESORT for post in facts.at_level(level, (role,))
    ]
    left += [
        post
        for post in facts.posts
        if post.pk == case.recorded_by_id and post.role == LEADER
    ]
    return next((post for post in left if not facts.in_conflict(post)), None), True
