"""Whoever asks the API for a file by the content type it is described with gets it."""

import pytest
from django.urls import resolve

from minshi.api import AnyAccepted
from tests.api import operations

pytestmark = pytest.mark.any_database
JSON = "application/json"
EXAMPLES = {
    "uuid": "5f1d3a52-9f0e-4d6a-8a3e-0c5b1d2e3f40",
    "number": "LH-2026-0001",
    "id": "1",
}
FILES = [
    path
    for _method, path, operation in operations()
    if operation["responses"].get("200", {}).get("content", {JSON: {}}).keys() - {JSON}
]


def test_the_files_are_described():
    assert "/api/v1/exports/{uuid}/file/" in FILES
    assert "/api/v1/cases/{number}/archive/" in FILES


@pytest.mark.parametrize("path", FILES)
def test_a_file_comes_whatever_content_type_is_asked_for(path):
    view = resolve(path.format(**EXAMPLES)).func.cls

    assert view.content_negotiation_class is AnyAccepted
