"""What the law reserves to the people of a village: marked by its topic, decided by
nobody else (村民委员会组织法 28, 农村集体经济组织法 26).
"""

from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import translation

from cases.meetings import conclude
from cases.models import Event, Topic
from cases.models.reserved import Decider, ReservedMatter
from cases.workflow import Action, make_move, moves_open_to
from minshi.errors import InputRefused, MoveRefused
from tests.api import Api
from tests.cases.council import called, present
from tests.cases.ledger_desk import rows as rows_of_ledger
from tests.cases.roads import DAY, NOON, accepted, decided, officer, spoken, staff
from tests.cases.test_four_two import begun, through
from villages.models import MeetingKind, Seat

pytestmark = pytest.mark.django_db
ARTICLES = {
    "collective_income": "《村民委员会组织法》第二十八条",
    "village_plan": "《村民委员会组织法》第二十八条",
    "land_contracts": "《农村集体经济组织法》第二十六条第（八）项",
    "land_compensation": "《农村集体经济组织法》第二十六条第（十）项",
    "construction_land": "《农村集体经济组织法》第二十六条第（九）项",
    "collective_projects": "《农村集体经济组织法》第二十六条第（十一）项",
}


@pytest.fixture(autouse=True)
def at_noon(time_machine):
    time_machine.move_to(NOON, tick=False)


def topic_of(here, matter="collective_income", name="集体经济"):
    return Topic.objects.create(town=here.town, name=name, reserved=matter)


def seats_of_town(here):
    for name in ("书记", "镇长", "副书记", "人大主席", "纪委书记"):
        Seat.objects.create(
            body="town_committee",
            town=here.town,
            name=name,
            from_on=NOON.date() - 100 * DAY,
        )


def escalated(here, case):
    return make_move(
        case, Action.ESCALATE, by=officer(here.secretary), at=NOON, reason="钱不够"
    )


def reserved_at_town(here, matter="collective_income"):
    return escalated(here, accepted(here, topic=topic_of(here, matter)))


def decide_at_town(here, case, handling, **values):
    return make_move(
        case,
        Action.DECIDE,
        by=officer(here.reviewer),
        at=NOON,
        handling=handling,
        decision="拨一笔钱修便道",
        lead=here.office,
        **values,
    )


# --- the mark
def test_a_matter_takes_the_mark_of_its_topic():
    here = staff()

    assert spoken(here, topic=topic_of(here)).reserved == "collective_income"
    assert spoken(here).reserved == ""


def test_a_corrected_topic_marks_and_takes_no_mark_away():
    here = staff()
    plain = Topic.objects.create(town=here.town, name="环境卫生")
    case = spoken(here, topic=plain)

    for topic in (topic_of(here), plain):
        case = make_move(
            case, Action.AMEND, by=officer(here.duty), at=NOON, topic=topic
        )
        assert case.reserved == "collective_income"


def test_the_mark_changes_with_a_reason_that_is_kept():
    here = staff()
    case = spoken(here, topic=topic_of(here))
    by = officer(here.secretary)

    with pytest.raises(InputRefused) as refused:
        make_move(case, Action.RESERVE, by=by, at=NOON, reserved="")
    assert set(refused.value.fields) == {"reason"}
    case = make_move(
        case, Action.RESERVE, by=by, at=NOON, reserved="", reason="只是问账目"
    )
    with pytest.raises(MoveRefused):
        make_move(case, Action.RESERVE, by=by, at=NOON, reserved="", reason="再改")

    event = Event.objects.get(case=case, action=Action.RESERVE)
    assert case.reserved == ""
    assert (event.note, event.data["old"], event.data["new"]) == (
        "只是问账目",
        "collective_income",
        "",
    )


def test_who_may_not_decide_changes_no_mark():
    here = staff()
    case = spoken(here)

    for post in (here.duty, here.reviewer, here.supervisor):
        open_now = {move.action for move in moves_open_to(post.user, case, NOON)}
        assert Action.RESERVE not in open_now


