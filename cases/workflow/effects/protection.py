"""Protection of people: confidentiality, recusal, red lines."""

from django.utils.translation import gettext as _

from cases.models import Case, Concern, MandatoryReport
from cases.models.choices import (
    AssignmentEnd,
    AssignmentRole,
    Confidentiality,
    Level,
    Stage,
)
from cases.models.scope import hides_speaker
from cases.workflow.candidates import possible_concerns
from cases.workflow.reading_facts import posts_about
from cases.workflow.speakers import was_group_chosen
from cases.workflow.standing import level_of, village_of
from cases.workflow.step import Step
from cases.workflow.who import WHO_PROTECTS, protection_open_to
from minshi.errors import InputRefused, MoveRefused, NoSuchRight
from villages.models import Post, User


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

    if new not in protection_open_to(step.post, step.facts):
        raise NoSuchRight(str(WHO_PROTECTS))

    was_hidden = hides_speaker(step.case)
    step.case.confidentiality = new
    step.case.name_stays_hidden = was_hidden and new == Confidentiality.SECRET
    step.data["old"] = str(old)
    step.data["new"] = str(new)
    if not was_hidden:
        leave_household(step)


def leave_household(step: Step) -> None:
    """Take the group of the speaker's household off a matter that hides them from now
    on: it would narrow down who spoke. One that somebody chose stays. One query, where
    there is a group.
    """
    if is_of_household(step.case):
        step.case.group = None
        step.data["fields"] = ["group"]


def is_of_household(case: Case) -> bool:
    """Tell whether a matter hides its speaker and yet has the group of their household.
    One query, where there is a group.
    """
    if not hides_speaker(case) or case.group is None:
        return False
    return not was_group_chosen(case)


def mandatory_report(step: Step) -> None:
    """强制报告: note to whom a red line was reported, when, and the receipt."""
    values = step.values
    told_at = values["told_at"] or step.at

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
