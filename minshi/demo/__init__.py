"""A town to try the software in: real villages, invented people, a year of matters told
by real moves.
"""

from minshi.demo.making import already_made, make_demo

__all__ = ["already_made", "make_demo"]
