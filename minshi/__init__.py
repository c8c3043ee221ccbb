"""The project package: what every app stands on, and the composition root."""

from minshi.celery import app as celery_app

__all__ = ["celery_app"]
