"""Figures that everybody may read, on the wall and in the public report: they name
nobody, and tell of no matter that concerns a cadre.
"""

from datetime import datetime

from cases.models import Concern, Topic
from supervision.figures.conditions import CONCERNS_ANYBODY
from supervision.figures.kinds import FEWEST, NONE, SECRET
from supervision.figures.pictures import Bar
from supervision.figures.places import Place
from supervision.figures.reading import Figures, Reading
from supervision.figures.tallying import DELICATE
from villages.models import Town

TOPICS = 6


def reading_for_all(town: Town, at: datetime, *, recounts: bool = False) -> Reading:
    """Return how everybody reads the figures of a town; past days are counted from the
    matters too for whoever `recounts`.

    Matters that concern a cadre are left out: beside the figures of that cadre, which
    leave them out too, these would tell of them.
    """
    concerned = Concern.objects.filter(case__town=town).exists()
    leaves_out = CONCERNS_ANYBODY if concerned else None
    return Reading(Place.of_town(town), at, None, leaves_out, recounts)


def topics_for_all(figures: Figures) -> list[Bar]:
    """Return the topics with five matters at least, the most first; none that is
    delicate, whatever its number. One query.
    """
    numbers = figures.split("topic")
    delicate = figures.split(DELICATE)
    keys = []
    for value, number in numbers.items():
        is_told = value not in (NONE, SECRET) and value not in delicate
        if is_told and number >= FEWEST:
            keys.append(value)

    topics = Topic.objects.filter(pk__in=keys, is_red_line=False)
    names = {str(topic.pk): topic.name for topic in topics}
    bars = [Bar(names[key], numbers[key]) for key in keys if key in names]
    bars.sort(key=_most_first)
    return bars[:TOPICS]


def _most_first(bar: Bar) -> tuple[int, str]:
    return -bar.number, bar.label
