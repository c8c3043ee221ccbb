"""The names of offices on papers, as their seals have them."""

import pytest

from villages.models import Town, Village
from villages.seals import seal_of, seal_of_county

WHITE = "白关镇"


def village(name, official_name=""):
    return Village(name=name, official_name=official_name)


@pytest.mark.parametrize(
    ("name", "seal"),
    [
        (WHITE, "白关镇人民政府"),
        ("桥头乡", "桥头乡人民政府"),
        ("钟楼街道", "钟楼街道办事处"),
        ("钟楼街道办事处", "钟楼街道办事处"),
    ],
)
def test_a_town_has_a_government_and_a_street_an_office(name, seal):
    assert seal_of(Town(name=name), None) == seal


@pytest.mark.parametrize(
    ("name", "official", "committee"),
    [
        ("白关村", "白关村村民委员会", "白关村村民委员会"),
        ("白关村", "白关村委会", "白关村村民委员会"),
        ("东街社区", "东街社区居委会", "东街社区居民委员会"),
        ("东街社区", "", "东街社区居民委员会"),
        ("黑坝社区", "黑坝居委会", "黑坝居民委员会"),
        ("白关镇滨河路社区", "白关镇滨河路居民委员会", "滨河路居民委员会"),
        ("良种场", "良种场", "良种场"),
    ],
)
def test_a_village_and_a_community_have_committees_of_their_kind(
    name, official, committee
):
    town = Town(name=WHITE)

    assert seal_of(town, village(name, official)) == f"{WHITE}{committee}"


def test_a_county_has_a_government():
    assert seal_of_county(Town(name=WHITE, county_name="礼县")) == "礼县人民政府"
