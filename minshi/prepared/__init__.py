"""Queries and conditions that are built and compiled once, with marks in the place of
their values.

Django builds a queryset and compiles its SQL each time it is read, which takes longer
than the database takes to answer. What is prepared is compiled once for each shape of
its values: which of them are None, how many a list holds. From then on the values alone
are put in.

A builder may ask whether a value is None or a list is empty, and nothing else of its
values. Of a list or set of them, which the builder is given as a tuple, neither order
nor number is kept.
"""

from minshi.prepared.conditions import PreparedCondition, prepared_condition
from minshi.prepared.queries import Prepared, prepared
from minshi.prepared.shapes import CannotBePrepared

__all__ = [
    "CannotBePrepared",
    "Prepared",
    "PreparedCondition",
    "prepared",
    "prepared_condition",
]