def test_a_merged_matter_passes_its_mark_on():
    here = staff()
    case, other = accepted(here, topic=topic_of(here)), accepted(here)

    make_move(case, Action.MERGE, by=officer(here.secretary), at=NOON, into=other)

    other.refresh_from_db()
    assert other.reserved == "collective_income"


# --- who decides
@pytest.mark.parametrize("matter", ARTICLES)
def test_the_towns_committee_decides_nothing_that_is_the_peoples(matter):
    here = staff()
    case = reserved_at_town(here, matter)

    with translation.override("zh-hans"), pytest.raises(InputRefused) as refused:
        decide_at_town(here, case, "meeting")

    assert set(refused.value.fields) == {"handling"}
    assert ARTICLES[matter] in str(refused.value)
    assert str(ReservedMatter(matter).decider.label) in str(refused.value)


@pytest.mark.parametrize("level", ["town", "county"])
def test_no_committee_above_the_village_decides_it(level):
    here = staff()
    case = reserved_at_town(here)
    if level == "county":
        case = make_move(
            case, Action.ESCALATE, by=officer(here.reviewer), at=NOON, reason="要县里"
        )
    by = here.reviewer if level == "town" else here.county_reviewer

    with pytest.raises(InputRefused):
        make_move(
            case,
            Action.DECIDE,
            by=officer(by),
            at=NOON,
            handling="meeting",
            decision="定了",
            lead=here.office,
        )


@pytest.mark.parametrize("handling", ["led", "on_spot"])
def test_the_town_gives_means_or_handles_what_is_its_own(handling):
    here = staff()

    case = decide_at_town(here, reserved_at_town(here), handling)

    assert (case.stage, case.level) == ("handle", "town")


@pytest.mark.parametrize("grade", ["complex", "major"])
def test_the_town_sends_it_back_for_the_six_steps(grade):
    here = staff()
    case = reserved_at_town(here)
    if grade == "major":
        case = make_move(
            case, Action.REGRADE, by=officer(here.reviewer), at=NOON, grade=grade
        )

    case = make_move(
        case,
        Action.SEND_BACK,
        by=officer(here.reviewer),
        at=NOON,
        reason="请走四议两公开",
    )

    assert (case.stage, case.level) == ("deliberate", "village")


def test_the_village_decides_it_once_its_people_have_resolved():
    here = staff()
    case = accepted(here, topic=topic_of(here))
    process = begun(here, case)

    with translation.override("zh-hans"), pytest.raises(MoveRefused) as refused:
        decided(here, case)
    assert "第二十八条" in str(refused.value)
    through(process, here, 4)
    case = decided(here, case)

    assert (case.stage, case.level) == ("handle", "village")
    assert Event.objects.get(case=case, action=Action.DECIDE).data["four_two"]


def test_the_six_steps_are_about_the_matter_that_is_marked():
    here = staff()
    case = accepted(here, topic=topic_of(here, "land_contracts"))

    with pytest.raises(InputRefused) as refused:
        begun(here, case, matter="collective_income")

    assert set(refused.value.fields) == {"matter"}
    assert begun(here, case, matter="land_contracts").matter == "land_contracts"


def test_at_the_towns_table_it_is_sent_back_and_not_decided():
    here = staff()
    case = reserved_at_town(here)
    seats_of_town(here)
    meeting = called(
        here, case, kind="town_committee", where=here.town, by=here.reviewer
    )
    present(meeting, here, 5, by=here.reviewer)
    item = meeting.items.get()
    said = {"by": officer(here.reviewer), "at": NOON, "votes": (5, 0, 0)}

    with pytest.raises(InputRefused):
        conclude(
            item,
            "passed",
            action=Action.DECIDE,
            handling="meeting",
            decision="定了",
            lead=here.office,
            **said,
        )
    item.refresh_from_db()
    assert item.state == "waiting"

    conclude(item, "passed", action=Action.SEND_BACK, reason="请走四议两公开", **said)
    case.refresh_from_db()
    assert (case.level, case.stage) == ("village", "deliberate")


