"""The roads that the demo tells in full: a quarrel at the village's table, a cut road,
a resolution of villagers.
"""

from cases.models import FourTwoProcess, Topic
from cases.models.choices import Handling
from cases.workflow import Action
from cases.workflow.batch import move_all
from minshi.demo import council, words
from minshi.demo.people import Cast
from minshi.demo.plan import Story
from minshi.demo.telling import Telling, officer
from villages.models import MeetingKind, Office, Post, Role

# the first leads, the last would rather not
STATIONS = (
    "农业农村中心",
    "自然资源所",
    "水管站",
)


class ByVillagers(Telling):
    """The village decides it itself, by 四议两公开, instead of reporting it up."""

    process: FourTwoProcess

    def accept(self) -> None:
        super().accept()
        self.process = council.begin_six_steps(self.case, self.owner(), self.at)

    def escalate(self) -> None:
        """It stays in the village."""

    def decide(self) -> None:
        council.resolve_by_villagers(self.process, self.owner(), self.at)
        self.move(Action.DECIDE, **self.decided(Handling.JOINT))

    def complete(self) -> None:
        super().complete()
        secretary = officer(self.cast.one(Role.SECRETARY, village=self.village))
        council.show_outcome(self.process, secretary, self.at)


class Quarrel(Telling):
    """All seven of the two committees come, one of them steps aside, 5 : 1; a cadre of
    the village leads.
    """

    def decide(self) -> None:
        self.decide_at(MeetingKind.TWO_COMMITTEES, self.sample.handling, away=0)


class CutRoad(Telling):
    """Taken up by the town in a batch, decided by its committee, done by three stations
    and two villages.
    """

    beside: Telling

    def accept_together(self) -> None:
        """乡镇把关: both matters in one batch; the station that gets them leads."""
        reviewer = self.cast.one(Role.REVIEWER, town=self.cast.town)
        lead, assistant, _third = self.stations()
        values = {
            "handling": Handling.JOINT,
            "decision": words.TAKEN_UP,
            "lead": lead,
            "assistants": [assistant],
        }
        together = (self, self.beside)
        results = move_all(
            [told.case for told in together],
            Action.DECIDE,
            user=reviewer.user,
            at=self.at,
            values=values,
        )
        for told, result in zip(together, results, strict=True):
            assert not result.refusal, result.refusal  # noqa: S101 - both were reported up the day before
            told.case = result.case

    def give_up(self) -> None:
        self.move(Action.RETURN, reason=words.TOO_MUCH)

    def join(self) -> None:
        self.move(Action.JOIN, village=self.beside.village, reason=words.JOINS)

    def decide(self) -> None:
        self.decide_at(MeetingKind.TOWN_COMMITTEE, self.sample.handling)

    def stations(self) -> list[Office]:
        return [self.cast.offices[name] for name in STATIONS]

    def holders(self) -> list[Post | Office]:
        villages = (self.village, self.beside.village)
        return [
            *self.stations(),
            *(self.cast.one(Role.SECRETARY, village=village) for village in villages),
        ]

    def acknowledge(self) -> None:
        for holder in self.holders():
            post = self.cast.handler(holder) if isinstance(holder, Office) else holder
            self.move(Action.ACKNOWLEDGE, officer(post))

    def hand_back(self) -> None:
        self.move(
            Action.HAND_BACK,
            officer(self.cast.handler(self.stations()[-1])),
            reason=words.NOT_OURS,
        )

    def overrule(self) -> None:
        reviewer = officer(self.cast.one(Role.REVIEWER, town=self.cast.town))
        part = self.stations()[-1]
        self.move(
            Action.RULE_HAND_BACK,
            reviewer,
            part=part,
            ruling="refused",
            reason=words.YOURS_TOO,
        )


TOLD_BY: dict[str, type[Telling]] = {
    "by_villagers": ByVillagers,
    "quarrel": Quarrel,
    "cut_road": CutRoad,
}


def tellings_of(
    stories: list[Story], cast: Cast, topics: dict[str, Topic]
) -> list[Telling]:
    """Each story with whoever tells it, in their order; the road knows the matter that
    is taken up with it.
    """
    tellings = [
        TOLD_BY.get(story.example, Telling)(story, cast, topics) for story in stories
    ]
    beside = next(told for told in tellings if told.story.example == "beside")
    for told in tellings:
        if isinstance(told, CutRoad):
            told.beside = beside
    return tellings
