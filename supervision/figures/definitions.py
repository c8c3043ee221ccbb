"""The figures: what each counts, under a code that never changes.

A county's 一表通 reads them by these codes. A new figure gets a new code; of a code in
use neither the condition nor the day is changed.
"""

from collections.abc import Mapping
from types import MappingProxyType

from django.db.models import F, Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models.choices import Category, Channel, Grade, Handling, Level
from minshi.errors import Text
from supervision.figures import conditions as of
from supervision.figures.kinds import (
    CLOSED,
    NOW,
    RECEIVED,
    ROUND_ENDED,
    Count,
    Figure,
    PerThousand,
    Share,
    Split,
    Spread,
)

RECEIVED_COUNTS = (
    Count(
        "case.received.count",
        _("Received"),
        _("Matters taken down in the period; slips of the pen left out."),
        RECEIVED,
    ),
    Count(
        "case.online.count",
        _("Received online"),
        _("Of those received: by WeChat group, QR code or mini-program."),
        RECEIVED,
        of.ONLINE,
    ),
    Count(
        "case.offline.count",
        _("Received offline"),
        _(
            "Of those received: by every other way, the telephone too; secret matters"
            " whatever their way."
        ),
        RECEIVED,
        ~of.ONLINE,
    ),
    Count(
        "case.accepted.count",
        _("Accepted"),
        _("Of those received: accepted by now, or settled on the spot."),
        RECEIVED,
        of.ACCEPTED,
    ),
    Count(
        "case.concluded.count",
        _("Concluded"),
        _("Of those received: closed by now for any reason but merging."),
        RECEIVED,
        of.CONCLUDED,
    ),
    Count(
        "case.completed.count",
        _("Completed"),
        _(
            "Of those received: the work is done by now, or the proper route was shown"
            " after acceptance."
        ),
        RECEIVED,
        of.COMPLETED,
    ),
    Count(
        "case.chased.count",
        _("Supervised"),
        _("Of those received: urged, put under an order or circulated."),
        RECEIVED,
        of.CHASED,
    ),
    Count(
        "case.reopened.count",
        _("Opened again"),
        _("Of those received: opened again after closing."),
        RECEIVED,
        of.REOPENED,
    ),
    Count(
        "case.redone.count",
        _("Done once more"),
        _("Of those received: in a second round or a later one."),
        RECEIVED,
        of.REDONE,
    ),
    Count(
        "case.handed_back.count",
        _("Handed back"),
        _("Of those received: given back by whoever was to handle it or a part."),
        RECEIVED,
        of.HANDED_BACK,
    ),
    Count(
        "case.extended.count",
        _("Given more time"),
        _("Of those received: more time was granted."),
        RECEIVED,
        of.EXTENDED,
    ),
    Count(
        "case.suspended.count",
        _("Suspended"),
        _("Of those received: a suspension was granted."),
        RECEIVED,
        of.SUSPENDED,
    ),
    Count(
        "case.repeated.count",
        _("Repeated"),
        _(
            "Of those received: the same household or place spoke of the same topic in"
            " the 90 days before. Both in the open, and about no cadre."
        ),
        RECEIVED,
        of.REPEATED,
    ),
    Count(
        "rating.satisfied.count",
        _("Satisfied"),
        _("Of those received: satisfied in the latest rating."),
        RECEIVED,
        of.IN_RATES & Q(satisfaction="satisfied"),
    ),
    Count(
        "rating.mostly.count",
        _("Mostly satisfied"),
        _("Of those received: mostly satisfied in the latest rating."),
        RECEIVED,
        of.IN_RATES & Q(satisfaction="mostly"),
    ),
    Count(
        "rating.dissatisfied.count",
        _("Dissatisfied"),
        _("Of those received: dissatisfied in the latest rating."),
        RECEIVED,
        of.IN_RATES & Q(satisfaction="dissatisfied"),
    ),
)

