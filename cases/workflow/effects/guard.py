"""What protects people: confidentiality, recusal, red-line reports; and corrections."""

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
from cases.privacy.redactor import WHO_SPOKE
from cases.workflow.candidates import possible_concerns
from cases.workflow.facts import level_of, posts_about, village_of
from cases.workflow.step import Step
from cases.workflow.who import REVIEWERS, Handled, owners_posts
from minshi.crypto import blind_index, normal_phone
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.models import Post, User

# left empty in the form: they stay as they are
NEVER_EMPTIED = (
    "title",
    "category",
    "channel",
    "speaker_phone",
)
PERSONAL = (*WHO_SPOKE, "title", "request_text", "place")


def recuse(step: Step) -> None:
    name_concerns(step, list(step.values["concerns"]))


def name_concerns(step: Step, users: list[User]) -> None:
    """回避 of the users named, who are cadres of the place: one level above the highest
    of them.
    """
    case = step.case
    chosen = {user.pk for user in users}
    if possible_concerns(step.facts).filter(pk__in=chosen).count() != len(chosen):
        words = _("Name cadres of this village, town or county.")
        raise InputRefused.at(concerns=words)
    step.data["concerns"] = sorted(chosen)
    highest = Level.VILLAGE
    villages: dict[int, int | None] = dict.fromkeys(chosen)
    for post in (
        Post.objects.current(step.on)
        .filter(user__in=chosen)
        .select_related("group", "office")
        .in_order()
    ):
        highest = max(
            highest, level_of(post) or Level.VILLAGE, key=lambda level: level.rank
        )
        if villages[post.user_id] != case.village_id:
            villages[post.user_id] = village_of(post) or villages[post.user_id]
    concerns = [
        Concern(user_id=user, village_id=village) for user, village in villages.items()
    ]
    apply_concerns(step, concerns, highest.above or Level.COUNTY)


def apply_concerns(step: Step, concerns: list[Concern], floor: Level) -> None:
    """Hides the case from those named and from every post of a cadre's village, and
    raises it to the floor.

    Lead and assistants hidden so are released; without its lead a matter in 办 or 督
    goes back to 议 (domain §3, conflict).
    """
    case, facts = step.case, step.facts
    known = {concern.user_id for concern in facts.concerns}
    new = [
        Concern(case=case, user_id=concern.user_id, village_id=concern.village_id)
        for concern in concerns
        if concern.user_id not in known
    ]
    facts.concerns += Concern.objects.bulk_create(new)
    if any(concern.village_id not in (None, case.village_id) for concern in new):
        facts.posts = posts_about(case, step.at, facts.assignments, facts.concerns)
    case.conflict_floor = max(
        floor, Level(case.conflict_floor or floor), key=lambda level: level.rank
    )
    released = _release_hidden(step)
    level = max(Level(case.level), floor, key=lambda item: item.rank)
    if (
        released
        and case.stage in (Stage.HANDLE, Stage.SUPERVISE)
        and not case.needs_order
    ):
        case.completed_at = None
        _to_deliberation(step, level)
    else:
        step.rise(level)


def _to_deliberation(step: Step, level: Level) -> None:
    if level != step.case.level:
        step.case.level = level
        step.enter(Stage.DELIBERATE)
    else:
        step.back_to_deliberation()


def _release_hidden(step: Step) -> bool:
    """Ends the assignments of people the case is now hidden from; whether the lead was
    among them.
    """
    facts = step.facts
    hidden = [item for item in facts.active if not step.may_lead(item.holder)]
    lead_gone = any(item.role == AssignmentRole.LEAD for item in hidden)
    if lead_gone and step.case.stage in (Stage.HANDLE, Stage.SUPERVISE):
        hidden = facts.active
    step.end_assignments(AssignmentEnd.RELEASED, hidden)
    return lead_gone


