"""Figures: the one place where matters are counted.

Pages, wall, monthly report, ledgers and API read `Reading`, and nothing else counts.
"""
