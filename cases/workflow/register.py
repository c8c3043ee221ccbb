"""register: a villager's words become a case (domain §3, moves table)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cases.models import Case, Event, Topic
from cases.models.choices import Category, Channel, Confidentiality, Grade, Level, Stage
from cases.privacy.personal import fold_words
from cases.workflow.actions import Action
from cases.workflow.actors import Actor, Officer
from cases.workflow.effects.joining import join
from cases.workflow.effects.protection import name_concerns
from cases.workflow.event_data import data_of
from cases.workflow.facts import Facts
from cases.workflow.named_apart import named_apart
from cases.workflow.numbering import new_tracking_code, reserve_numbers
from cases.workflow.pasted import (
    EDGES,
    people_in,
    refuse_number,
    without_introduction,
    without_numbers,
    without_people,
    without_senders,
)
from cases.workflow.places import refuse_other_places
from cases.workflow.reading_facts import posts_about
from cases.workflow.record import record
from cases.workflow.speakers import (
    named_people,
    named_person,
    note_register,
    unmasked_phone,
)
from cases.workflow.standing import village_of
from cases.workflow.step import Step
from minshi import workdays
from minshi.crypto import blind_index, digest
from minshi.errors import Faults, InputRefused, KeyReused, NoSuchRight
from minshi.idempotency import fingerprint, key_reused, once
from minshi.text import clean_line, clean_text
from minshi.text.clauses import SENTENCE_END, cut_at_clause
from villages.models import Group, Post, Resident, Town, User, Village
from villages.models.roles import ADMINISTRATORS

COMMAS = re.compile(r"([，、,])[\s，、,]+")
TITLE_LENGTH = 24
LONGEST_TITLE = 60  # of the column
TOLD = ("verbatim", "request_text", "remark")
LINES = (
    "speaker_name",
    "speaker_phone",
    "speaker_address",
    "proxy_speaker",
    "title",
    "place",
)


@dataclass(frozen=True)
class Spoken:
    """A matter as it was told; only the words are needed, the rest may come later."""

    verbatim: str
    village: Village | None = None
    town: Town | None = None  # needed only where no village is given
    group: Group | None = None
    resident: Resident | None = None
    speaker_name: str = ""
    as_typed: bool = False  # the name is written so, and is nobody's of the village
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
    spoken: Spoken,
    *,
    by: Actor,
    at: datetime,
    key: UUID | None = None,
    sent_with: Mapping[str, Any] = MappingProxyType({}),
) -> Case:
    """Take a matter down and return the new case in 说, with number, owner and clock.

    1. Return the case that this key made before.
    2. Find out whose name it is; check words, places and right.
    3. Write case and co-speakers.
    4. Start the clock, name whom it concerns and who owns it, write the event.

    A repeated `key` counts only with all the same and from the same officer; the same
    of `sent_with`, what came in one form with the matter. Raises
    KeyReused (the key came before with something else, or moved a case), InputRefused
    (no words, a place that does not fit, a name that is none) and NoSuchRight (outside
    the post's territory; the key is somebody else's).
    """
    spoken = _as_kept(spoken)
    told = {**vars(spoken), **sent_with}
    sent = fingerprint(Action.REGISTER, told)  # before anything is looked up
    if before := _made_before(key, sent, spoken, by):
        return before
    if key and Event.objects.filter(key=key).exists():
        raise key_reused()  # the form was added to a known matter
    spoken = _identified(spoken, by, at)
    _check(spoken, by, at)
    others = named_people(
        spoken.co_speakers,
        spoken.village,
        as_typed=spoken.as_typed,
        by=by,
        at=at,
        field="co_speakers",
    )

    try:
        with transaction.atomic():
            case = _new_case(spoken, by, at, key)
            facts = Facts(case=case, at=at, posts=posts_about(case, at))
            step = Step(facts, by, {})
            if key:
                step.data["sent"] = sent
            step.name_owner()
            case.save()
    except IntegrityError:
        # the same form a second time, at this very moment
        if before := _made_before(key, sent, spoken, by):
            return before
        raise
    join(step, others, is_speaker_known=not spoken.as_typed)

    _open(step, spoken)
    return case


def _identified(spoken: Spoken, by: Actor, at: datetime) -> Spoken:
    """Return a matter as it was told, with the resident whose exact name it has.

    InputRefused as in `named_person`.
    """
    person = named_person(
        spoken.speaker_name,
        spoken.village,
        spoken.group,
        resident=spoken.resident,
        phone=spoken.speaker_phone,
        as_typed=spoken.as_typed,
        by=by,
        at=at,
    )
    return replace(
        spoken,
        speaker_name=person.name,
        speaker_phone=person.phone,
        resident=person.resident,
    )


def _as_kept(spoken: Spoken) -> Spoken:
    """Return what was told without what nobody sees; names and titles on one line."""
    names = named_apart("、".join(spoken.co_speakers))
    kept: dict[str, Any] = {"co_speakers": tuple(names)}
    kept |= {name: clean_text(getattr(spoken, name)) for name in TOLD}
    kept |= {name: clean_line(getattr(spoken, name)) for name in LINES}
    return replace(spoken, **kept)


def _made_before(key: UUID | None, sent: str, spoken: Spoken, by: Actor) -> Case | None:
    """Return the case that the key made before, or None.

    `sent` is the fingerprint of what is told now. KeyReused: the case is another
    matter's. NoSuchRight: another officer made it.
    """
    user = by.user.pk if isinstance(by, Officer) else None

    def sent_before(case: Case) -> str:
        recorder = case.recorded_by.user_id if case.recorded_by else None
        if recorder != user:
            raise NoSuchRight(_("This form was sent by somebody else already."))
        if not _was_sent_as(spoken, sent, case):
            raise KeyReused(
                _("The form before was taken down as %(number)s.")
                % {"number": case.number}
            )
        return sent

    rows = Case.objects.select_related("recorded_by", "town")
    return once(rows, key, sent, said_before=sent_before)


def _was_sent_as(spoken: Spoken, sent: str, case: Case) -> bool:
    """Return if the case was made of this matter: of all of it, where its first event
    tells, else of the same words.
    """
    first = case.events.earliest("sequence")
    before = data_of(first).get("sent")
    if before is None:
        return case.verbatim == spoken.verbatim
    return before == sent


def _check(spoken: Spoken, by: Actor, at: datetime) -> None:
    faults = Faults()
    with faults.noted():
        if not spoken.verbatim:
            raise InputRefused.at(verbatim=_("Write down what was said."))
    with faults.noted():
        refuse_number(spoken.proxy_speaker, field="proxy_speaker")
    with faults.noted():
        refuse_other_places(
            town=town_of(spoken).pk,
            village=spoken.village.pk if spoken.village else None,
            group=spoken.group,
            topic=spoken.topic,
            resident=spoken.resident,
        )
    with faults.noted():
        if spoken.said_at and spoken.said_at > at:
            raise InputRefused.at(said_at=_("That time is still to come."))
    with faults.noted():
        if spoken.speaker_phone:
            unmasked_phone(spoken.speaker_phone)
    faults.refuse()

    if isinstance(by, Officer):
        is_own_post = by.user.pk == by.post.user_id
        if not is_own_post or not in_territory(
            by.post, spoken.village, spoken.town, at
        ):
            raise NoSuchRight(_("Your post does not reach there."))


def in_territory(
    post: Post, village: Village | None, town: Town | None, at: datetime
) -> bool:
    """True where a post may register a matter of the village or town.

    Any post may within its own territory, but those of the 三员 (domain §3, register).
    """
    if post.role in ADMINISTRATORS or not post.is_current(workdays.local_day(at)):
        return False

    own_village = village_of(post)
    if own_village:
        return village is not None and village.pk == own_village

    where = village.town if village else town
    if where is None:
        return False
    office = post.office
    own_town = post.town_id or (office.town_id if office else None)
    if own_town:
        return where.pk == own_town
    own_county = post.county_code or (office.county_code if office else "")
    return bool(own_county) and where.county_code == own_county


def town_of(spoken: Spoken) -> Town:
    town = spoken.village.town if spoken.village else spoken.town
    if town is None:
        raise InputRefused.at(village=_("Say which village."))
    return town


def title_of(spoken: Spoken) -> str:
    """Return the given title, else the beginning of the words.

    The latter names nobody: it is read in lists, notices and on receipts. At most one
    query.
    """
    if spoken.title:
        return spoken.title

    # where a name stood between two commas, both are left
    text = COMMAS.sub(r"\1", _first_sentence(_without_who(spoken)))
    return cut_at_clause(text or _("A matter"), usual=TITLE_LENGTH, most=LONGEST_TITLE)


def _without_who(spoken: Spoken) -> str:
    """Return the words without who spoke, without numbers, and others as 张某, cadres
    with them: whom a complaint is about is told by its page alone. One query.
    """
    own = [
        spoken.speaker_name.strip(),
        spoken.speaker_phone.strip(),
        spoken.proxy_speaker.strip(),
        *(name.strip() for name in spoken.co_speakers),
    ]
    if spoken.resident:
        own.append(spoken.resident.name)

    text = without_senders(spoken.verbatim.strip())
    village = spoken.village.pk if spoken.village else None
    others = people_in(text, town_of(spoken), village)
    text = without_introduction(text)
    return without_numbers(without_people(text, own, set(others) - set(own)))


def _first_sentence(text: str) -> str:
    for part in SENTENCE_END.split(text):
        if words := part.strip(EDGES):
            return words
    return ""


def _new_case(spoken: Spoken, by: Actor, at: datetime, key: UUID | None) -> Case:
    """Return an unsaved case with the next number of its town."""
    town = town_of(spoken)
    resident = spoken.resident
    phone = unmasked_phone(spoken.speaker_phone) if spoken.speaker_phone else ""
    speaker_name = spoken.speaker_name
    speaker_sex = spoken.speaker_sex
    if resident:
        phone = phone or resident.phone or ""
        speaker_name = speaker_name or resident.name
        speaker_sex = speaker_sex or resident.sex

    return Case(
        key=key,
        number=reserve_numbers(town, workdays.local_day(at).year)[0],
        tracking_code=new_tracking_code(),
        town=town,
        village=spoken.village,
        group=spoken.group or _residents_group(spoken),
        resident=resident,
        speaker_name=speaker_name,
        speaker_sex=speaker_sex,
        speaker_phone=phone,
        speaker_phone_hash=blind_index(phone, "phone"),
        speaker_address=spoken.speaker_address,
        proxy_speaker=spoken.proxy_speaker,
        title=title_of(spoken),
        verbatim=spoken.verbatim,
        request_text=spoken.request_text,
        place=spoken.place,
        category=spoken.category,
        topic=spoken.topic,
        reserved=spoken.topic.reserved if spoken.topic else "",
        grade=spoken.grade,
        channel=spoken.channel,
        confidentiality=spoken.confidentiality,
        remark=spoken.remark,
        stage=Stage.SPEAK,
        level=Level.VILLAGE if spoken.village else Level.TOWN,
        said_at=spoken.said_at or at,
        registered_at=at,
        recorded_by=by.post if isinstance(by, Officer) else None,
        # until the clock has started: the row keeps its constraints when first written
        due_at=at,
        yellow_at=at,
    )


def _residents_group(spoken: Spoken) -> Group | None:
    """Return the group a resident lives in, where it is one of the case's village; of a
    隐名 matter none: it would narrow down who spoke.
    """
    if spoken.resident is None or spoken.village is None:
        return None
    if spoken.confidentiality == Confidentiality.HIDDEN:
        return None
    group = spoken.resident.household.group
    return group if group.village_id == spoken.village.pk else None


def _open(step: Step, spoken: Spoken) -> None:
    """Start the first clock and write the first event of a case.

    A case may be in conflict from the first minute on.
    """
    case = step.case
    if spoken.concerns:
        name_concerns(step, list(spoken.concerns))
    step.clocks.start("speak")
    step.settle_up()

    case.version = 1
    step.data["version"] = 1
    step.data["channel"] = str(case.channel)
    if spoken.as_typed:
        step.data["as_typed"] = True
    if case.group:
        step.data["group_chosen"] = spoken.group is not None
    step.data["verbatim"] = digest(case.verbatim)
    note_register(case)
    record(case, Action.REGISTER, by=step.by, at=step.at, source="", data=step.data)
    if step.alarm:
        step.record_alarm()
    fold_words(case)
    case.save()
