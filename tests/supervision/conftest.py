"""A staffed town with a reviewer who may sign, for the tests of supervision."""

import pytest

from tests import roles
from tests.cases.roads import staff


@pytest.fixture
def here():
    here = staff()
    here.signer = roles.reviewer_of(here.town, may_sign=True)
    return here
