"""Protection of people: confidentiality, recusal, red lines; and corrections."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from cases.models import Concern, MandatoryReport
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    Confidentiality,
    Level,
    Stage,
)
from cases.models.scope import Sight
from cases.privacy.personal import WHO_SPOKE, add_co_speakers
from cases.workflow.actors import Officer
from cases.workflow.candidates import possible_concerns
from cases.workflow.facts import level_of, posts_about, village_of
from cases.workflow.inputs import ABOUT_SPEAKER, OTHERS
from cases.workflow.speakers import (
    checked_name,
    co_speaker,
    named_apart,
    neighbour_named,
)
from cases.workflow.step import Step
from cases.workflow.who import REVIEWERS, Handled, owners_posts
from minshi.crypto import blind_index, normal_phone
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.models import Post, Resident, User

# left empty in the form they stay as they are
NEVER_EMPTIED = (
    "title",
    "category",
    "channel",
    "speaker_phone",
)
PERSONAL = (*WHO_SPOKE, "resident", "title", "request_text", "place")


def recuse(step: Step) -> None:
    name_concerns(step, list(step.values["concerns"]))


def name_concerns(step: Step, users: list[User]) -> None:
    """回避: take a case away from the cadres it concerns, one level above the highest.

    InputRefused: they are no cadres of the place.
    """
    chosen = {user.pk for user in users}
    if possible_concerns(step.facts).filter(pk__in=chosen).count() != len(chosen):
        words = _("Name cadres of this village, town or county.")
        raise InputRefused.at(concerns=words)
    step.data["concerns"] = sorted(chosen)

    highest = Level.VILLAGE
    villages: dict[int, int | None] = dict.fromkeys(chosen)
    posts = Post.objects.current(step.on).filter(user__in=chosen)
    for post in posts.select_related("group", "office").in_order():
        highest = _higher(highest, level_of(post) or Level.VILLAGE)
        # of several villages of a cadre the case's own counts
        if villages[post.user_id] != step.case.village_id:
            villages[post.user_id] = village_of(post) or villages[post.user_id]

    concerns = [
        Concern(user_id=user, village_id=village) for user, village in villages.items()
    ]
    apply_concerns(step, concerns, highest.above or Level.COUNTY)


def _higher(one: Level, other: Level) -> Level:
    return max(one, other, key=lambda level: level.rank)


def apply_concerns(step: Step, concerns: list[Concern], floor: Level) -> None:
    """Hide a case from those it concerns, and raise it to the floor.

    It is hidden from every post of a cadre's village as well. Lead and assistants
    hidden so are released; without its lead a matter in 办 or 督 goes back to 议
    (domain §3, conflict).
    """
    case = step.case
    _add_concerns(step, concerns)
    case.conflict_floor = _higher(floor, Level(case.conflict_floor or floor))

    lead_is_gone = _release_hidden(step)
    level = _higher(Level(case.level), floor)
    in_work = case.stage in (Stage.HANDLE, Stage.SUPERVISE)
    if lead_is_gone and in_work and not case.needs_order:
        case.completed_at = None
        _to_deliberation(step, level)
    else:
        step.move_to_level(level)


def _add_concerns(step: Step, concerns: list[Concern]) -> None:
    """Add those that are new, and the posts of villages that come with them."""
    case = step.case
    facts = step.facts
    present = {concern.user_id for concern in facts.concerns}

    new = []
    for concern in concerns:
        if concern.user_id not in present:
            copy = Concern(
                case=case, user_id=concern.user_id, village_id=concern.village_id
            )
            new.append(copy)
    facts.concerns += Concern.objects.bulk_create(new)

    if any(concern.village_id not in (None, case.village_id) for concern in new):
        facts.posts = posts_about(case, step.at, facts.assignments, facts.concerns)


def _to_deliberation(step: Step, level: Level) -> None:
    if level != step.case.level:
        step.case.level = level
        step.enter(Stage.DELIBERATE)
    else:
        step.back_to_deliberation()


def _release_hidden(step: Step) -> bool:
    """End the assignments of people the case is now hidden from.

    Return whether the lead was among them; in 办 and 督 everybody goes with the lead.
    """
    facts = step.facts
    hidden = [item for item in facts.active if not step.people.may_lead(item.holder)]
    lead_is_gone = any(item.role == AssignmentRole.LEAD for item in hidden)
    if lead_is_gone and step.case.stage in (Stage.HANDLE, Stage.SUPERVISE):
        hidden = facts.active

    step.people.end_assignments(AssignmentEnd.RELEASED, hidden)
    return lead_is_gone


def lift_recusal(step: Step) -> None:
    """Let those named see the case again; the level stays."""
    step.data["lifted"] = sorted(concern.user_id for concern in step.facts.concerns)
    Concern.objects.filter(case=step.case).delete()
    step.facts.concerns = []
    step.case.conflict_floor = ""


def protect(step: Step) -> None:
    """改保密: change who may read a case, up by the owner, down by a reviewer."""
    old = Confidentiality(step.case.confidentiality)
    new = Confidentiality(step.values["confidentiality"])
    if old == new:
        raise MoveRefused(_("That is how it is already."))

    if new.rank > old.rank:
        allowed = owners_posts(step.facts)
    else:
        allowed = REVIEWERS.may(step.facts, Handled.NOBODY)
    if step.post is None or step.post not in allowed:
        raise NoSuchRight(
            _(
                "Whoever holds the matter may protect it more; only a reviewer may"
                " protect it less."
            )
        )

    step.case.confidentiality = new
    step.data["old"] = str(old)
    step.data["new"] = str(new)


def mandatory_report(step: Step) -> None:
    """强制报告: note to whom a red line was reported, when, and the receipt."""
    values = step.values
    told_at = values["told_at"] or step.at
    if told_at > step.at:
        raise InputRefused.at(told_at=_("That time is still to come."))

    MandatoryReport.objects.create(
        case=step.case,
        at=step.at,
        told=values["told"],
        told_at=told_at,
        receipt=values["receipt"] or "",
        post=step.officers_post,
    )
    step.data["told_at"] = told_at.isoformat()
    step.data["received"] = bool(values["receipt"])


def receipt(step: Step) -> None:
    """Note the receipt of a report that had none.

    InputRefused: it has one; what was once received is never written over.
    """
    report = step.values["report"]
    awaiting = MandatoryReport.objects.filter(case=step.case, pk=report.pk, receipt="")
    if not awaiting.update(receipt=step.values["receipt"]):
        words = _("Its receipt is noted already.")
        raise InputRefused.at(report=words)
    step.data["report"] = report.pk


def amend(step: Step) -> None:
    """更正: correct any field but 原话, stage, level and dates.

    Personal values leave only a pointer in the event.
    """
    corrections = _corrections(step)
    _check_places(step)
    if "speaker_name" in corrections:
        _identify(step, corrections)

    changed = list(step.personal)  # who it is, if that is known better now
    others = corrections.pop(OTHERS.name, None)
    if others is not None and _name_others(step, named_apart(others)):
        changed.append(OTHERS.name)
    for name, new in corrections.items():
        if _correct(step, name, new):
            changed.append(name)
    if not changed:
        raise MoveRefused(_("Nothing was changed."))

    case = step.case
    if case.speaker_phone:
        case.speaker_phone_hash = blind_index(case.speaker_phone, "phone")
    step.data["fields"] = sorted(changed)


def _corrections(step: Step) -> dict[str, Any]:
    """Return the values typed, by field, without those that the officer may not see."""
    values = dict(step.values)
    del values["reason"]
    if values["speaker_phone"]:
        values["speaker_phone"] = unmasked_phone(values["speaker_phone"])

    if step.post and not _shows_speaker(step, step.post):
        for name in ABOUT_SPEAKER:
            del values[name]
    return values


def _name_others(step: Step, names: list[str]) -> bool:
    """Make exactly these the co-speakers; return whether that changed anything.

    Whoever was named before keeps phone and resident; a new name is linked where it is
    exactly one neighbour's.
    """
    case = step.case
    before = case.others
    names_before = [person.name for person in before]
    if names == names_before:
        return False

    gone = [person.pk for person in before if person.name not in names]
    case.co_speakers.filter(pk__in=gone).delete()
    new = []
    for name in names:
        if name not in names_before:
            new.append(co_speaker(case, name, _neighbour(step, name)))
    add_co_speakers(case, new)

    step.personal[OTHERS.name] = ("、".join(names_before), "、".join(names))
    return True


def _neighbour(step: Step, name: str) -> Resident | None:
    if not isinstance(step.by, Officer):
        return None
    return neighbour_named(name, step.case.village, by=step.by, at=step.at)


def _identify(step: Step, corrections: dict[str, Any]) -> None:
    """Say whose name it is: the neighbour chosen, else the one of exactly this name.

    A name written over leaves the neighbour it belonged to. What of a neighbour's own
    is missing in the case is taken over. InputRefused as in `checked_name`.
    """
    case = step.case
    as_typed = bool(corrections.pop("as_typed"))
    chosen: Resident | None = corrections.pop("resident")
    typed = corrections["speaker_name"]

    is_chosen_now = chosen is not None and chosen.pk != case.resident_id
    if typed is None or typed == case.speaker_name:
        if not is_chosen_now:
            return
        typed = ""

    resident = chosen if is_chosen_now and not as_typed else None
    name = checked_name(typed, resident, as_typed=as_typed)
    if resident is None and not as_typed:
        resident = _neighbour(step, name)

    corrections["speaker_name"] = name
    _link(step, resident, corrections)


def _link(step: Step, resident: Resident | None, corrections: dict[str, Any]) -> None:
    """Make a resident the case's speaker, or nobody known."""
    case = step.case
    old = case.resident
    if resident == old:
        return

    case.resident = resident
    step.personal["resident"] = (str(old or ""), str(resident or ""))
    if resident is None:
        return

    group = resident.household.group
    if case.group_id is None and group.village_id == case.village_id:
        corrections["group"] = corrections["group"] or group
    if not case.speaker_phone and not corrections["speaker_phone"]:
        corrections["speaker_phone"] = resident.phone or None
    case.speaker_sex = case.speaker_sex or resident.sex


