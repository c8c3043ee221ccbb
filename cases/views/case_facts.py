"""The plain lines among the basic facts on a case page: a label, and a few words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from cases.models import Case, Rating
from cases.models.choices import Stage
from cases.models.reserved import ReservedMatter
from cases.templatetags.days import moment
from cases.templatetags.matters import kind
from villages.models import User

NOTHING = "—"


@dataclass(frozen=True)
class FactLine:
    label: str | Promise
    text: str


def speaker_of(case: Case, *, shown: bool) -> str:
    """Name the speaker with their masked phone, or say that the name is hidden."""
    if not shown:
        return _("Name hidden")

    words = case.speaker_name or NOTHING
    if case.proxy_speaker:
        spoken_for = _("Spoken for by")
        words += f"（{spoken_for} {case.proxy_speaker}）"
    if case.speaker_phone:
        words += f" {case.masked_phone}"
    return words


def lines_of_origin(
    case: Case, words: Mapping[str, str], *, speaker_shown: bool
) -> list[FactLine]:
    """List how the matter came: address, place, kind, channel, officer and level.

    `words` are the case's own, as the reader may see them; `speaker_shown` tells
    whether they may know who spoke.
    """
    recorded_by = str(case.recorded_by.user) if case.recorded_by else NOTHING

    level = case.get_level_display()
    if case.round > 1:
        in_round = _("time %(round)s") % {"round": case.round}
        level = f"{level} · {in_round}"

    return [
        *_address_of(case, speaker_shown),
        FactLine(_("Place"), _where(case, words["place"], speaker_shown)),
        FactLine(_("Kind"), kind(case) or NOTHING),
        *_reserved_to(case),
        FactLine(
            _("How it was said"), f"{case.get_channel_display()} {moment(case.said_at)}"
        ),
        FactLine(_("Taken down by"), recorded_by),
        *_of_old_ledger(words["adopted_from"]),
        FactLine(_("Level"), level),
    ]


def _reserved_to(case: Case) -> list[FactLine]:
    """Say what the law reserves to the people of the village, who decides it and by
    which article; nothing where it reserves nothing.
    """
    if not case.reserved:
        return []
    matter = ReservedMatter(case.reserved)
    words = f"{matter.label}：{matter.decider.label}（{matter.article}）"
    return [FactLine(_("Reserved to the people of the village"), words)]


def _of_old_ledger(number: str) -> list[FactLine]:
    """Give the number that a matter had in an old ledger; nothing of all others."""
    if not number:
        return []
    return [FactLine(_("Number in the old ledger"), number)]


def _address_of(case: Case, speaker_shown: bool) -> list[FactLine]:
    """Say where the speaker lives, to whoever may know who spoke; nothing where that
    was not taken down.
    """
    if not speaker_shown or not case.speaker_address:
        return []
    return [FactLine(_("Address"), case.speaker_address)]


def _where(case: Case, place: str, speaker_shown: bool) -> str:
    """Return the place of the matter with its group, which is the speaker's: of a
    hidden one the recorder chose it as the place, and nobody is told more by it.
    """
    where = str(case.village or case.town)
    if place:
        where = f"{where} {place}"
    if case.group is None:
        return where

    group = str(case.group)
    if speaker_shown:
        group = _("%(group)s (the speaker's group)") % {"group": case.group}
    return f"{where}；{group}" if place else f"{where} {group}"


def lines_of_course(
    case: Case,
    words: Mapping[str, str],
    rating: Rating | None,
    concerns: Iterable[User],
    reports: Iterable[tuple[datetime, str]],
    route: str,
) -> list[FactLine]:
    """List what was decided and done, without the lines that would be empty.

    `route` says where the matter is handled instead, "" where it is handled here.
    While it is done once more, what came of it is that of the time before.
    """
    waits_for_decision = case.stage == Stage.DELIBERATE
    is_of_before = not case.is_completed
    reported = [
        FactLine(_("Mandatory report"), f"{moment(told_at)} {told}")
        for told_at, told in reports
    ]
    lines = [
        FactLine(
            _("Decision before") if waits_for_decision else _("Decision"),
            _decision_in_words(case, words),
        ),
        FactLine(
            _("Outcome last time") if is_of_before else _("Outcome"),
            case.get_outcome_display(),
        ),
        FactLine(_("Where this is handled"), route),
        FactLine(_("What was done"), words["measures"]),
        FactLine(_("What was found"), words["findings"]),
        FactLine(_("On what ground"), words["basis"]),
        FactLine(
            _("Result last time") if is_of_before else _("Result"), words["result"]
        ),
        FactLine(
            _("Rating") if case.is_rated else _("Rating last time"),
            _rating_in_words(case, rating),
        ),
        FactLine(_("Whom it concerns"), "、".join(str(user) for user in concerns)),
        *reported,
        FactLine(_("Remark"), words["remark"]),
    ]
    return [line for line in lines if line.text]


def _decision_in_words(case: Case, words: Mapping[str, str]) -> str:
    if not case.decision:
        return ""
    return f"{case.get_handling_display()}：{words['decision']}"


def _rating_in_words(case: Case, rating: Rating | None) -> str:
    if not case.satisfaction:
        return ""

    words = f"{case.get_satisfaction_display()}、{case.get_solved_display()}"
    if rating and rating.on_the_spot:
        on_the_spot = _("said on the spot")
        words += f"（{on_the_spot}）"
    return words
