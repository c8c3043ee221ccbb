"""新镇准备: what a town needs before its villages can work here, what of it is there,
and who enters the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.deadlines.calendar import has_data
from cases.final import TOPIC
from cases.models import StandardText, Topic
from cases.usual_topics import add_usual_topics
from minshi.errors import NoSuchRight, Text
from minshi.workdays import local_day
from villages.finals import seal_all
from villages.models import (
    Body,
    DutyShift,
    FieldHistory,
    Group,
    Office,
    Post,
    Resident,
    Role,
    Seat,
    TalkRoom,
    Town,
    User,
    Village,
)
from villages.rights import CONFIGURE, MANAGE_ACCOUNTS, Roles

SHOWN = 6  # names of villages that lack something
ENTERED_IN_VILLAGE: Roles = (Role.SECRETARY, Role.REVIEWER)


@dataclass(frozen=True)
class Item:
    """Something a town needs: how many have it, of how many, and who enters it."""

    label: Text
    have: int
    of: int
    who: Roles
    # the kind of list that brings it, or the name of the page where it is entered
    kind: str = ""
    page: str = ""
    lacking: tuple[str, ...] = field(default_factory=tuple)
    # the part of the check-list itself that brings the first ones
    part: str = ""
    # whether its page takes the town in its address
    is_for_town: bool = False
    # whether its page is the one of the town itself
    is_the_town: bool = False
    # what else to say of it
    note: Text = ""

    @property
    def is_done(self) -> bool:
        return 0 < self.of <= self.have

    @property
    def lacking_in_words(self) -> str:
        """The first villages that lack it, and how many more; or its note."""
        if not self.of:
            return _("Add the villages first.")
        if not self.lacking:
            return str(self.note)
        names = "、".join(self.lacking[:SHOWN])
        more = len(self.lacking) - SHOWN
        if more > 0:
            names += _(" and %(more)s more") % {"more": more}
        return names


def check_list(town: Town, village: Village | None, at: datetime) -> list[Item]:
    """Return what a town needs, or one of its villages, in the order in which it is
    entered. Fourteen queries for a town, fewer for a village.
    """
    villages = [village] if village else list(town.villages.order_by("code"))
    items = [] if village else _of_town(town, villages, at)
    return [*items, *_of_villages(villages, at)]


def _of_town(town: Town, villages: Sequence[Village], at: datetime) -> list[Item]:
    posts = Post.objects.current(local_day(at)).filter(
        Q(town=town) | Q(county_code=town.county_code)
    )
    roles = {post.role for post in posts if post.town_id}
    above = len(roles & {Role.REVIEWER, Role.SUPERVISOR})
    signing = [post for post in posts if post.may_sign]
    of_county = gettext_lazy("The county's reviewer signs.")
    note: Text = "" if any(post.town_id for post in signing) else of_county
    texts = StandardText.objects.filter(Q(town=None) | Q(town=town))

    return [
        Item(
            gettext_lazy("Villages"),
            len(villages),
            1,
            CONFIGURE,
            page="admin:villages_village_add",
            is_for_town=True,
        ),
        Item(
            gettext_lazy("Offices of the town"),
            Office.objects.filter(town=town).count(),
            1,
            CONFIGURE,
            "offices",
        ),
        Item(
            gettext_lazy("Telephone of the town"),
            1 if town.phone else 0,
            1,
            CONFIGURE,
            page="admin:villages_town_change",
            is_the_town=True,
        ),
        Item(
            gettext_lazy("Topics"),
            Topic.objects.filter(town=town, is_offered=True).count(),
            1,
            CONFIGURE,
            page="admin:cases_topic_changelist",
            part="topics",
        ),
        Item(
            gettext_lazy("Standard texts"),
            texts.count(),
            1,
            CONFIGURE,
            page="admin:cases_standardtext_changelist",
        ),
        Item(
            # the status page waits for those of the next, published in November
            gettext_lazy("Days off of this year"),
            1 if has_data(local_day(at).year) else 0,
            1,
            CONFIGURE,
            page="admin:cases_calendarday_changelist",
        ),
        Item(
            gettext_lazy(
                "Deadlines (those of the county hold unless you set your own)"
            ),
            1,
            1,
            (Role.REVIEWER,),
            page="cases:deadlines",
        ),
        Item(
            gettext_lazy("Reviewer and supervisor of the town"),
            above,
            2,
            MANAGE_ACCOUNTS,
            "people",
        ),
        Item(
            gettext_lazy("A reviewer who may sign supervision orders"),
            len(signing),
            1,
            MANAGE_ACCOUNTS,
            "people",
            note=note if signing else "",
        ),
    ]


def _of_villages(villages: Sequence[Village], at: datetime) -> list[Item]:
    on = local_day(at)
    posts = Post.objects.current(on).filter(village__in=villages)
    secretaries = posts.filter(role=Role.SECRETARY)
    officers = posts.filter(role=Role.DUTY_OFFICER)
    committee = Seat.objects.current(on).filter(body=Body.MINSHI_COMMITTEE)
    shifts = DutyShift.objects.filter(ends_at__gt=at)
    living = Village.objects.filter(
        Exists(
            Resident.objects.filter(
                household__group__village=OuterRef("pk"), is_on_roll=True
            )
        )
    )

    def item(
        label: Text, there: Iterable[int], who: Roles, kind: str = "", page: str = ""
    ) -> Item:
        keys = set(there)
        lacking = tuple(each.name for each in villages if each.pk not in keys)
        have = len(villages) - len(lacking)
        return Item(label, have, len(villages), who, kind, page, lacking)

    def of(rows: "Iterable[tuple[int]]") -> list[int]:
        return [key for (key,) in rows]

    groups = Group.objects.filter(village__in=villages)
    rooms = TalkRoom.objects.filter(village__in=villages)
    return [
        item(
            gettext_lazy("Villagers' groups"),
            of(groups.values_list("village").distinct().order_by()),
            CONFIGURE,
            "groups",
        ),
        item(
            gettext_lazy("Account of the secretary"),
            of(secretaries.values_list("village").order_by()),
            MANAGE_ACCOUNTS,
            "people",
        ),
        item(
            gettext_lazy("Account of a duty officer"),
            of(officers.values_list("village").order_by()),
            MANAGE_ACCOUNTS,
            "people",
        ),
        item(
            gettext_lazy("Households and residents"),
            of(living.filter(pk__in=[each.pk for each in villages]).values_list("pk")),
            ENTERED_IN_VILLAGE,
            "residents",
        ),
        item(
            gettext_lazy("Talk room"),
            of(rooms.values_list("village").order_by()),
            (Role.SECRETARY,),
            page="villages:talk_room",
        ),
        item(
            gettext_lazy("Members of the committee"),
            of(
                committee.filter(village__in=villages).values_list("village").order_by()
            ),
            ENTERED_IN_VILLAGE,
            "seats",
        ),
        item(
            gettext_lazy("Duty roster ahead"),
            of(shifts.filter(village__in=villages).values_list("village").order_by()),
            ENTERED_IN_VILLAGE,
            "roster",
        ),
    ]


def towns_begun(towns: QuerySet[Town]) -> QuerySet[Town]:
    """Return of towns those where somebody has begun: added on a page, or with posts,
    groups or offices. Of a county all towns are there from the first day.
    """
    own = OuterRef("pk")
    posts = Post.objects.filter(Q(village__town=own) | Q(town=own))
    groups = Group.objects.filter(village__town=own)
    offices = Office.objects.filter(town=own)
    added = FieldHistory.objects.filter(
        content_type__app_label="villages",
        content_type__model="town",
        object_pk=Cast(own, CharField()),
        action=FieldHistory.Action.CREATE,
        actor__isnull=False,
    )
    return towns.filter(
        Exists(posts) | Exists(groups) | Exists(offices) | Exists(added)
    )


@transaction.atomic
def copy_topics_and_texts(source: Town, town: Town, *, by: User, at: datetime) -> int:
    """Give a town the topics and standard texts of another, and return how many were
    new. What it has already stays as it is; a second time nothing is new.

    NoSuchRight: not a system administrator.
    """
    _check_configures(by, at)

    return _copy_topics(source, town, at) + _copy_texts(source, town)


@transaction.atomic
def begin_with_usual_topics(town: Town, *, by: User, at: datetime) -> int:
    """Give a town the usual topics, and return how many were new. What it has already
    stays as it is.

    NoSuchRight: not a system administrator.
    """
    _check_configures(by, at)

    return len(add_usual_topics(town, at=at))


def _check_configures(user: User, at: datetime) -> None:
    """Refuse whoever is no system administrator. NoSuchRight."""
    if not user.holds(local_day(at), *CONFIGURE):
        raise NoSuchRight(_("Only the system administrator does this."))


def _copy_topics(source: Town, town: Town, at: datetime) -> int:
    """Copy the topics whose name is new, each under the topic of its parent's name."""
    there = {topic.name: topic for topic in Topic.objects.filter(town=town)}
    originals = [
        topic
        for topic in Topic.objects.filter(town=source).select_related("parent")
        if topic.name not in there
    ]

    for topic in originals:
        there[topic.name] = Topic.objects.create(
            town=town,
            name=topic.name,
            reserved=topic.reserved,
            is_red_line=topic.is_red_line,
            is_offered=topic.is_offered,
        )

    # only now is every parent there, however deep the tree and whatever its order
    for topic in originals:
        if topic.parent:
            copy = there[topic.name]
            copy.parent = there.get(topic.parent.name)
            copy.save(update_fields=["parent"])
    seal_all(TOPIC, [there[topic.name].pk for topic in originals], at=at)
    return len(originals)


def _copy_texts(source: Town, town: Town) -> int:
    """Copy the standard texts that the town has none of the same title for."""
    own = set(
        StandardText.objects.filter(town=town).values_list("action", "input", "title")
    )
    texts = []
    for text in StandardText.objects.filter(town=source):
        if (text.action, text.input, text.title) not in own:
            text.pk = None
            text.town = town
            texts.append(text)
    StandardText.objects.bulk_create(texts)
    return len(texts)
