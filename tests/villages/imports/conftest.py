"""Whatever a list holds, its page opens."""

from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse

from villages.imports.kinds import KINDS
from villages.models import ImportRun


@pytest.fixture(autouse=True)
def every_list_has_its_page(db: None) -> Iterator[None]:
    """After each test the page of each list that it uploaded is opened, by whoever
    uploaded it: what is said of a list stands there, of any list.
    """
    yield
    for run in ImportRun.objects.filter(kind__in=KINDS).select_related("by"):
        client = Client()
        client.force_login(run.by)
        answer = client.get(reverse("villages:import", args=[run.pk]))
        assert answer.status_code == 200, run
