"""The matters that the demo tells at length: a quarrel at the village's table, a cut
road, a resolution of villagers.
"""

from cases.models import FourTwoProcess, Topic
from cases.models.choices import Handling
from cases.workflow import Action
from cases.workflow.batch import move_all
from minshi.demo import council, words
from minshi.demo.people import Cast
from minshi.demo.plan import Story
from minshi.demo.telling import StoryTelling, officer
from villages.models import MeetingKind, Office, Post, Role

# the first leads, the last would rather not
STATIONS = (
    "农业农村中心",
    "自然资源所",
    "水管站",
)


class ByVillagers(StoryTelling):
    """A matter that the village decides itself, by 四议两公开, instead of reporting it
    up.
    """

    process: FourTwoProcess

    def accept(self) -> None:
        super().accept()
        self.process = council.begin_six_steps(self.case, self.owner(), self.at)

    def escalate(self) -> None:
        """Do nothing: the matter stays in the village."""

    def decide(self) -> None:
        council.resolve_by_villagers(self.process, self.owner(), self.at)
        self.move(Action.DECIDE, **self.decided(Handling.JOINT))

    def complete(self) -> None:
        super().complete()
        secretary = officer(self.cast.one(Role.SECRETARY, village=self.village))
        council.show_outcome(self.process, secretary, self.at)


class Quarrel(StoryTelling):
    """A quarrel at a meeting of the two committees: all seven come, one of them steps
    aside, 5 : 1; a cadre of the village leads.
    """

    def decide(self) -> None:
        self.decide_at(MeetingKind.TWO_COMMITTEES, self.sample.handling, away=0)


class CutRoad(StoryTelling):
    """A road taken up by the town in a batch, decided by its committee, mended by three
    stations and two villages.
    """

    beside: StoryTelling

    def accept_together(self) -> None:
        """乡镇把关: take up both matters in one batch; the station that gets them
        leads.
        """
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
            [telling.case for telling in together],
            Action.DECIDE,
            user=reviewer.user,
            at=self.at,
            values=values,
        )

        for telling, result in zip(together, results, strict=True):
            assert not result.refusal, (
                result.refusal
            )  # both were reported up the day before
            telling.case = result.case

    def give_up(self) -> None:
        self.move(Action.RETURN, reason=words.TOO_MUCH)

    def join(self) -> None:
        self.move(Action.JOIN, village=self.beside.village, reason=words.JOINS)

    def decide(self) -> None:
        self.decide_at(MeetingKind.TOWN_COMMITTEE, self.sample.handling)

    def stations(self) -> list[Office]:
        return [self.cast.offices[name] for name in STATIONS]

    def holders(self) -> list[Post | Office]:
        holders: list[Post | Office] = [*self.stations()]
        for village in (self.village, self.beside.village):
            holders.append(self.cast.one(Role.SECRETARY, village=village))
        return holders

    def acknowledge(self) -> None:
        for holder in self.holders():
            post = self.cast.handler(holder) if isinstance(holder, Office) else holder
            self.move(Action.ACKNOWLEDGE, officer(post))

    def hand_back(self) -> None:
        last_station = self.stations()[-1]
        handler = officer(self.cast.handler(last_station))
        self.move(Action.HAND_BACK, handler, reason=words.NOT_OURS)

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


TELLINGS: dict[str, type[StoryTelling]] = {
    "by_villagers": ByVillagers,
    "quarrel": Quarrel,
    "cut_road": CutRoad,
}


def tellings_of(
    stories: list[Story], cast: Cast, topics: dict[str, Topic]
) -> list[StoryTelling]:
    """Return the telling of each story, in their order; the cut road gets to know the
    matter that is taken up with it.
    """
    tellings = []
    for story in stories:
        telling_class = TELLINGS.get(story.example, StoryTelling)
        tellings.append(telling_class(story, cast, topics))

    beside = next(item for item in tellings if item.story.example == "beside")
    for telling in tellings:
        if isinstance(telling, CutRoad):
            telling.beside = beside
    return tellings
