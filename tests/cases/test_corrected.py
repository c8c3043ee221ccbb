"""What a correction changed, on the page of the matter."""

import pytest
from django.test import Client

from cases.models import CaseRevision
from cases.workflow import Action, make_move
from tests.cases.roads import NOON, accepted, officer, spoken, staff

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def here():
    return staff()


def amended(here, case, **values):
    return make_move(case, Action.AMEND, by=officer(here.duty), at=NOON, **values)


def line_of(post, case):
    client = Client(headers={"accept-language": "en"})
    client.force_login(post.user)
    timeline = client.get(case.get_absolute_url()).context["timeline"]
    (line,) = [line for line in timeline if line.event.action == Action.AMEND]
    return line.note


def test_the_page_says_what_was_corrected_from_what_to_what(here):
    case = accepted(here, title="路灯坏了", place="村口")
    case = amended(here, case, title="两盏路灯坏了", place="学校门口", remark="急")

    line = line_of(here.secretary, case)

    assert "matter：路灯坏了 → 两盏路灯坏了" in line
    assert "place：村口 → 学校门口" in line
    assert "remark" in line


def test_it_names_who_spoke_and_those_who_say_the_same(here):
    case = accepted(here, speaker_name="李建国", speaker_phone="13993912399")
    values = {"speaker_name": "李建设", "speaker_phone": "13993912388"}
    case = amended(here, case, **values, others="王小梅")

    line = line_of(here.secretary, case)

    assert "speaker：李建国 → 李建设" in line
    assert "co-speakers：— → 王小梅" in line
    assert "phone：****2399 → ****2388" in line
    assert "139" not in line


def test_whoever_may_not_know_who_spoke_reads_nothing_of_them(here):
    case = spoken(here, speaker_name="李建国", confidentiality="hidden")
    case = amended(here, case, speaker_name="李建设", title="李建国家门口的灯坏了")

    line = line_of(here.member, case)

    assert "matter" in line
    for told in ("speaker", "李建国", "李建设", "→"):
        assert told not in line


def test_of_an_erased_value_the_field_alone_is_told(here):
    case = amended(here, accepted(here, place="村口"), place="学校门口")
    CaseRevision.objects.update(old="", new="", erased_at=NOON)

    line = line_of(here.secretary, case)

    assert line.endswith("place")