def lift_recusal(step: Step) -> None:
    """By a reviewer not named, with a reason; the level stays."""
    Concern.objects.filter(case=step.case).delete()
    step.data["lifted"] = sorted(concern.user_id for concern in step.facts.concerns)
    step.facts.concerns = []
    step.case.conflict_floor = ""


def protect(step: Step) -> None:
    """改保密: up by the owner, down by a reviewer."""
    old, new = (
        Confidentiality(step.case.confidentiality),
        Confidentiality(step.values["confidentiality"]),
    )
    if old == new:
        raise MoveRefused(_("That is how it is already."))
    allowed = (
        owners_posts(step.facts)
        if new.rank > old.rank
        else REVIEWERS.may(step.facts, Handled.NOBODY)
    )
    if step.post is None or step.post not in allowed:
        raise NoSuchRight(
            _(
                "Whoever holds the matter may protect it more; only a reviewer may"
                " protect it less."
            )
        )
    step.case.confidentiality = new
    step.data.update(old=str(old), new=str(new))


def mandatory_report(step: Step) -> None:
    """强制报告: to whom, when, receipt."""
    told_at = step.values["told_at"] or step.at
    if told_at > step.at:
        raise InputRefused.at(told_at=_("That time is still to come."))
    MandatoryReport.objects.create(
        case=step.case,
        at=step.at,
        told=step.values["told"],
        told_at=told_at,
        receipt=step.values["receipt"] or "",
        post=step.officers_post,
    )
    step.data.update(told_at=told_at.isoformat(), received=bool(step.values["receipt"]))


def receipt(step: Step) -> None:
    """The receipt of a report that had none; what was once received is never written
    over.
    """
    awaiting = MandatoryReport.objects.filter(
        case=step.case, pk=step.values["report"].pk, receipt=""
    )
    if not awaiting.update(receipt=step.values["receipt"]):
        words = _("Its receipt is noted already.")
        raise InputRefused.at(report=words)
    step.data["report"] = step.values["report"].pk


def amend(step: Step) -> None:
    """更正: every field but 原话, stage, level and dates; personal values leave only a
    pointer in the event.
    """
    case, values = step.case, dict(step.values)
    if values.get("speaker_phone"):
        values["speaker_phone"] = unmasked_phone(values["speaker_phone"])
    _check_places(step)
    if step.post and not _shows_speaker(step):
        values = {
            name: value for name, value in values.items() if name not in WHO_SPOKE
        }
    changed: list[str] = []
    for name, new in values.items():
        old = getattr(case, name, None)
        if (
            name == "reason"
            or new is None
            or new == old
            or (name in NEVER_EMPTIED and not new)
        ):
            continue
        setattr(case, name, new)
        changed.append(name)
        if name in PERSONAL:
            step.personal[name] = (str(old or ""), str(new or ""))
    if not changed:
        raise MoveRefused(_("Nothing was changed."))
    if case.speaker_phone:
        case.speaker_phone_hash = blind_index(case.speaker_phone, "phone")
    step.data["fields"] = sorted(changed)


def _shows_speaker(step: Step) -> bool:
    """Who may not see the speaker may not overwrite them either."""
    return step.post is not None and Sight.of(step.post.user, step.on).shows_speaker(
        step.case
    )


def _check_places(step: Step) -> None:
    group, topic = step.values["group"], step.values["topic"]
    if group and group.village_id != step.case.village_id:
        raise InputRefused.at(group=_("That group is in another village."))
    if topic and topic.town_id != step.case.town_id:
        raise InputRefused.at(topic=_("That topic is another town's."))


def unmasked_phone(raw: str) -> str:
    """A phone in its one form; a masked one is never written back (it would destroy the
    number).
    """
    if "*" in raw:
        raise InputRefused.at(speaker_phone=_("Type the whole phone number."))
    try:
        return normal_phone(raw)
    except ValidationError as error:
        raise InputRefused.at(speaker_phone=error.message) from None
