"""What protects people: confidentiality, recusal, red-line reports; and corrections."""

from django.utils.translation import gettext as _

from cases.models import Concern, MandatoryReport
from cases.models.choices import AssignmentEnd, AssignmentRole, Confidentiality, Level, Stage
from cases.workflow.facts import level_of, village_of
from cases.workflow.step import Step
from cases.workflow.who import REVIEWERS, Handled, owners_posts
from minshi.crypto import blind_index, normal_phone
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.models import Post, User

AMENDABLE = ("title", "request_text", "category", "topic", "channel", "place", "group", "remark", "speaker_sex")
PERSONAL = ("speaker_name", "speaker_phone", "speaker_address", "proxy_speaker", "title", "request_text", "place")


def recuse(step: Step) -> None:
    users = step.values["concerns"]
    step.data["concerns"] = sorted(user.pk for user in users)
    apply_concerns(step, users)


def apply_concerns(step: Step, users: list[User], lowest: Level = Level.VILLAGE) -> None:
    """回避: one level above the highest named; hidden from them, and from every post of a cadre's village.

    Lead and assistants hidden so are released, 办 and 督 then go back to 议 (domain §3, conflict).
    """
    case, facts = step.case, step.facts
    highest = Level.VILLAGE
    posts = Post.objects.current(step.on).filter(user__in=users).select_related("group", "office")
    villages: dict[int, int | None] = {}
    for post in posts:
        highest = max(highest, level_of(post) or Level.VILLAGE, key=lambda level: level.rank)
        villages[post.user_id] = village_of(post) or villages.get(post.user_id)
    floor = max(highest.above or Level.COUNTY, lowest, key=lambda level: level.rank)
    known = {concern.user_id for concern in facts.concerns}
    new = [Concern(case=case, user=user, village_id=villages.get(user.pk)) for user in users if user.pk not in known]
    facts.concerns += Concern.objects.bulk_create(new)
    case.conflict_floor = max(floor, Level(case.conflict_floor or floor), key=lambda level: level.rank)
    released = _release_hidden(step)
    level = max(Level(case.level), floor, key=lambda item: item.rank)
    if released and case.stage in (Stage.HANDLE, Stage.SUPERVISE) and not case.needs_order:
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
    """Ends the assignments of people the case is now hidden from; whether the lead was among them."""
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
    old, new = Confidentiality(step.case.confidentiality), Confidentiality(step.values["confidentiality"])
    if old == new:
        raise MoveRefused(_("That is how it is already."))
    allowed = owners_posts(step.facts) if new.rank > old.rank else REVIEWERS.may(step.facts, Handled.NOBODY)
    if step.post not in allowed:
        raise NoSuchRight(_("Whoever holds the matter may protect it more; only a reviewer may protect it less."))
    step.case.confidentiality = new
    step.data.update(old=str(old), new=str(new))


def mandatory_report(step: Step) -> None:
    """强制报告: to whom, when, receipt."""
    told_at = step.values["told_at"] or step.at
    if told_at > step.at:
        raise InputRefused(_("That time is still to come."), {"told_at": _("That time is still to come.")})
    MandatoryReport.objects.create(
        case=step.case,
        at=step.at,
        told=step.values["told"],
        told_at=told_at,
        receipt=step.values["receipt"] or "",
        post=step.post,
    )
    step.data["told_at"] = told_at.isoformat()


def amend(step: Step) -> None:
    """更正: every field but 原话, stage, level and dates; personal values leave only a pointer in the event."""
    case, values = step.case, dict(step.values)
    if values.get("speaker_phone"):
        values["speaker_phone"] = unmasked_phone(values["speaker_phone"])
    changed: list[str] = []
    for name, new in values.items():
        old = getattr(case, name, None)
        if name == "reason" or new is None or new == old:
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


def unmasked_phone(raw: str) -> str:
    """A phone in its one form; a masked one is never written back (it would destroy the number)."""
    if "*" in raw:
        raise InputRefused(_("Type the whole phone number."), {"speaker_phone": _("Type the whole phone number.")})
    return normal_phone(raw)
