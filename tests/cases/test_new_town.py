"""The check-list of a new town: what is there, what lacks, who enters it, and where."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from cases.models import StandardText, Topic
from cases.new_town import (
    begin_with_usual_topics,
    check_list,
    copy_topics_and_texts,
    towns_begun,
)
from minshi.errors import NoSuchRight
from minshi.history import history_lifted
from tests.cases.roads import NOON, staff
from tests.roles import (
    committee_member_of,
    duty_officer_of,
    reviewer_of,
    reviewer_of_county,
    secretary_of,
    security_admin,
    supervisor_of,
    system_admin,
)
from tests.villages.factories import (
    GroupFactory,
    HouseholdFactory,
    OfficeFactory,
    ResidentFactory,
    TownFactory,
    VillageFactory,
)
from villages.models import DutyShift, FieldHistory, Seat, TalkRoom, Town

pytestmark = pytest.mark.django_db
END_OF_YEAR = datetime(2026, 12, 30, 4, tzinfo=UTC)  # no days off of 2027 are known
PAGE = "/new-town/"


@pytest.fixture(autouse=True)
def _at_noon():
    with time_machine.travel(NOON, tick=False):
        yield


def standing(town, village=None) -> dict[str, tuple[int, int]]:
    return {
        str(item.label): (item.have, item.of)
        for item in check_list(town, village, NOON)
    }


def ready(village) -> None:
    """Whatever a village needs."""
    secretary = secretary_of(village)
    duty = duty_officer_of(village)
    household = HouseholdFactory(group=GroupFactory(village=village))
    ResidentFactory(household=household)
    TalkRoom.objects.create(village=village, place="村委会")
    Seat.objects.create(
        body="minshi_committee", village=village, name="王桂兰", from_on=NOON.date()
    )
    DutyShift.objects.create(
        village=village,
        starts_at=NOON,
        ends_at=NOON + timedelta(hours=5),
        primary=duty,
        backup=secretary,
    )


def test_each_item_says_how_many_villages_have_it_and_which_do_not():
    town = TownFactory()
    whole, bare = (
        VillageFactory(town=town, name=name) for name in ("柳河村", "石桥村")
    )
    ready(whole)

    items = {str(item.label): item for item in check_list(town, None, NOON)}

    of_villages = list(items.values())[-7:]
    assert {(item.have, item.of) for item in of_villages} == {(1, 2)}
    assert {item.lacking for item in of_villages} == {(bare.name,)}
    assert not items["镇上站所"].is_done


def test_nobody_waits_for_the_days_off_of_next_year():
    town = TownFactory()
    call_command("load_calendar", stdout=StringIO())

    items = {str(item.label): item for item in check_list(town, None, END_OF_YEAR)}

    assert items["今年的节假日"].is_done


def test_a_town_with_everything_lacks_nothing():
    town = TownFactory(phone="0939-4420001")
    ready(VillageFactory(town=town))
    OfficeFactory(town=town)
    Topic.objects.create(town=town, name="饮水")
    reviewer_of(town, may_sign=True)
    supervisor_of(town)
    call_command("load_standard_texts", stdout=StringIO())
    call_command("load_calendar", stdout=StringIO())

    assert [
        item.label for item in check_list(town, None, NOON) if not item.is_done
    ] == []


def test_each_reader_has_links_to_what_they_enter(client):
    village = VillageFactory(name="柳河村")
    people = {
        system_admin(): {"/imports/new/groups/", "/imports/new/offices/"},
        security_admin(): {"/imports/new/people/"},
        secretary_of(village): {
            "/imports/new/residents/",
            "/imports/new/seats/",
            "/imports/new/roster/",
            "/duty/room/",
        },
    }

    for post, wanted in people.items():
        client.force_login(post.user)
        rows = client.get(PAGE).context["items"]
        pages = {page.partition("?")[0] for _item, _who, page in rows if page}
        assert wanted <= pages
        assert not any(
            page in others
            for page in pages
            for other, others in people.items()
            if other != post
        )


def test_the_homes_of_those_who_enter_something_say_what_lacks(client):
    village = VillageFactory()
    homes = {
        system_admin(): "/supervision/status/",
        security_admin(): "/accounts/",
        secretary_of(village): "/",
        reviewer_of(village.town): "/",
    }

    for post, home in homes.items():
        client.force_login(post.user)
        assert "/new-town/line/" in client.get(home, follow=True).content.decode()
        line = client.get("/new-town/line/").content.decode()
        assert "还缺" in line
    client.force_login(committee_member_of(village).user)
    assert "/new-town/line/" not in client.get("/").content.decode()
    assert client.get(PAGE).status_code == 404
    assert client.get("/new-town/line/").status_code == 404


def test_a_town_of_others_is_none_and_a_secretary_sees_the_own_village(client):
    village = VillageFactory(name="柳河村")
    VillageFactory(town=village.town, name="石桥村")
    other = TownFactory()
    client.force_login(secretary_of(village).user)
    page = client.get(PAGE)
    assert page.context["village"] == village
    assert "石桥村" not in page.content.decode()
    client.force_login(reviewer_of(village.town).user)

    assert client.get(PAGE).context["town"] == village.town
    assert client.get(f"{PAGE}?town={other.pk}").status_code == 404


@pytest.mark.parametrize("count", [1, 3, 26])
def test_the_list_asks_as_many_queries_however_many_villages(
    client, count, django_assert_num_queries
):
    town = TownFactory()
    VillageFactory.create_batch(count, town=town)
    client.force_login(reviewer_of(town).user)

    with django_assert_num_queries(18):
        client.get(PAGE)


def test_topics_and_texts_of_another_town_are_copied_once(client):
    source, town = TownFactory(), TownFactory()
    water = Topic.objects.create(town=source, name="饮水", is_red_line=False)
    Topic.objects.create(town=source, name="水管", parent=water, reserved="other")
    Topic.objects.create(town=town, name="饮水")
    StandardText.objects.create(
        town=source, action="reply", input="reply", title="饮水", text="修好了"
    )
    admin = system_admin()
    client.force_login(admin.user)
    form = {"town": town.pk, "source": source.pk}

    answer = client.post(f"{PAGE}copy/", form, follow=True)

    assert "已复制 2 个" in answer.content.decode()
    pipe = Topic.objects.get(town=town, name="水管")
    assert (pipe.parent.town, pipe.reserved) == (town, "other")
    assert StandardText.objects.get(town=town).text == "修好了"
    assert copy_topics_and_texts(source, town, by=admin.user, at=NOON) == 0
    with pytest.raises(NoSuchRight):
        copy_topics_and_texts(source, town, by=reviewer_of(town).user, at=NOON)
    client.force_login(reviewer_of(town).user)
    assert client.post(f"{PAGE}copy/", form).status_code == 404


def test_a_first_town_begins_with_the_usual_topics(client):
    town = TownFactory()
    own = Topic.objects.create(town=town, name="环境卫生")
    admin = system_admin()
    client.force_login(admin.user)
    form = {"town": town.pk, "source": "usual"}

    text = client.get(PAGE).content.decode()
    assert "民事直说常见议题" in text
    client.post(f"{PAGE}copy/", form)

    topics = Topic.objects.filter(town=town)
    assert topics.get(name="饮水").parent == topics.get(name="基础设施")
    assert topics.get(name="未成年人").is_red_line
    assert topics.get(name="集体经济").reserved == "collective_income"
    assert topics.get(name="环境卫生") == own
    assert begin_with_usual_topics(town, by=admin.user, at=NOON) == 0


def test_the_item_of_topics_leads_to_them_until_there_are_some(client):
    town = TownFactory()
    client.force_login(system_admin().user)

    before = client.get(PAGE)
    Topic.objects.create(town=town, name="饮水")
    after = client.get(PAGE)

    assert _page_of_topics(before) == "#topics"
    assert 'id="topics"' in before.content.decode()
    assert _page_of_topics(after) == "/admin/cases/topic/"


def _page_of_topics(answer) -> str:
    rows = answer.context["items"]
    return next(page for item, _who, page in rows if item.label == "议题")


def test_the_usual_topics_are_the_system_administrators_alone(client):
    town = TownFactory()
    reviewer = reviewer_of(town)
    client.force_login(reviewer.user)

    assert "民事直说常见议题" not in client.get(PAGE).content.decode()
    form = {"town": town.pk, "source": "usual"}
    assert client.post(f"{PAGE}copy/", form).status_code == 404
    with pytest.raises(NoSuchRight):
        begin_with_usual_topics(town, by=reviewer.user, at=NOON)
    assert not Topic.objects.exists()


def test_the_way_from_the_check_list_keeps_the_town(client):
    """Of a county all towns are there from the first day."""
    VillageFactory(town=TownFactory(name="城关镇", code="621226100"))
    town = TownFactory(name="白关镇", code="621226118")
    VillageFactory(town=town)
    client.force_login(system_admin().user)

    rows = client.get(f"{PAGE}?town={town.pk}").context["items"]

    pages = {page for _item, _who, page in rows if "/imports/" in page}
    assert f"/imports/new/groups/?at=t{town.pk}" in pages
    for page in pages:
        assert client.get(page).context["form"]["at"].value() == f"t{town.pk}"


@pytest.mark.parametrize("begun", ["groups", "offices"])
def test_the_list_opens_with_the_town_that_was_begun(client, begun):
    VillageFactory(town=TownFactory(name="城关镇", code="621226100"))
    town = TownFactory(name="白关镇", code="621226118")
    if begun == "groups":
        GroupFactory(village=VillageFactory(town=town))
    else:
        OfficeFactory(town=town)
    client.force_login(security_admin().user)

    assert client.get(PAGE).context["town"] == town


def test_a_town_is_begun_by_what_the_history_has_under_seal():
    town, other = TownFactory(), TownFactory()
    how = {"action": FieldHistory.Action.CREATE, "actor": system_admin().user}
    FieldHistory.objects.log_create(town, force_log=True, **how)
    with history_lifted():
        FieldHistory.objects.update(object_id=other.pk)

    assert list(towns_begun(Town.objects.all())) == [town]


def test_a_topic_withdrawn_or_deep_in_the_tree_is_copied_as_it_is():
    source, town = TownFactory(), TownFactory()
    tap, pipe, water = (
        Topic.objects.create(town=source, name=name)
        for name in ("龙头", "水管", "饮水")
    )
    for topic, parent in ((tap, pipe), (pipe, water)):
        topic.parent = parent
        topic.save()
    Topic.objects.filter(pk=tap.pk).update(is_offered=False)

    new = copy_topics_and_texts(source, town, by=system_admin().user, at=NOON)

    assert new == 3
    copies = Topic.objects.filter(town=town)
    assert set(copies.values_list("name", "parent__name", "is_offered")) == {
        ("龙头", "水管", False),
        ("水管", "饮水", True),
        ("饮水", None, True),
    }
    assert not Topic.objects.filter(town=town).filter(parent__town=source).exists()


def test_a_town_whose_topics_are_all_withdrawn_lacks_topics():
    town = TownFactory()
    Topic.objects.create(town=town, name="饮水", is_offered=False)

    assert standing(town)["议题"] == (0, 1)


@pytest.mark.parametrize("where", ["town", "county"])
def test_somebody_of_the_town_or_its_county_signs_orders(where):
    town = TownFactory()
    label = "能签发督办单的审核人"
    reviewer_of(town)
    assert standing(town)[label] == (0, 1)

    if where == "town":
        reviewer_of(town, may_sign=True)
    else:
        reviewer_of_county(town.county_code, may_sign=True)

    assert standing(town)[label] == (1, 1)


def test_an_empty_database_says_where_to_begin(client):
    client.force_login(system_admin().user)

    assert "还没有镇" in client.get(PAGE).content.decode()


def test_the_list_of_a_town_at_work_counts_its_people():
    here = staff()

    standing_now = standing(here.town)

    assert standing_now["村支书账号"] == (1, 1)
    assert standing_now["村民小组"] == (1, 1)
    assert standing(here.town, here.village)["村支书账号"] == (1, 1)


def test_a_town_just_added_is_on_the_homes_of_those_who_set_it_up(client):
    """Beside one that is at work, and with the way to its own list."""
    at_work = TownFactory(name="白关镇", code="621226118")
    OfficeFactory(town=at_work)
    VillageFactory(town=TownFactory(name="城关镇", code="621226100"))
    client.force_login(system_admin().user)
    form = {
        "code": "621226123",
        "name": "桥头镇",
        "county_code": "621226",
        "county_name": "礼县",
        "abbreviation": "QT",
    }
    client.post("/admin/villages/town/add/", form)
    town = Town.objects.get(name="桥头镇")

    for post in (system_admin(), security_admin(), reviewer_of_county("621226")):
        client.force_login(post.user)
        line = client.get("/new-town/line/").content.decode()
        assert "桥头镇" in line
        assert f"{PAGE}?town={town.pk}" in line
        assert "白关镇" in line
        assert "城关镇" not in line


def test_nothing_is_ticked_in_a_town_without_villages(client):
    town = TownFactory()
    client.force_login(system_admin().user)

    rows = client.get(f"{PAGE}?town={town.pk}").context["items"]

    of_villages = [item for item, _who, _page in rows][-7:]
    assert [item.is_done for item in of_villages] == [False] * 7
    assert {item.lacking_in_words for item in of_villages} == {"先添加村。"}
    pages = {item.label: page for item, _who, page in rows}
    assert pages["村"] == f"/admin/villages/village/add/?town={town.pk}"
    answer = client.get(pages["村"])
    assert answer.context["adminform"].form.initial["town"] == str(town.pk)


def test_that_the_county_signs_is_said():
    town = TownFactory()
    reviewer_of_county(town.county_code, may_sign=True)

    def note() -> str:
        items = {str(item.label): item for item in check_list(town, None, NOON)}
        return items["能签发督办单的审核人"].lacking_in_words

    assert note() == "由县里的审核人签发。"
    reviewer_of(town, may_sign=True)
    assert note() == ""


def test_the_telephone_of_a_town_is_entered_on_the_page_of_the_town(client):
    town = TownFactory()
    client.force_login(system_admin().user)

    page = client.get(PAGE, {"town": town.pk}).text

    assert f'href="/admin/villages/town/{town.pk}/change/"' in page