# the two numbers of each share, whose rows are looked at as well
PARTS_OF_SHARES = (
    Count(
        "ratio.concluded.part",
        _("Concluded, for the ratio"),
        _("Concluded; merged and adopted matters left out."),
        RECEIVED,
        of.IN_RATIO & of.CONCLUDED,
    ),
    Count(
        "ratio.concluded.whole",
        _("Received, for the ratio"),
        _("Received; merged and adopted matters left out."),
        RECEIVED,
        of.IN_RATIO,
    ),
    Count(
        "rate.answered.part",
        _("Speaker told in time"),
        _(
            "Settled, accepted, received by the lead, answered or called before the"
            " first deadline was over."
        ),
        RECEIVED,
        of.IN_RATES & of.ANSWERED_IN_TIME,
    ),
    Count(
        "rate.answered.whole",
        _("Received, for rates"),
        _("Received; merged, withdrawn and adopted matters left out."),
        RECEIVED,
        of.IN_RATES,
    ),
    Count(
        "rate.contacted.part",
        _("Contacted before the reply"),
        _("Called, tried or shown progress before the first reply."),
        RECEIVED,
        of.IN_RATES & of.REPLIED & of.CONTACTED,
    ),
    Count(
        "rate.contacted.whole",
        _("Replied to"),
        _("Those with a reply; what was settled on the spot left out."),
        RECEIVED,
        of.IN_RATES & of.REPLIED,
    ),
    Count(
        "rate.completed.part",
        _("Completed, for rates"),
        _("Completed; merged, withdrawn and adopted matters left out."),
        RECEIVED,
        of.IN_RATES & of.ACCEPTED & of.COMPLETED,
    ),
    Count(
        "rate.completed.whole",
        _("Accepted, for rates"),
        _("Accepted; merged, withdrawn and adopted matters left out."),
        RECEIVED,
        of.IN_RATES & of.ACCEPTED,
    ),
    Count(
        "rate.rated.part",
        _("Completed and rated"),
        _("Completed, with a rating."),
        RECEIVED,
        of.IN_RATES & Q(completed_at__isnull=False) & of.RATED,
    ),
    Count(
        "rate.rated.whole",
        _("Completed, to be rated"),
        _(
            "Those whose work is done by now; diverted, merged, withdrawn and adopted"
            " matters left out."
        ),
        RECEIVED,
        of.IN_RATES & Q(completed_at__isnull=False),
    ),
    Count(
        "rate.solved.part",
        _("Rated as solved"),
        _("Rated as solved in the latest rating."),
        RECEIVED,
        of.IN_RATES & of.RATED & of.SOLVED,
    ),
    Count(
        "rate.satisfied.part",
        _("Rated as satisfied or mostly so"),
        _("Satisfied or mostly satisfied in the latest rating."),
        RECEIVED,
        of.IN_RATES & of.SATISFIED,
    ),
    Count(
        "rating.count",
        _("Rated"),
        _("Those with a rating; merged, withdrawn and adopted matters left out."),
        RECEIVED,
        of.IN_RATES & of.RATED,
    ),
)

OTHER_COUNTS = (
    Count(
        "case.closed.count",
        _("Closed"),
        _("Closed in the period, whenever received."),
        CLOSED,
    ),
    Count(
        "round.completed.count",
        _("Rounds completed"),
        _(
            "Rounds whose work was completed in the period, by the last completion;"
            " adopted matters left out."
        ),
        ROUND_ENDED,
        of.ROUND_COMPLETED,
    ),
    Count(
        "round.in_time.count",
        _("Rounds completed in time"),
        _("Of the rounds completed: before the deadline was over."),
        ROUND_ENDED,
        of.ROUND_IN_TIME,
    ),
    Count(
        "case.open.count",
        _("In hand now"),
        _("Open at this moment, whenever received: the period does not matter."),
        NOW,
    ),
    Count(
        "case.overdue.count",
        _("Overdue now"),
        _(
            "Open and past the deadline at this moment, not suspended: the period does"
            " not matter."
        ),
        NOW,
    ),
    Count(
        "case.due_soon.count",
        _("Due soon"),
        _("Open with a yellow light at this moment: the period does not matter."),
        NOW,
    ),
)

COUNTS: Mapping[str, Count] = MappingProxyType(
    {count.code: count for count in (*RECEIVED_COUNTS, *PARTS_OF_SHARES, *OTHER_COUNTS)}
)

# what stands above the line and what below it, of shares whose names look alike or do
# not say it
IN_SHORT: Mapping[str, Text] = MappingProxyType(
    {
        "ratio.concluded": _("closed, of those received"),
        "rate.completed": _("completed, of those accepted"),
        "rate.contacted": _("contacted before the reply, of those replied to"),
    }
)