def _correct(step: Step, name: str, new: Any) -> bool:
    """Write one field; return whether that changed it."""
    old = getattr(step.case, name)
    if new is None or new == old or (name in NEVER_EMPTIED and not new):
        return False

    setattr(step.case, name, new)
    if name in PERSONAL:
        step.personal[name] = (str(old or ""), str(new or ""))
    return True


def _shows_speaker(step: Step, post: Post) -> bool:
    """True for whoever sees the speaker; nobody else may overwrite them."""
    return Sight.of(post.user, step.on).shows_speaker(step.case)


def _check_places(step: Step) -> None:
    group = step.values["group"]
    topic = step.values["topic"]
    if group and group.village_id != step.case.village_id:
        raise InputRefused.at(group=_("That group is in another village."))
    if topic and topic.town_id != step.case.town_id:
        raise InputRefused.at(topic=_("That topic is another town's."))
    if resident := step.values["resident"]:
        lives_in = resident.household.group.village
        if lives_in.town_id != step.case.town_id:
            raise InputRefused.at(resident=_("They live in another town."))


def unmasked_phone(raw: str, field: str = "speaker_phone") -> str:
    """Return a phone number in its one form; `field` is where it was typed.

    InputRefused: no number, or a masked one, which would destroy the one stored.
    """
    if "*" in raw:
        raise InputRefused.at(**{field: _("Type the whole phone number.")})
    try:
        return normal_phone(raw)
    except ValidationError as error:
        raise InputRefused.at(**{field: error.message}) from None
