"""A town to try the software in: real villages, invented people, a year of matters told
by real moves.
"""

from minshi.demo.making import already_made, make_demo
from minshi.demo.neighbour import NEIGHBOUR, make_neighbour

__all__ = ["NEIGHBOUR", "already_made", "make_demo", "make_neighbour"]
