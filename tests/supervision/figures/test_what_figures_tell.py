"""No figure tells who spoke in confidence, which way a secret matter came, or a cadre
of a complaint about them (domain §3, confidentiality; §4, recusal).
"""

import pytest
import time_machine
from django.urls import reverse

from cases.models import Case, Topic
from cases.workflow import Action, Spoken, make_move, register
from tests import roles
from tests.api import Api
from tests.cases.ledger_desk import logged_in
from tests.cases.roads import DAY, NOON, officer, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.models import Post

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture(autouse=True)
def _days_later():
    with time_machine.travel(NOON + 3 * DAY, tick=False):
        yield


@pytest.fixture
def here():
    found = staff()
    found.topic = Topic.objects.create(town=found.town, name="吃水")
    found.man = ResidentFactory(household=HouseholdFactory(group=found.group))
    return found


def said(here, nth: int = 0, **what) -> Case:
    """A matter of the one topic, taken down so many days after the first."""
    words = {
        "village": here.village,
        "group": here.group,
        "verbatim": "水管三天没来水了，做饭都要去沟里挑",
        "speaker_name": here.man.name,
        "resident": here.man,
        "topic": here.topic,
    }
    by = officer(what.pop("by", here.duty))
    return register(Spoken(**words | what), by=by, at=NOON + nth * DAY)


def repeated_for(here, post: Post) -> str:
    """The rows behind the figure, as somebody reads them."""
    address = reverse("supervision:figure_rows", args=["case.repeated.count"])
    asked = {"place": here.village.code, "period": "month"}
    return logged_in(post).get(address, asked).content.decode()


def test_what_is_said_again_in_the_open_is_counted(here):
    first, second = said(here), said(here, 1)

    rows = repeated_for(here, here.secretary)

    assert second.number in rows
    assert first.number not in rows


def test_a_hidden_speakers_household_is_named_by_no_matter_beside_theirs(here):
    said(here)
    hidden = said(here, 1, confidentiality="hidden")

    assert hidden.number not in repeated_for(here, roles.group_leader_of(here.group))


def test_a_guess_at_a_hidden_speaker_is_confirmed_by_no_count(here):
    said(here, confidentiality="hidden", place="后沟的井")
    guessed = [said(here, 1), said(here, 2, resident=None, place="后沟的井")]

    rows = repeated_for(here, roles.duty_officer_of(here.village))

    # the second repeats the first in nothing: neither household nor place
    assert not [case.number for case in guessed if case.number in rows]


def test_a_complaint_about_a_cadre_shows_by_nothing_they_read(here):
    complaint = said(here, by=here.reviewer)
    make_move(
        complaint,
        Action.RECUSE,
        by=officer(here.reviewer),
        at=NOON,
        concerns=[here.secretary.user],
    )
    later = said(here, 1)

    assert later.number not in repeated_for(here, here.secretary)


def test_which_way_a_secret_matter_came_is_told_by_no_count(here):
    said(here, confidentiality="secret", channel="qr_code")
    said(here, 1, channel="qr_code")
    said(here, 2, channel="phone")
    codes = "case.online.count,case.offline.count"

    asked = f"figures/?codes={codes}&village={here.village.code}&period=month"
    answer = Api(roles.group_leader_of(here.group)).get(asked).json()

    assert [figure["value"] for figure in answer["figures"]] == [1, 2]


def delicate_in(here, post: Post) -> tuple[str, int]:
    """What somebody reads of a red-line topic: the page, and how its rows answer."""
    client = logged_in(post)
    asked = {"place": here.village.code, "period": "month"}
    page = client.get(reverse("supervision:figures"), asked).content.decode()
    part = {**asked, "part": f"topic|{here.red_line.pk}"}
    rows = client.get(
        reverse("supervision:figure_rows", args=["case.received.count"]), part
    )
    return page, rows.status_code


def test_few_red_lines_are_named_to_no_group_leader_of_the_village(here):
    here.red_line = Topic.objects.create(
        town=here.town, name="未成年人保护", is_red_line=True
    )
    said(here, topic=here.red_line, group=None, resident=None)
    for nth in range(6):
        said(here, nth % 3)

    page, rows = delicate_in(here, roles.group_leader_of(here.group))
    assert ("未成年人保护" in page, rows) == (False, 404)
    for who in (here.secretary, here.supervisor):
        page, rows = delicate_in(here, who)
        assert ("未成年人保护" in page, rows) == (True, 200)
