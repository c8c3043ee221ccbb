"""register: a villager's words become a case; also in conflict from the first minute
(domain §3, moves table).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Case, CoSpeaker, Topic
from cases.models.choices import Category, Channel, Confidentiality, Grade, Level, Stage
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer, System
from cases.workflow.effects.guard import name_concerns, unmasked_phone
from cases.workflow.facts import Facts, posts_about, village_of
from cases.workflow.numbering import new_tracking_code, reserve_numbers
from cases.workflow.record import record
from cases.workflow.step import Step
from minshi import workdays
from minshi.crypto import blind_index, digest
from minshi.errors import InputRefused, KeyReused, NoSuchRight
from villages.models import Group, Post, Resident, Town, User, Village
from villages.models.people import ADMINISTRATORS

TITLE_LENGTH = 24
SENTENCE_END = re.compile(r"[。！？!?；;\n]")


@dataclass(frozen=True)
class Spoken:
    """What is taken down; only the words are needed, everything else may come later."""

    verbatim: str
    village: Village | None = None
    town: Town | None = None  # needed only where no village is given
    group: Group | None = None
    resident: Resident | None = None
    speaker_name: str = ""
    speaker_sex: str = ""
    speaker_phone: str = ""
    speaker_address: str = ""
    proxy_speaker: str = ""
    co_speakers: tuple[str, ...] = ()
    title: str = ""
    request_text: str = ""
    place: str = ""
    category: Category | str = ""
    topic: Topic | None = None
    grade: Grade | str = ""
    channel: Channel | str = Channel.TALK_ROOM
    confidentiality: Confidentiality | str = Confidentiality.NORMAL
    said_at: datetime | None = None
    concerns: tuple[User, ...] = field(default=())
    remark: str = ""


@transaction.atomic
def register(
    spoken: Spoken, *, by: Actor, at: datetime, key: UUID | None = None
) -> Case:
    """Takes a matter down and returns the new case in 说, with number, owner and clock.

    A repeated `key` with the same words returns the case it made before, to the officer
    who made it; with other words it is KeyReused: nothing said may vanish behind a
    retry. Raises InputRefused (no words, a place that does not fit) and NoSuchRight
    (outside the post's territory).
    """
    if key and (known := _replayed(key, spoken, by)):
        return known
    _check(spoken, by, at)
    try:
        with transaction.atomic():
            case = _new_case(spoken, by, at, key)
            facts = Facts(case=case, at=at, posts=posts_about(case, at))
            step = Step(facts, by, {})
            step.name_owner()
            case.save()
    except IntegrityError:
        if key and (known := _replayed(key, spoken, by)):
            return known
        raise
    CoSpeaker.objects.bulk_create(
        CoSpeaker(case=case, name=name) for name in spoken.co_speakers if name.strip()
    )
    _open(step, spoken)
    return case


def _replayed(key: UUID, spoken: Spoken, by: Actor) -> Case | None:
    case = Case.objects.select_related("recorded_by", "town").filter(key=key).first()
    recorder = case.recorded_by.user_id if case and case.recorded_by else None
    if case and recorder != (by.user.pk if isinstance(by, Officer) else None):
        raise NoSuchRight(_("This form was sent by somebody else already."))
    if case and case.verbatim != spoken.verbatim.strip():
        raise KeyReused(
            _("The form before was taken down as %(number)s.") % {"number": case.number}
        )
    return case


def _check(spoken: Spoken, by: Actor, at: datetime) -> None:
    if not spoken.verbatim.strip():
        raise InputRefused.at(verbatim=_("Write down what was said."))
    town = town_of(spoken)
    if spoken.group and (
        spoken.village is None or spoken.group.village_id != spoken.village.pk
    ):
        raise InputRefused.at(group=_("That group is in another village."))
    if (
        spoken.resident
        and spoken.village
        and spoken.resident.household.group.village.town_id != town.pk
    ):
        raise InputRefused.at(resident=_("They live in another town."))
    if spoken.topic and spoken.topic.town_id != town.pk:
        raise InputRefused.at(topic=_("That topic is another town's."))
    if spoken.said_at and spoken.said_at > at:
        raise InputRefused.at(said_at=_("That time is still to come."))
    if isinstance(by, Officer) and not (
        by.user.pk == by.post.user_id
        and in_territory(by.post, spoken.village, spoken.town, at)
    ):
        raise NoSuchRight(_("Your post does not reach there."))


def in_territory(
    post: Post, village: Village | None, town: Town | None, at: datetime
) -> bool:
    """Any post but the 三员 registers within its own territory (domain §3,
    register).
    """
    if post.role in ADMINISTRATORS or not post.is_current(workdays.local_day(at)):
        return False
    where = village.town if village else town
    if own_village := village_of(post):
        return village is not None and village.pk == own_village
    office = post.office
    town_id = post.town_id or (office.town_id if office else None)
    if town_id:
        return where is not None and where.pk == town_id
    county = post.county_code or (office.county_code if office else "")
    return where is not None and bool(county) and where.county_code == county


def town_of(spoken: Spoken) -> Town:
    town = spoken.village.town if spoken.village else spoken.town
    if town is None:
        raise InputRefused.at(village=_("Say which village."))
    return town


def title_of(spoken: Spoken) -> str:
    """The given title, else the beginning of the words, without the speaker's name or
    phone.
    """
    if spoken.title.strip():
        return spoken.title.strip()
    text = spoken.verbatim.strip()
    for value in (spoken.speaker_name, spoken.speaker_phone):
        if len(value) > 1:
            text = text.replace(value, "")
    first = next(
        (part.strip() for part in SENTENCE_END.split(text) if part.strip()), text
    ) or _("A matter")
    return first if len(first) <= TITLE_LENGTH else first[: TITLE_LENGTH - 1] + "…"


def _new_case(spoken: Spoken, by: Actor, at: datetime, key: UUID | None) -> Case:
    town = town_of(spoken)
    phone = unmasked_phone(spoken.speaker_phone) if spoken.speaker_phone else ""
    resident, group = spoken.resident, spoken.group
    if resident and not phone:
        phone = resident.phone or ""
    if (
        resident
        and not group
        and spoken.village
        and resident.household.group.village_id == spoken.village.pk
    ):
        group = resident.household.group
    return Case(
        key=key,
        number=reserve_numbers(town, workdays.local_day(at).year)[0],
        tracking_code=new_tracking_code(),
        town=town,
        village=spoken.village,
        group=group,
        resident=resident,
        speaker_name=spoken.speaker_name.strip() or (resident.name if resident else ""),
        speaker_sex=spoken.speaker_sex or (resident.sex if resident else ""),
        speaker_phone=phone,
        speaker_phone_hash=blind_index(phone, "phone"),
        speaker_address=spoken.speaker_address.strip(),
        proxy_speaker=spoken.proxy_speaker.strip(),
        title=title_of(spoken),
        verbatim=spoken.verbatim.strip(),
        request_text=spoken.request_text.strip(),
        place=spoken.place.strip(),
        category=spoken.category,
        topic=spoken.topic,
        grade=spoken.grade,
        channel=spoken.channel,
        confidentiality=spoken.confidentiality,
        remark=spoken.remark,
        stage=Stage.SPEAK,
        level=Level.VILLAGE if spoken.village else Level.TOWN,
        said_at=spoken.said_at or at,
        registered_at=at,
        recorded_by=by.post if isinstance(by, Officer) else None,
        # until the clock has started below: the row keeps its constraints when first
        # written
        due_at=at,
        yellow_at=at,
    )


def _open(step: Step, spoken: Spoken) -> None:
    case = step.case
    if spoken.concerns:
        name_concerns(step, list(spoken.concerns))
    step.start_clock("speak")
    step.settle_up()
    case.version = 1
    data = {
        "version": 1,
        "channel": str(case.channel),
        "verbatim": digest(case.verbatim),
        **step.data,
    }
    record(case, Action.REGISTER, by=step.by, at=step.at, source="", data=data)
    if step.alarm:
        record(
            case, Action.ALARM, by=System("nobody_left"), at=step.at, source=case.stage
        )
    case.save()
