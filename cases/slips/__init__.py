"""Slips: one case as a labelled form to sign, from the columns that ledgers use."""

from cases.slips.forms import SLIPS, Slip
from cases.slips.reading import Sheet, SlipOffer, read_sheet, slips_of

__all__ = ["SLIPS", "Sheet", "Slip", "SlipOffer", "read_sheet", "slips_of"]
