"""The people whose move it is, and the owner of a case (domain §3).

Posts of the case's level come first, then those of the next level up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.models.choices import Confidentiality, Level, Stage
from cases.workflow.facts import Facts
from cases.workflow.standing import stands_at
from villages.models import Office, Post, Role

WHO_PROTECTS = _(
    "Whoever holds the matter may protect it more; only a reviewer may protect it less."
)
Tier = frozenset[Role]
Fits = Callable[[Post], bool]


class Handled(Enum):
    """Bars from a move whoever handled the case, in this round or ever."""

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

    village: tuple[Tier, ...]
    upper: tuple[Tier, ...]
    steps_in: tuple[Tier, ...]
    base: Level = Level.VILLAGE
    or_owner: bool = False  # in 评 the owner may always act, whatever tier named them

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        def fits(post: Post) -> bool:
            return _is_free(facts, post, handled) and facts.is_named(post)

        posts = walk(facts, self, fits)
        if self.or_owner and facts.case.stage == Stage.RATE:
            for post in facts.posts:
                is_owner = post.pk == facts.case.owner_post_id
                if is_owner and post not in posts and _is_free(facts, post, handled):
                    posts.append(post)
        return posts

    def at(self, level: Level, start: Level) -> tuple[Tier, ...]:
        """Return the tiers at a level, where the case stands at the level `start`."""
        if level != start:
            return self.steps_in
        return self.village if level == Level.VILLAGE else self.upper


@dataclass(frozen=True)
class Circle:
    """People bound to the case itself rather than to a level."""

    members: Callable[[Facts], Iterable[Post]]

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        return [
            post
            for post in self.members(facts)
            if _is_free(facts, post, handled) and facts.is_named(post)
        ]


@dataclass(frozen=True)
class AnyOf:
    parts: tuple["Tiers | Circle", ...]

    def may(self, facts: Facts, handled: Handled) -> list[Post]:
        posts: dict[int, Post] = {}
        for part in self.parts:
            for post in part.may(facts, handled):
                posts.setdefault(post.pk, post)
        return list(posts.values())


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


def _is_free(facts: Facts, post: Post, handled: Handled) -> bool:
    """True where neither a conflict nor having handled the case bars the post."""
    if facts.in_conflict(post):
        return False
    if handled is Handled.NOBODY:
        return True
    return post.user_id not in facts.handlers(ever=handled is Handled.ANY_ROUND)


def walk(facts: Facts, who: Tiers, fits: Fits) -> list[Post]:
    """Return the posts of the first tier with anybody left.

    The way leads from the case's level, or the base, upwards.
    """
    start = max(Level(facts.case.level), who.base, key=lambda level: level.rank)
    level: Level | None = start

    while level:
        for tier in who.at(level, start):
            left = [post for post in facts.at_level(level, tier) if fits(post)]
            if left:
                return left
        level = level.above
    return []


def owners_posts(facts: Facts) -> list[Post]:
    """Return the post that owns the case, or the posts of the office that does."""
    case = facts.case
    if case.owner_office_id:
        return [post for post in facts.posts if post.office_id == case.owner_office_id]
    return [post for post in facts.posts if post.pk == case.owner_post_id]


def overseers_in_the_know(facts: Facts) -> list[Post]:
    """Return the reviewers and supervisors over the case whom no conflict bars: of a
    secret one those as well who know no more of it than its row.
    """
    return [post for post in _overseers(facts) if not facts.in_conflict(post)]


def _afterwords_owner(facts: Facts) -> list[Post]:
    afterword = facts.afterword
    if afterword is None:
        return []
    return [post for post in facts.posts if post.pk == afterword.owner_id]


def _lead(facts: Facts) -> list[Post]:
    return facts.holders([facts.lead] if facts.lead else [])


def _assistants(facts: Facts) -> list[Post]:
    return facts.holders(facts.assistants)


def _handlers(facts: Facts) -> list[Post]:
    return facts.holders(facts.active)


def _recorder(facts: Facts) -> list[Post]:
    return [post for post in facts.posts if post.pk == facts.case.recorded_by_id]


def _overseers(facts: Facts) -> list[Post]:
    roles = (Role.REVIEWER, Role.SUPERVISOR)
    return facts.at_level(Level.TOWN, roles) + facts.at_level(Level.COUNTY, roles)


def _in_the_know(facts: Facts) -> list[Post]:
    """Return the posts that know who spoke in a 隐名 matter: of whom
    `Sight.may_know_speaker` says so.
    """
    case = facts.case
    knowing = {case.recorded_by_id}
    if case.stage == Stage.RATE:
        knowing.add(case.owner_post_id)
    reviewers = facts.at_level(Level.TOWN, (Role.REVIEWER,))
    reviewers += facts.at_level(Level.COUNTY, (Role.REVIEWER,))
    knowing |= {post.pk for post in reviewers}
    return [post for post in facts.posts if post.pk in knowing]


def _everybody(facts: Facts) -> list[Post]:
    return facts.posts


DUTY: Tier = frozenset({Role.DUTY_OFFICER})
SECRETARY: Tier = frozenset({Role.SECRETARY})
LEADER: Tier = frozenset({Role.GROUP_LEADER})
SUPERVISOR: Tier = frozenset({Role.SUPERVISOR})
REVIEWER: Tier = frozenset({Role.REVIEWER})

RECEIVERS = Tiers(
    village=(DUTY | SECRETARY,),
    upper=(REVIEWER,),
    steps_in=(REVIEWER,),
)
# whoever took it down there; nobody steps in, for no matter may vanish from above
COUNTER = Tiers(
    village=(DUTY,),
    upper=(),
    steps_in=(),
)
DECIDERS = Tiers(
    village=(SECRETARY,),
    upper=(REVIEWER,),
    steps_in=(REVIEWER,),
)
CHECKERS = Tiers(
    village=(SECRETARY,),
    upper=(SUPERVISOR | REVIEWER,),
    steps_in=(SUPERVISOR, REVIEWER),
)
ORDERERS = Tiers(
    village=(),
    upper=(SUPERVISOR | REVIEWER,),
    steps_in=(SUPERVISOR, REVIEWER),
    base=Level.TOWN,
)
RATERS = Tiers(
    village=(DUTY | SECRETARY | LEADER,),
    upper=(SUPERVISOR, REVIEWER),
    steps_in=(SUPERVISOR, REVIEWER),
    or_owner=True,
)
REVIEWERS = Tiers(
    village=(),
    upper=(REVIEWER,),
    steps_in=(REVIEWER,),
    base=Level.TOWN,
)
LEAD = Circle(_lead)
ASSISTANTS = Circle(_assistants)
HANDLERS = Circle(_handlers)
RECORDER = Circle(_recorder)
OWNER = Circle(owners_posts)
REPLIERS = InRating(RATERS, OWNER)
# what was said after closing: whoever may rate, and whoever it is with
ANSWERERS = AnyOf((RATERS, Circle(_afterwords_owner)))
OVERSEERS = Circle(_overseers)
KNOWING = Circle(_in_the_know)
# make_move itself checks that the case is visible
READERS = AnyOf((Circle(_everybody),))


def protection_open_to(post: Post | None, facts: Facts) -> list[Confidentiality]:
    """List how a case may be protected from this post: more by its owner, less by a
    reviewer (domain §3, protect); never as it is now.
    """
    now = Confidentiality(facts.case.confidentiality)
    is_owner = post in owners_posts(facts)
    is_reviewer = post in REVIEWERS.may(facts, Handled.NOBODY)

    found = []
    for each in Confidentiality:
        is_more = each.rank > now.rank
        is_less = each.rank < now.rank
        if (is_more and is_owner) or (is_less and is_reviewer):
            found.append(each)
    return found


def others_who_protect(post: Post | None, facts: Facts) -> str:
    """Say who may protect a case more, or less, where this post may not; "" where no
    such degree is left, or nobody is there.
    """
    now = Confidentiality(facts.case.confidentiality)
    owners = owners_posts(facts)
    reviewers = REVIEWERS.may(facts, Handled.NOBODY)

    words = ""
    if now != Confidentiality.SECRET and post not in owners and owners:
        more = gettext("Protected more it is by whoever holds it: %(names)s.")
        words += more % {"names": _named(owners)}
    if now != Confidentiality.NORMAL and post not in reviewers and reviewers:
        less = gettext("Protected less it is by a reviewer: %(names)s.")
        words += less % {"names": _named(reviewers)}
    return words


def _named(posts: Iterable[Post]) -> str:
    return "、".join(dict.fromkeys(str(post.user) for post in posts))


def decides(post: Post, case: Case) -> bool:
    """True for a post that decides at the case's level where nothing bars it.

    For lists, which ask of every row. Who may decide one case, with conflict, vacancy
    and handling considered, is `DECIDERS`.
    """
    level = Level(case.level)
    tiers = DECIDERS.village if level == Level.VILLAGE else DECIDERS.upper
    return post.role in tiers[0] and stands_at(post, case, level)


# The order in which a stage looks for its owner; each role a tier of its own (domain
# §3, Owner).
OWNER_RULE: dict[Stage, tuple[Tiers, Handled]] = {
    Stage.SPEAK: (
        Tiers(village=(DUTY, SECRETARY), upper=(REVIEWER,), steps_in=(REVIEWER,)),
        Handled.NOBODY,
    ),
    Stage.DELIBERATE: (DECIDERS, Handled.NOBODY),
    Stage.SUPERVISE: (
        Tiers(
            village=(SECRETARY,),
            upper=(SUPERVISOR, REVIEWER),
            steps_in=(SUPERVISOR, REVIEWER),
        ),
        Handled.THIS_ROUND,
    ),
    Stage.RATE: (
        Tiers(
            village=(DUTY, SECRETARY),
            upper=(SUPERVISOR, REVIEWER),
            steps_in=(SUPERVISOR, REVIEWER),
        ),
        Handled.THIS_ROUND,
    ),
}
ORDER_OWNER_RULE = (
    Tiers(
        village=(),
        upper=(SUPERVISOR, REVIEWER),
        steps_in=(SUPERVISOR, REVIEWER),
        base=Level.TOWN,
    ),
    Handled.ANY_ROUND,
)
FOLLOWING = (Stage.SPEAK, Stage.RATE)  # where the owner follows the roster

# Who has a case where nobody is left to act, the first who may see it; an alarm goes
# with it.
LAST_RESORT = (
    (Level.COUNTY, Role.REVIEWER),
    (Level.COUNTY, Role.SUPERVISOR),
    (Level.TOWN, Role.REVIEWER),
    (Level.TOWN, Role.SUPERVISOR),
    (Level.VILLAGE, Role.SECRETARY),
    (Level.VILLAGE, Role.DUTY_OFFICER),
    (Level.VILLAGE, Role.COMMITTEE_MEMBER),
    (Level.VILLAGE, Role.GROUP_LEADER),
)


def find_owner(facts: Facts) -> tuple[Post | Office | None, bool]:
    """Return the one owner of an open case, and whether nobody is left to act.

    Of a village's cases in 说 and 评 it is whoever is on duty now, of several the
    first; where no shift runs, the duty officer appointed first. For a 保密 case those
    already named come first. With nobody left at county, an alarm is due, and the case
    stays with the county reviewer; without one, with the highest post out of conflict.
    None: there is no such post at all.
    """
    case = facts.case
    if case.stage == Stage.HANDLE:
        return (facts.lead.holder if facts.lead else None), False

    if case.needs_order:
        rule, handled = ORDER_OWNER_RULE
    else:
        rule, handled = OWNER_RULE[Stage(case.stage)]

    def is_free(post: Post) -> bool:
        return _is_free(facts, post, handled)

    def is_free_and_named(post: Post) -> bool:
        return is_free(post) and facts.is_named(post)

    by_roster = case.stage in FOLLOWING
    for fits in (is_free_and_named, is_free):
        if found := _first_of(facts, rule, fits, follows_roster=by_roster):
            return found[0], False
    return _last_resort(facts), True


def find_afterword_owner(facts: Facts) -> Post | None:
    """Return whom a word after closing is with: whoever would own the case in 评.

    Of a 保密 case only somebody who is named in it already; None where nobody is left.
    """
    rule, handled = OWNER_RULE[Stage.RATE]

    def fits(post: Post) -> bool:
        return _is_free(facts, post, handled) and facts.is_named(post)

    found = _first_of(facts, rule, fits, follows_roster=True)
    return found[0] if found else None


def _first_of(
    facts: Facts, rule: Tiers, fits: Fits, *, follows_roster: bool
) -> list[Post]:
    """Return whoever of the shift may own the case, else the first tier of the rule."""
    if follows_roster and facts.case.level == Level.VILLAGE:
        on_shift = [post for post in facts.on_duty if fits(post)]
        if on_shift:
            return on_shift
    return walk(facts, rule, fits)


def _last_resort(facts: Facts) -> Post | None:
    """Return the first post of LAST_RESORT that is out of conflict.

    After them comes the group leader who took the case down.
    """
    candidates = list[Post]()
    for level, role in LAST_RESORT:
        candidates += facts.at_level(level, (role,))
    candidates += [post for post in _recorder(facts) if post.role == Role.GROUP_LEADER]

    for post in candidates:
        if not facts.in_conflict(post):
            return post
    return None
