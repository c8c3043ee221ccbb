"""公示: what the villagers resolved, and later what came of it, as a paper to post for
the days that the law asks for (组织法 35).

The whole village reads it: it names nobody, and of a matter that is 隐名 it has the
words of the six steps alone.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from cases.meetings import votes_in_words
from cases.meetings.six_steps import OUTCOME, PUBLISHED, RESOLUTION
from cases.models import FourTwoProcess, FourTwoStep
from cases.models.scope import hides_speaker
from cases.privacy.redactor import public_titles, speaker_redactor
from cases.slips.minutes import correction_in_words
from cases.slips.reading import Line, side_by_side
from cases.workflow.pasted import without_numbers
from minshi.errors import Text
from minshi.paper import day_on_paper, phone_on_paper
from minshi.text.neighbours import without_names
from villages.lookup import names_in
from villages.models import Resident, TalkRoom, Town
from villages.seals import seal_of, seal_of_town

NO_BREAK = "\u2011"  # a hyphen at which no line ends
Told = tuple[Text, str]  # a heading, and what stands beside it
TITLES = {
    PUBLISHED: pgettext_lazy("public notice", "Notice of a resolution"),
    OUTCOME: pgettext_lazy("public notice", "Notice of an outcome"),
}


def notices_of(process: FourTwoProcess) -> dict[int, "PublicNotice"]:
    """Return by step the notices that can be printed: of the steps written down, so
    that what hangs on the wall says what the record says.

    No query; the steps must be prefetched.
    """
    if process.dropped_at:
        return {}

    notices = {}
    for step in process.steps.all():
        if step.nth in TITLES and step.passed:
            notices[step.nth] = PublicNotice(process, step)
    return notices


def may_be_posted(process: FourTwoProcess) -> bool:
    """Tell whether a process may be told to the whole village: not that of a matter
    that is never public (domain §1, §6). One query where it is a matter's.
    """
    case = process.case
    return case is None or case.pk in public_titles([case])


@dataclass(frozen=True)
class PublicNotice:
    """One of the two notices, with the days for which it hangs and the words of its
    step as they are written down.
    """

    process: FourTwoProcess
    step: FourTwoStep

    @property
    def title(self) -> Text:
        return TITLES[self.step.nth]

    @property
    def seal(self) -> str:
        """The village committee, as its seal has it."""
        return seal_of(self.process.village.town, self.process.village)

    @property
    def from_on(self) -> date:
        return self.step.held_on

    def rows(self) -> list[list[Line]]:
        told = [self._about(), *self._resolved()]
        if self.step.nth == OUTCOME:
            told.append(self._outcome())
        if self.step.content:
            told.append((_("How it was shown"), self._unnamed(self.step.content)))
        told += [self._hangs(), self._objections()]

        return side_by_side(
            Line(f"line-{nth}", heading, text, is_wide=True)
            for nth, (heading, text) in enumerate(told)
        )

    # --- what it says
    def _about(self) -> Told:
        matter = self.process.get_matter_display()
        return _("Subject"), f"{self._unnamed(self.process.subject)}（{matter}）"

    def _resolved(self) -> list[Told]:
        """Return which meeting resolved it, by which numbers, and what."""
        step = self._resolution()
        if step is None:
            return []

        meeting = f"{day_on_paper(step.held_on)} {step.get_kind_display()}"
        numbers = _("due %(due)s, present %(present)s; %(votes)s: %(verdict)s") % {
            "due": step.due,
            "present": step.present,
            "votes": votes_in_words(step),
            "verdict": pgettext("verdict", "passed"),
        }
        told: list[Told] = [
            (_("Resolved by"), meeting),
            (_("Votes"), numbers),
            (_("By which rule"), step.rule),
            (_("What was resolved"), self._unnamed(step.content)),
        ]
        for row in step.corrections.all():
            told.append((_("Correction"), self._unnamed(correction_in_words(row))))
        return told

    def _outcome(self) -> Told:
        """Return how it was carried out: left to be written by hand of a matter whose
        own words are not for the street, and of a mere subject.
        """
        case = self.process.case
        result = ""
        if case and case.completed_at and not hides_speaker(case):
            done_on = day_on_paper(case.completed_at)
            result = f"{self._unnamed(case.result)}\n{done_on}".strip()
        return _("How it was carried out"), result

    def _hangs(self) -> Told:
        days = {
            "from": day_on_paper(self.from_on),
            "until": day_on_paper(self.step.public_until),
        }
        return _("Posted"), _("from %(from)s to %(until)s") % days

    def _objections(self) -> Told:
        room = TalkRoom.objects.filter(village=self.process.village).first()
        words = _(
            "Whoever disagrees or has a question tells the village committee by then,"
            " telephone %(phone)s; what is not true or left out may be reported to"
            " %(town)s."
        )
        said = {
            "phone": _in_one_line(room.phone) if room and room.phone else "________",
            "town": _town_with_phone(self.process.village.town),
        }
        return _("Objections"), words % said

    def _resolution(self) -> FourTwoStep | None:
        for step in self.process.steps.all():
            if step.nth == RESOLUTION and step.passed:
                return step
        return None

    # --- naming nobody
    def _unnamed(self, text: str) -> str:
        """Return words without numbers and addresses of people, and with 张某 for
        whoever is named. What hides a 隐名 speaker was read with the process.
        """
        plain = without_names(without_numbers(text), self._names)
        case = self.process.case
        if case is None or hides_speaker(case):
            return plain
        return speaker_redactor(case)(plain)

    @cached_property
    def _names(self) -> list[str]:
        """Those who are named in anything that it may say. One query."""
        steps = self.process.steps.all()
        texts = [self.process.subject, *(step.content for step in steps)]
        for step in steps:
            texts += [f"{row.wrong}\n{row.right}" for row in step.corrections.all()]

        own: list[str] = []
        case = self.process.case
        if case and not hides_speaker(case):
            texts.append(case.result)
            own = [case.speaker_name, case.proxy_speaker]
            own += [person.name for person in case.others]

        village = self.process.village
        in_register = Resident.objects.in_register()
        here = in_register.filter(household__group__village=village)
        named = names_in("\n".join(texts), here)
        return [*named, *filter(None, own)]


def _town_with_phone(town: Town) -> str:
    """Name the town's government, with its telephone where it has one."""
    name = seal_of_town(town)
    if not town.phone:
        return name
    words = _("%(town)s (telephone %(phone)s)")
    return words % {"town": name, "phone": _in_one_line(town.phone)}


def _in_one_line(phone: str) -> str:
    """Return a telephone that no line breaks in the middle."""
    return phone_on_paper(phone).replace("-", NO_BREAK)
