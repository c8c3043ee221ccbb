"""Figures as they are handed out: a value by its code, and the words of it."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supervision.figures.definitions import FIGURES
from supervision.figures.kinds import FEWEST, Count, PerThousand, Share
from supervision.figures.reading import Figures, ShareOf, SpreadOf

THOUSAND = 1000
NOTHING = "—"  # of a share or of days: there is nothing to count


def per_thousand(number: int, heads: int) -> float | None:
    """Return a number for each thousand inhabitants, to one place; None: no roll."""
    return round(THOUSAND * number / heads, 1) if heads else None


def value_of(code: str, figures: Figures, heads: int) -> dict[str, Any]:
    """Return a figure as the API gives it, with what it is worked out from."""
    figure = FIGURES[code]
    value: dict[str, Any] = dict.fromkeys(("value", "part", "whole", "most"))
    value["code"] = code

    if isinstance(figure, Count):
        value["value"] = figures.count(code)
    elif isinstance(figure, Share):
        share = figures.share(code)
        value |= {"value": share.percent, "part": share.part, "whole": share.whole}
    elif isinstance(figure, PerThousand):
        number = figures.count(figure.part)
        value |= {"value": per_thousand(number, heads), "part": number, "whole": heads}
    else:
        days = figures.spread(code)
        value |= {"value": days.median, "whole": days.number, "most": days.most}
    return value


def share_in_words(share: ShareOf) -> str:
    """Return a share to one place; of few, that it is not worked out."""
    if share.percent is None:
        return few_in_words(share.whole)
    return f"{share.percent:.1f}%"


def share_in_short(share: ShareOf) -> str:
    """Return a share for a narrow column, whose n stands beside it."""
    if share.whole and share.percent is None:
        return number_for_all(share.whole)
    return share_in_words(share)


def number_for_all(number: int) -> str:
    """Return a number that leaves the town: of fewer than five that they are few."""
    if 0 < number < FEWEST:
        return _("under %(fewest)s") % {"fewest": FEWEST}
    return str(number)


def few_in_words(number: int) -> str:
    if number == 0:
        return NOTHING
    return _("fewer than %(fewest)s") % {"fewest": FEWEST}


def spread_in_words(spread: SpreadOf) -> str:
    """Return half and nine tenths of some days: half on the same day, 90 % within 9
    days.
    """
    if spread.median is None or spread.most is None:
        return few_in_words(spread.number)

    if spread.median == spread.most:
        return _("90%% %(most)s") % {"most": _within(spread.most)}
    words = {"half": _within(spread.median), "most": _within(spread.most)}
    return _("half %(half)s, 90%% %(most)s") % words


def _within(days: int) -> str:
    """Say within how many days: 0 is the day itself."""
    if days == 0:
        return _("on the same day")
    words = ngettext("within %(days)s day", "within %(days)s days", days)
    return words % {"days": days}
