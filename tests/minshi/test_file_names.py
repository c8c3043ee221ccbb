"""Names of files that are handed in."""

from datetime import date

from minshi.file_names import file_name


def test_a_file_name_says_what_when_and_who_on_any_file_system():
    plain = file_name(
        "白关镇", "民事直说总台账", date(2023, 1, 1), date(2023, 5, 31), "王芳", "xlsx"
    )
    name = file_name("../a_b\n" + "镇" * 90, "台账", date.min, date.max, ' "<', ".csv")

    assert plain == "白关镇_民事直说总台账_2023-01-01_2023-05-31_王芳.xlsx"
    assert not set(name) & set('/\\:*?"<>|\n ')
    assert name.startswith("a-b-镇")
    assert name.endswith("_9999-12-31_-.csv")
    assert len(name.encode()) <= 255
