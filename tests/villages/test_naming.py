import pytest

from villages.naming import (
    free_abbreviation,
    lookup_text,
    name_keys_of,
    short_village_name,
)

pytestmark = pytest.mark.any_database


@pytest.mark.parametrize(
    ("official", "short"),
    [
        ("柳河村村民委员会", "柳河村"),
        ("柳河村民委员会", "柳河村"),
        ("柳河村委会", "柳河村"),
        ("柳河村村委会", "柳河村"),
        ("东街社区居民委员会", "东街社区"),
        ("东街社区居委会", "东街社区"),
        ("东街居民委员会", "东街社区"),
        ("东街居委会", "东街社区"),
        ("杨河坝村", "杨河坝村"),
        ("村民委员会", "村民委员会"),
        (" 柳河村委会 ", "柳河村"),
    ],
)
def test_the_longest_suffix_is_taken_off_and_a_village_is_never_doubled(
    official, short
):
    assert short_village_name(official) == short


def test_a_town_is_abbreviated_by_its_initials():
    assert free_abbreviation("白关镇", "礼县", ()) == "BG"
    assert free_abbreviation("刘家坪乡", "文县", ()) == "LJP"
    assert free_abbreviation("铁楼藏族乡", "文县", ()) == "TL"
    assert free_abbreviation("钟楼街道", "武都区", ()) == "ZL"


def test_a_taken_abbreviation_gets_the_county_and_then_a_digit():
    assert free_abbreviation("白关镇", "礼县", {"BG"}) == "BGL"
    assert free_abbreviation("白关镇", "礼县", {"BG", "BGL"}) == "BGL2"
    assert free_abbreviation("白关镇", "礼县", {"BG", "BGL", "BGL2"}) == "BGL3"


def test_an_abbreviation_has_two_to_four_characters():
    assert free_abbreviation("成镇", "成县", ()) == "CZ"
    assert free_abbreviation("大河店新田坝镇", "徽县", ()) == "DHDX"
    assert free_abbreviation("大河店新田坝镇", "徽县", {"DHDX"}) == "DHDH"
    assert free_abbreviation("大河店新田坝镇", "徽县", {"DHDX", "DHDH"}) == "DHD2"


def test_a_name_without_letters_has_no_abbreviation():
    with pytest.raises(ValueError, match="No abbreviation"):
        free_abbreviation("１２", "礼县", ())


@pytest.mark.parametrize(
    ("surname", "reading"),
    [
        ("阚", "kan"),
        ("粘", "nian"),
        ("佴", "nai"),
        ("都", "du"),
        ("薄", "bo"),
        ("贠", "yun"),
        ("乜", "nie"),
    ],
)
def test_a_surname_is_read_as_a_surname(surname, reading):
    assert f"{reading}ming" in name_keys_of(f"{surname}明", "")


def test_a_resident_is_found_by_name_pinyin_initials_and_phone_tail():
    assert name_keys_of("李建国", "13812348821") == {
        "李建国",
        "lijianguo",
        "ljg",
        "8821",
    }


@pytest.mark.parametrize(
    ("name", "readings"),
    [
        ("单志强", {"danzhiqiang", "shanzhiqiang", "dzq", "szq"}),
        ("仇和", {"chouhe", "qiuhe", "ch", "qh"}),
        ("解缙", {"jiejin", "xiejin", "jj", "xj"}),
        ("曾国", {"cengguo", "zengguo", "cg", "zg"}),
        ("尉迟恭", {"yuchigong", "ycg"}),
    ],
)
def test_a_surname_with_two_readings_gives_both(name, readings):
    assert readings <= name_keys_of(name, "")


def test_a_missing_or_short_phone_gives_no_key():
    assert name_keys_of("李四", "") == {"李四", "lisi", "ls"}
    assert name_keys_of("李四", "110") == {"李四", "lisi", "ls"}


def test_typed_text_and_keys_have_one_form():
    assert lookup_text(" Li Jian'guo ") == "lijianguo"
    assert lookup_text("８８２１") == "8821"
