"""更正: corrections of a matter that was taken down."""

from typing import Any

from django.utils.translation import gettext as _

from cases.models import CoSpeaker
from cases.models.scope import hides_speaker
from cases.privacy.personal import WHO_SPOKE
from cases.workflow.effects.joining import join, leave_out_speaker
from cases.workflow.inputs import ABOUT_SPEAKER, AS_TYPED, OTHERS, REMOVE_PHONE
from cases.workflow.named_apart import named_apart, names_together
from cases.workflow.pasted import name_and_phone, refuse_number
from cases.workflow.places import refuse_other_places
from cases.workflow.speakers import (
    fields_decided,
    is_same_name,
    named_people,
    named_person,
    unmasked_phone,
)
from cases.workflow.step import Step
from minshi.crypto import blind_index
from minshi.errors import InputRefused, MoveRefused
from minshi.text import folded
from villages.models import Resident

# left empty in the form they stay as they are
NEVER_EMPTIED = ("title", "category", "channel", "speaker_phone")
PERSONAL = (*WHO_SPOKE, "resident", "title", "request_text", "place")


def amend(step: Step) -> None:
    """更正: correct any field but 原话, stage, level and dates.

    Personal values leave only a pointer in the event.
    """
    corrections = _corrections(step)
    _part_numbers_off(step, corrections)
    refuse_other_places(
        town=step.case.town_id,
        village=step.case.village_id,
        group=step.values["group"],
        topic=step.values["topic"],
        resident=step.values["resident"],
    )
    is_speaker_known = not corrections.get(AS_TYPED.name)
    if not is_speaker_known:
        step.data["as_typed"] = True
    changed = set()
    if corrections.pop(REMOVE_PHONE.name, False) and _take_phone_off(step, corrections):
        changed.add("speaker_phone")
    if "speaker_name" in corrections and _identify(step, corrections):
        changed.add("group")

    others = corrections.pop(OTHERS.name, None)
    for name, new in corrections.items():
        if _correct(step, name, new):
            changed.add(name)
    if others is not None:  # compared with the speaker as corrected
        _name_others(step, others, is_speaker_known=is_speaker_known)
    if "speaker_name" in changed or "resident" in step.personal:
        leave_out_speaker(step)
    if "group" in changed and step.case.group:
        step.data["group_chosen"] = step.case.group == step.values["group"]
    if "topic" in changed and _mark_by_topic(step):
        changed.add("reserved")
    changed |= step.personal.keys()  # and who it is, if that is known better now
    if not changed:
        raise MoveRefused(_("Nothing was changed."))

    case = step.case
    case.speaker_phone_hash = blind_index(case.speaker_phone or "", "phone")
    step.data["fields"] = sorted(changed)


def _mark_by_topic(step: Step) -> bool:
    """Mark the matter as its new topic is; return whether that changed it.

    A correction takes no mark away: that is a step of its own, with a reason.
    """
    case = step.case
    reserved = case.topic.reserved if case.topic else ""
    if not reserved or reserved == case.reserved:
        return False

    case.reserved = reserved
    return True


def _corrections(step: Step) -> dict[str, Any]:
    """Return the values typed, by field, without those of which the officer may read
    nothing or a part.
    """
    values = dict(step.values)
    del values["reason"]
    if values["speaker_phone"]:
        values["speaker_phone"] = unmasked_phone(values["speaker_phone"])

    if not step.is_told_who_spoke():
        for name in ABOUT_SPEAKER:
            del values[name]
    return values


def _part_numbers_off(step: Step, corrections: dict[str, Any]) -> None:
    """Take the telephone out of a speaker's name that is new. InputRefused: there is
    no room for it, or the proxy's has one.
    """
    case = step.case
    name = corrections.get("speaker_name") or ""
    if name and name != case.speaker_name:
        known = corrections["speaker_phone"] or case.speaker_phone or ""
        plain, phone = name_and_phone(name, known, field="speaker_name")
        if plain != name:
            corrections |= {"speaker_name": plain, "speaker_phone": phone}

    proxy = corrections.get("proxy_speaker") or ""
    if proxy != case.proxy_speaker:
        refuse_number(proxy, field="proxy_speaker")


def _take_phone_off(step: Step, corrections: dict[str, Any]) -> bool:
    """Take the speaker's phone off; False where there is none.

    InputRefused: another one was typed as well.
    """
    if corrections["speaker_phone"]:
        words = _("Type another number or take it off, not both.")
        raise InputRefused.at(**{REMOVE_PHONE.name: words})

    phone = step.case.speaker_phone or ""
    if not phone:
        return False
    step.case.speaker_phone = ""
    step.personal["speaker_phone"] = (phone, "")
    return True


def _name_others(step: Step, typed: str, *, is_speaker_known: bool) -> None:
    """Make those who are named the co-speakers, each person once.

    Compared is with what the form showed of them. Whoever's name still stands there
    keeps phone and resident, two of one name both; whoever gave no name stays. A new
    name is linked where it is exactly one neighbour's. InputRefused as in
    `named_people`.
    """
    case = step.case
    before = case.others
    shown = names_together(before)
    names = named_apart(typed)
    stored = set[str]()
    for person in before:
        stored |= set(named_apart(person.name))
    if set(names) == stored:
        return

    gone = []
    staying: set[str] = set()
    for person in before:
        own_names = set(named_apart(person.name))
        if own_names <= set(names):
            staying |= own_names
        else:
            gone.append(person.pk)
    case.co_speakers.filter(pk__in=gone).delete()

    new = [name for name in names if name not in staying]
    people = named_people(
        new,
        case.village,
        as_typed=bool(step.values[AS_TYPED.name]),
        by=step.by,
        at=step.at,
        field=OTHERS.name,
    )
    join(step, people, is_speaker_known=is_speaker_known)

    now = case.others
    if _as_stored(now) != _as_stored(before):
        step.personal[OTHERS.name] = (shown, names_together(now))