SHARES: Mapping[str, Share] = MappingProxyType(
    {
        share.code: share
        for share in (
            Share(
                "ratio.concluded",
                _("Concluded of received"),
                _(
                    "Of the matters received, those concluded by now, merged and"
                    " adopted ones left out of both; the share completed asks of those"
                    " accepted whether the work is done."
                ),
                "ratio.concluded.part",
                "ratio.concluded.whole",
            ),
            Share(
                "rate.answered",
                _("Told in time of acceptance"),
                _(
                    "Of the matters received, those whose"
                    " speaker heard of it before the first deadline was over."
                ),
                "rate.answered.part",
                "rate.answered.whole",
            ),
            Share(
                "rate.contacted",
                _("Contacted"),
                _("Of those replied to, those contacted before the reply."),
                "rate.contacted.part",
                "rate.contacted.whole",
            ),
            Share(
                "rate.completed",
                _("Completed of accepted"),
                _(
                    "Of those accepted, those completed by now, closed or not; the"
                    " share concluded asks of all received whether they are closed."
                    " What was withdrawn, merged or adopted is in no rate."
                ),
                "rate.completed.part",
                "rate.completed.whole",
            ),
            Share(
                "rate.in_time",
                _("Completed in time"),
                _("Of the rounds completed, those in time."),
                "round.in_time.count",
                "round.completed.count",
            ),
            Share(
                "rate.solved",
                _("Solved"),
                _("Of those rated, those solved."),
                "rate.solved.part",
                "rating.count",
            ),
            Share(
                "rate.satisfied",
                _("Satisfied of rated"),
                _("Of those rated, the satisfied and mostly satisfied."),
                "rate.satisfied.part",
                "rating.count",
            ),
            Share(
                "rate.rated",
                _("Rated of completed"),
                _(
                    "Of those completed, those rated. What was withdrawn, merged or"
                    " adopted is in no rate."
                ),
                "rate.rated.part",
                "rate.rated.whole",
            ),
            Share(
                "rate.flow",
                _("Closed beside received"),
                _(
                    "Closed in the period beside received in the period: above 100 %"
                    " what waits grows less."
                ),
                "case.closed.count",
                "case.received.count",
            ),
        )
    }
)

SPREADS: Mapping[str, Spread] = MappingProxyType(
    {
        spread.code: spread
        for spread in (
            Spread(
                "days.acceptance",
                _("Days to acceptance"),
                _("Of those received and accepted: calendar days until acceptance."),
                RECEIVED,
                ("accepted_at",),
            ),
            Spread(
                "days.contact",
                _("Days to the first contact"),
                _(
                    "Of those received: calendar days until the speaker was answered,"
                    " called or shown progress."
                ),
                RECEIVED,
                (of.FIRST_SPOKEN_TO, of.FIRST_CALLED),
            ),
            Spread(
                "days.reply",
                _("Days to the reply"),
                _("Of those received and replied to: calendar days until the reply."),
                RECEIVED,
                ("replied_at",),
            ),
            Spread(
                "days.closing",
                _("Days to closing"),
                _("Of those closed in the period: calendar days from taking down."),
                CLOSED,
                ("closed_at",),
            ),
        )
    }
)

PER_THOUSAND = PerThousand(
    "case.per_thousand",
    _("Received for each 1,000 inhabitants"),
    _(
        "Received, for each 1,000 inhabitants: by the number given of a village, else"
        " by its roll. A village that says little is not a better one."
    ),
    "case.received.count",
)

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {
        **COUNTS,
        **SHARES,
        **SPREADS,
        PER_THOUSAND.code: PER_THOUSAND,
    }
)


def _labels(choices: type[TextChoices]) -> Mapping[str, Text]:
    return MappingProxyType({member.value: member.label for member in choices})


SPLITS: Mapping[str, Split] = MappingProxyType(
    {
        split.key: split
        for split in (
            Split("category", _("Category"), F("category"), _labels(Category)),
            Split("grade", _("Grade"), F("grade"), _labels(Grade)),
            Split("handling", _("Way of handling"), F("handling"), _labels(Handling)),
            Split("level", _("Level"), F("level"), _labels(Level)),
            Split(
                "channel",
                _("Channel"),
                F("channel"),
                _labels(Channel),
                is_telling=True,
            ),
            Split("topic", _("Topic"), F("topic_id"), is_telling=True),
            Split(
                "office",
                _("Office"),
                of.LEAD_OFFICE,
                without=pgettext_lazy("figure", "led by no station"),
                is_telling=True,
            ),
            Split("group", _("Villagers' group"), F("group_id"), is_telling=True),
        )
    }
)