def test_the_form_of_the_six_steps_begins_with_the_matter_marked(client):
    here = staff()
    case = accepted(here, topic=topic_of(here, "land_contracts"))
    client.force_login(here.secretary.user)
    start = reverse("cases:four_two_start", args=[case.number])

    assert start in client.get(case.get_absolute_url()).content.decode()
    form = client.get(start).context["form"]

    assert form["matter"].value() == "land_contracts"


def test_what_is_not_marked_is_decided_by_the_towns_committee():
    here = staff()

    case = decide_at_town(here, escalated(here, accepted(here)), "meeting")

    assert case.handling == "meeting"


# --- the table of the law
@pytest.mark.parametrize("matter", list(ReservedMatter))
def test_every_reserved_matter_has_its_article_and_its_kinds(matter):
    villagers = {
        MeetingKind.REPRESENTATIVES,
        MeetingKind.ASSEMBLY,
        MeetingKind.HOUSEHOLDS,
    }

    assert matter.article
    assert (matter.decider == Decider.VILLAGERS) == (set(matter.kinds) == villagers)


# --- pages and API
def test_the_page_says_who_decides_and_refuses_beside_the_choice(client):
    here = staff()
    case = reserved_at_town(here)
    client.force_login(here.reviewer.user)

    page = client.get(case.get_absolute_url()).content.decode()
    refused = client.post(
        reverse("cases:act", args=[case.number, "decide"]),
        {
            "key": uuid4(),
            "version": case.version,
            "category": "village",
            "grade": "complex",
            "handling": "meeting",
            "decision": "定了",
            "lead": f"office:{here.office.pk}",
        },
    )

    assert "依法由村民决定" in page
    assert "《村民委员会组织法》第二十八条" in page
    assert refused.status_code == 422
    assert "第二十八条" in refused.content.decode()


def test_the_api_shows_the_mark_and_refuses_alike():
    here = staff()
    case = reserved_at_town(here)
    api = Api(here.reviewer)

    shown = api.get(f"cases/{case.number}/").json()
    refused = api.post(
        f"cases/{case.number}/moves/",
        {
            "action": "decide",
            "version": case.version,
            "handling": "meeting",
            "decision": "定了",
            "lead": f"office:{here.office.pk}",
        },
    )

    assert shown["reserved"] == "collective_income"
    assert refused.status_code == 400
    assert set(refused.json()["fields"]) == {"handling"}


def test_the_timeline_says_from_what_to_what(client):
    here = staff()
    case = make_move(
        spoken(here),
        Action.RESERVE,
        by=officer(here.secretary),
        at=NOON,
        reserved="public_works",
        reason="要筹资筹劳",
    )
    client.force_login(here.secretary.user)

    page = client.get(case.get_absolute_url()).content.decode()

    assert "公益事业" in page
    assert "要筹资筹劳" in page


# --- where they are found


def test_what_is_for_the_villagers_is_listed_and_counted_on_the_desk(client):
    here = staff()
    case = accepted(here, topic=topic_of(here))
    accepted(here)
    client.force_login(here.secretary.user)

    desk = client.get(reverse("cases:home"))
    (queue, count) = next(
        found for found in desk.context["queues"] if "reserved" in found[0].query
    )
    listed = client.get(reverse("cases:list"), queue.query).context["page"].rows

    assert count == 1
    assert [row.number for row in listed] == [case.number]
    assert case.number not in [
        row.number
        for row in client.get(reverse("cases:list"), {"reserved": "false"})
        .context["page"]
        .rows
    ]


def test_a_ledger_marks_it_within_its_remark():
    here = staff()
    accepted(here, topic=topic_of(here))
    accepted(here)

    with translation.override("zh-hans"):
        first, second = rows_of_ledger(here.secretary, "general")

    assert first["remark"] == "村民决定事项：集体收益的使用"
    assert second["remark"] == ""
