"""Stored words and keys follow the rules by which they are asked for."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from cases.models import Case, CoSpeaker
from cases.privacy.personal import add_co_speakers, fold_words
from tests.cases.roads import spoken, staff
from tests.villages.factories import HouseholdFactory, ResidentFactory
from villages.models import ResidentKey

pytestmark = pytest.mark.django_db


def test_words_that_were_folded_by_older_rules_are_folded_anew():
    here = staff()
    dashed = spoken(here, verbatim="村头-水渠堵了")
    hidden = spoken(
        here,
        verbatim="赵铁柱和王建国都说水渠堵了",
        speaker_name="王建国（三组）",
        confidentiality="hidden",
    )
    # as it was stored before a blank parted them
    add_co_speakers(hidden, [CoSpeaker(name="赵铁柱 欧阳锋")])
    fold_words(hidden)
    hidden.save()
    wanted = {case.pk: words_of(case) for case in (dashed, hidden)}
    Case.objects.filter(pk=dashed.pk).update(open_words="村头-水渠堵了")
    Case.objects.filter(pk=hidden.pk).update(
        open_words=hidden.verbatim, also_personal="赵铁柱 欧阳锋"
    )

    fold = import_module("cases.migrations.0009_fold_words_anew")
    fold.fold_words_anew(apps, connection.schema_editor())

    assert {case.pk: words_of(case) for case in Case.objects.all()} == wanted


def test_words_with_blanks_beside_numbers_are_folded_anew():
    here = staff()
    words = "欠我 120 元，找 139 9391 2345"
    plain = spoken(here, verbatim=words)
    hidden = spoken(here, verbatim=words, confidentiality="hidden")
    wanted = {case.pk: words_of(case) for case in (plain, hidden)}
    for case in (plain, hidden):
        older = {
            "open_words": case.open_words.replace("120", " 120 "),
            "hidden_words": case.hidden_words.replace("120", " 120 "),
        }
        Case.objects.filter(pk=case.pk).update(**older)

    fold = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    fold.fold_every_word_anew(apps, connection.schema_editor())

    assert "欠我120元" in wanted[plain.pk][0]
    assert {case.pk: words_of(case) for case in Case.objects.all()} == wanted


def test_names_within_fields_are_taken_out_of_words_that_were_folded_before():
    hidden = spoken(
        staff(),
        verbatim="赵铁柱和王建国都说水渠堵了",
        speaker_name="王建国等三人",
        co_speakers=("大儿子赵铁柱",),
        confidentiality="hidden",
    )
    wanted = hidden.open_words
    Case.objects.filter(pk=hidden.pk).update(
        open_words=hidden.verbatim, also_personal="大儿子赵铁柱"
    )

    fold = import_module("cases.migrations.0016_fold_blanks_beside_numbers")
    fold.fold_every_word_anew(apps, connection.schema_editor())

    hidden.refresh_from_db()
    assert "赵铁柱" not in wanted
    assert hidden.open_words == wanted
    assert hidden.also_personal == "大儿子赵铁柱"


def words_of(case: Case) -> tuple[str, str, set[str]]:
    personal = set((case.also_personal or "").splitlines())
    return case.open_words, case.hidden_words, personal


def test_a_resident_with_a_dash_in_the_name_is_found_under_the_name_alone():
    here = staff()
    household = HouseholdFactory(group=here.group)
    resident = ResidentFactory(household=household, name="阿依古丽-买买提")
    ResidentKey.objects.create(
        resident=resident, village=here.village, key="阿依古丽-买买提"
    )

    write = import_module("villages.migrations.0006_keys_of_names_without_dash")
    write.write_keys_anew(apps, connection.schema_editor())

    keys = ResidentKey.objects.filter(resident=resident).values_list("key", flat=True)
    assert "阿依古丽买买提" in keys
    assert "阿依古丽-买买提" not in keys


def test_amounts_and_places_of_matters_from_before_are_found():
    here = staff()
    fields = {"verbatim": "欠我一万二千元", "place": "磨坊", "remark": "周五再来"}
    cases = [
        spoken(here, **fields, speaker_address="三社12号"),
        spoken(here, **fields, confidentiality="hidden"),
    ]
    wanted = {case.pk: words_of(case) for case in cases}
    older = "欠我1万2000元"
    Case.objects.update(open_words=older, hidden_words=older)

    fold = import_module("cases.migrations.0018_fold_amounts_and_places")
    fold.fold_every_word_anew(apps, connection.schema_editor())

    assert "欠我12000元" in wanted[cases[0].pk][0]
    assert {case.pk: words_of(case) for case in Case.objects.all()} == wanted


def test_characters_that_look_like_others_are_folded_anew():
    here = staff()
    plain = spoken(here, verbatim="⻢建⺠家的路", speaker_name="王建国")
    hidden = spoken(
        here,
        verbatim="欧阳家门口，⻢建⺠和髙国强说靠河边15号的灯坏了",
        speaker_name="欧阳建国",
        speaker_address="三组15号",
        co_speakers=("马建民", "高国强"),
        confidentiality="hidden",
    )
    wanted = {case.pk: words_of(case) for case in (plain, hidden)}
    for case in (plain, hidden):
        Case.objects.filter(pk=case.pk).update(open_words=case.verbatim)

    fold = import_module("cases.migrations.0040_fold_words_as_written")
    fold.fold_every_word_anew(apps, connection.schema_editor())

    assert "马建民家" in wanted[plain.pk][0]
    for told in ("欧阳", "马建民", "高国强", "15"):
        assert told not in wanted[hidden.pk][0]
    assert {case.pk: words_of(case) for case in Case.objects.all()} == wanted


def test_a_resident_whose_name_has_radicals_is_found_by_characters():
    here = staff()
    household = HouseholdFactory(group=here.group)
    resident = ResidentFactory(household=household, name="⻢建⺠")
    off_the_roll = ResidentFactory(household=household, name="⻩建⺠")
    ResidentKey.objects.create(resident=resident, village=here.village, key="⻢建⺠")

    write = import_module("villages.migrations.0022_keys_of_names_without_radicals")
    write.write_keys_anew(apps, connection.schema_editor())

    keys = ResidentKey.objects.filter(resident=resident).values_list("key", flat=True)
    assert {"马建民", "majianmin", "mjm"} == set(keys)
    assert not ResidentKey.objects.filter(resident=off_the_roll).exists()


def test_words_of_matters_from_before_are_found_as_they_were_written():
    here = staff()
    words = "流转费八百一亩，打13812345678一直没人接"
    cases = [
        spoken(here, verbatim=words),
        spoken(here, verbatim=words, confidentiality="hidden"),
    ]
    wanted = {case.pk: words_of(case) for case in cases}
    older = "流转费810亩,打138123456781直没人接"
    Case.objects.update(open_words=older, hidden_words=older)

    fold = import_module("cases.migrations.0040_fold_words_as_written")
    fold.fold_every_word_anew(apps, connection.schema_editor())

    assert "流转费810亩" in wanted[cases[0].pk][0]
    assert "流转费八百一亩" in wanted[cases[0].pk][0]
    assert "13812345678" not in wanted[cases[1].pk][0]
    assert {case.pk: words_of(case) for case in Case.objects.all()} == wanted