def _as_stored(people: list[CoSpeaker]) -> list[tuple[Any, ...]]:
    """Return of each person what a correction may change."""
    return [(each.pk, each.name, each.phone, each.resident_id) for each in people]


def _identify(step: Step, corrections: dict[str, Any]) -> bool:
    """Say whose name it is: the neighbour chosen, else the one of exactly this name.

    A name written over leaves the neighbour it belonged to, and so does one that is
    said to be nobody's; the same name in other characters names nobody anew. What of a
    neighbour's own is missing in the case is taken over. Return whether a former
    neighbour's group was left with them.
    InputRefused and TooMany as in `named_person`.
    """
    case = step.case
    as_typed = bool(corrections.pop("as_typed"))
    chosen: Resident | None = corrections.pop("resident")
    typed = corrections["speaker_name"]

    is_chosen_now = chosen is not None and chosen.pk != case.resident_id
    is_namesake = chosen is not None and folded(chosen.name) == folded(typed or "")
    if typed is None or typed == case.speaker_name:
        if as_typed:  # the name is right, and the neighbour of that name is not meant
            return _link(step, None, corrections)
        if not is_chosen_now:
            return False
        typed = typed if typed and is_namesake else ""
    elif not is_chosen_now and _is_spelled_anew(step, typed):
        as_typed = as_typed or "resident" in fields_decided(case)

    person = named_person(
        typed,
        case.village,
        resident=chosen if is_chosen_now and not as_typed else None,
        phone=corrections["speaker_phone"] or "",
        as_typed=as_typed,
        by=step.by,
        at=step.at,
    )
    corrections["speaker_name"] = person.name
    return _link(step, person.resident, corrections)


def _is_spelled_anew(step: Step, typed: str) -> bool:
    """True for the speaker's own name in other characters: 張長生 for 张长生."""
    return is_same_name(typed, step.case.speaker_name)


def _link(step: Step, resident: Resident | None, corrections: dict[str, Any]) -> bool:
    """Make a resident the case's speaker, or nobody known; return whether the former
    one's group was left with them.

    The group of a 隐名 matter is left as it is: it was chosen, and one taken from the
    household, or off with it, would narrow down who spoke.
    """
    case = step.case
    old = case.resident
    if resident == old:
        return False

    case.resident = resident
    step.personal["resident"] = (str(old or ""), str(resident or ""))
    _exchange(step, "speaker_sex", old, resident, "sex")
    if not corrections["speaker_phone"] and "speaker_phone" not in step.personal:
        _exchange_phone(step, old, resident)

    if hides_speaker(case):
        return False
    former_group = old.household.group if old else None
    is_typed = corrections["group"] not in (None, case.group)  # forms send it along
    if is_typed or case.group not in (None, former_group):
        return False
    if resident is None:
        return _leave_group(step, corrections)

    group = resident.household.group
    if group.village_id == case.village_id:
        corrections["group"] = group
    return False


def _leave_group(step: Step, corrections: dict[str, Any]) -> bool:
    """Take off the group of a neighbour who did not speak; False where there is none.

    Where it is the matter's all the same, the next correction says so.
    """
    corrections["group"] = None
    if step.case.group is None:
        return False
    step.case.group = None
    return True


def _exchange_phone(step: Step, old: Resident | None, new: Resident | None) -> None:
    """Replace the phone that the case had of the former neighbour, or had not at all.

    Whatever number stands beside a neighbour goes with them: the register's may have
    changed since. The revision keeps it. Nobody may be called about a matter in which
    they never spoke.
    """
    value = step.case.speaker_phone or ""
    if value and old is None:
        return

    exchanged = new.phone if new else ""
    exchanged = exchanged or ""
    if exchanged != value:
        step.case.speaker_phone = exchanged
        step.personal["speaker_phone"] = (value, exchanged)


def _exchange(
    step: Step, name: str, old: Resident | None, new: Resident | None, of_resident: str
) -> None:
    """Replace what the case took over from the former neighbour, or had not at all.

    What was typed and is not the former neighbour's stays.
    """
    value = getattr(step.case, name) or ""
    former = getattr(old, of_resident, "") or ""
    if value and value != former:
        return

    exchanged = getattr(new, of_resident, "") or ""
    if exchanged != value:
        setattr(step.case, name, exchanged)
        step.personal[name] = (value, exchanged)


def _correct(step: Step, name: str, new: Any) -> bool:
    """Write one field; return whether that changed it."""
    old = getattr(step.case, name)
    if new is None or (name in NEVER_EMPTIED and not new):
        return False
    if new == old:
        return False

    setattr(step.case, name, new)
    if name in PERSONAL:
        step.personal[name] = (str(old or ""), str(new or ""))
    return True
