"""Chasing what is overdue: the ladder, circulated orders, tracking, the sweep."""
