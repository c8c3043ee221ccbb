"""Personal values: what the database sees, what a search finds, what a colleague
reads.
"""

import re

import pytest
from cryptography.fernet import Fernet
from django.apps.registry import Apps
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Cast
from hypothesis import given
from hypothesis import strategies as st

from minshi import crypto
from minshi.crypto import (
    EncryptedTextField,
    UndecryptableError,
    blind_index,
    decrypted,
    encrypted,
)
from minshi.text.folding import SEPARATORS

pytestmark = pytest.mark.any_database
OLD_KEY, NEW_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()


class Note(models.Model):
    words = EncryptedTextField(null=True)

    class Meta:
        app_label = "crypto"
        apps = Apps()
        db_table = "crypto_note"


@pytest.fixture(autouse=True)
def _keys(settings):
    settings.FIELD_KEYS = [OLD_KEY]
    settings.INDEX_KEY = "index key of the tests"


@pytest.fixture
def notes(db):
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE crypto_note (id integer PRIMARY KEY, words text)")
        yield Note.objects
        cursor.execute("DROP TABLE crypto_note")


def stored(notes):
    return notes.annotate(raw=Cast("words", models.TextField())).values_list(
        "raw", flat=True
    )


def test_the_database_holds_only_a_prefixed_token(notes):
    notes.create(pk=1, words="李建国家的水管")

    raw = stored(notes).get()

    assert raw.startswith("f1:")
    assert "李" not in raw
    assert notes.get().words == "李建国家的水管"
    assert notes.values_list("words", flat=True).get() == "李建国家的水管"


def test_the_same_words_are_stored_differently_each_time(notes):
    notes.bulk_create([Note(pk=1, words="水管"), Note(pk=2, words="水管")])

    assert len(set(stored(notes))) == 2


@pytest.mark.parametrize("nothing", [None, ""])
def test_nothing_is_stored_as_it_is(notes, nothing):
    notes.create(pk=1, words=nothing)

    assert stored(notes).get() == nothing
    assert notes.get().words == nothing


def test_updates_of_one_and_of_many_are_encrypted_once(notes):
    first = notes.create(pk=1, words="旧")
    notes.create(pk=2, words="旧")

    notes.filter(pk=2).update(words="新")
    first.words = "更新"
    notes.bulk_update([first], ["words"])

    assert all(raw.startswith("f1:") for raw in stored(notes))
    assert list(notes.order_by("pk").values_list("words", flat=True)) == ["更新", "新"]


def test_text_that_looks_like_a_token_is_encrypted_like_any_other(notes):
    notes.create(pk=1, words="f1:我说的")

    assert notes.get().words == "f1:我说的"


@pytest.mark.parametrize("raw", ["李建国", "f1:gAAAAA", "f1:", "f2:x"])
def test_what_no_key_opens_is_an_error_and_never_ciphertext(notes, raw):
    notes.create(pk=1, words=Value(raw, output_field=models.TextField()))

    with pytest.raises(UndecryptableError) as caught:
        notes.get()

    assert raw not in str(caught.value).removesuffix("f1:")


def test_a_value_under_a_key_that_was_taken_away_is_an_error(settings):
    token = encrypted("水管")
    settings.FIELD_KEYS = [NEW_KEY]

    with pytest.raises(UndecryptableError, match="FIELD_KEYS"):
        decrypted(token)
    with pytest.raises(UndecryptableError, match="FIELD_KEYS"):
        crypto.reencrypted(token)


def test_no_key_at_all_is_an_error_that_names_the_setting(settings):
    settings.FIELD_KEYS = []
    settings.INDEX_KEY = ""

    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS"):
        encrypted("水管")
    with pytest.raises(ImproperlyConfigured, match="INDEX_KEY"):
        crypto.digest("水管")


@pytest.mark.parametrize(
    "asked", ["words", "words__contains", "words__in", "words__length"]
)
def test_an_encrypted_field_answers_no_lookup(notes, asked):
    with pytest.raises(FieldError, match="encrypted"):
        notes.filter(**{asked: "水管"})


def test_an_encrypted_field_says_whether_it_is_empty(notes):
    notes.create(pk=1, words=None)
    notes.create(pk=2, words="水管")

    assert notes.get(words__isnull=False).pk == 2
    assert notes.exclude(words__isnull=False).get().pk == 1


@pytest.mark.parametrize(
    "option", [{"unique": True}, {"db_index": True}, {"db_default": "x"}]
)
def test_an_option_that_ciphertext_cannot_honour_fails_the_system_check(option):
    class Wrong(models.Model):
        words = EncryptedTextField(**option)

        class Meta:
            app_label = "crypto"
            apps = Apps()

    found = Wrong._meta.get_field("words").check()

    assert "minshi.E001" in [message.id for message in found]


def test_rotation_leaves_a_value_that_the_new_key_opens_alone(settings):
    token = encrypted("水管")
    settings.FIELD_KEYS = [NEW_KEY, OLD_KEY]

    rotated = crypto.reencrypted(token)
    settings.FIELD_KEYS = [NEW_KEY]

    assert rotated.startswith("f1:")
    assert decrypted(rotated) == "水管"
    assert crypto.reencrypted("") == ""


def test_a_blind_index_finds_equal_values_of_one_purpose_and_one_key(settings):
    index = blind_index("13993908821", "phone")

    assert re.fullmatch("[0-9a-f]{64}", index)
    assert blind_index("13993908821", "phone") == index
    assert blind_index("13993908822", "phone") != index
    assert blind_index("13993908821", "name") != index
    settings.INDEX_KEY = "another"
    assert blind_index("13993908821", "phone") != index


def test_nothing_has_no_blind_index_but_a_digest():
    assert blind_index("", "phone") == ""
    assert re.fullmatch("[0-9a-f]{64}", crypto.digest(""))


def test_a_digest_is_no_blind_index_of_a_phone():
    assert crypto.digest("13993908821") == blind_index("13993908821", "revision")
    assert crypto.digest("13993908821") != blind_index("13993908821", "phone")


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("13993908821", "13993908821"),
        (" 139-9390 8821 ", "13993908821"),
        ("+86 139 9390 8821", "13993908821"),
        ("008613993908821", "13993908821"),
        ("１３９９３９０８８２１", "13993908821"),
        ("0939-6621234", "09396621234"),
        ("(0939) 662—1234", "09396621234"),
        ("010 6234 5678", "01062345678"),
        ("037161234567", "037161234567"),
        ("+869396621234", "09396621234"),
        ("400-812-3456", "4008123456"),
        ("+852 2345 6789", "+85223456789"),
        ("电话：139 9390 8821", "13993908821"),
        ("手机号13993908821", "13993908821"),
        ("电话是139 9390 8821", "13993908821"),
        ("tel:13993908821", "13993908821"),
        ("Tel. 139-9390-8821", "13993908821"),
        ("☎️ 13993908821", "13993908821"),
        ("📞13993908821（家里）", "13993908821"),
        ("一三九九三九〇八八二一", "13993908821"),
        ("幺三九 九三九零 八八二幺", "13993908821"),
        ("139\u200b93908821\u202c", "13993908821"),
        ("139....9390....8821", "13993908821"),
        ("139__9390~~8821", "13993908821"),
        ("139 9390 882一", "13993908821"),
        ("❶❸⑨⑨③⑨⓪８８٢༡", "13993908821"),
        ("1️⃣39 9390 8821", "13993908821"),
        ("壹叁玖玖叁玖零捌捌贰壹", "13993908821"),
    ],
)
def test_a_phone_number_has_one_form_however_it_was_typed(raw, normal):
    assert crypto.normal_phone(raw) == normal
    assert crypto.normal_phone(normal) == normal


@pytest.mark.parametrize("between", [*SEPARATORS, " "])
def test_a_phone_number_may_have_any_dot_or_dash_in_it(between):
    raw = between.join(["139", "9390", "8821"])

    assert crypto.normal_phone(raw) == "13993908821"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", ""),
        (" 0939-4421234 ", "0939-4421234"),
        ("０９３９－４４２１２３４", "0939-4421234"),
        ("0939—4421234", "0939-4421234"),
        ("0939 442 1234", "0939-442-1234"),
        ("（0939）4421234", "0939-4421234"),
        ("零九三九四四二一二三四", "09394421234"),
        ("零九三九－四四二一二三四", "0939-4421234"),
        ("电话：0939-4421234", "0939-4421234"),
        ("400-812-3456", "400-812-3456"),
        ("+86 939 4421234", "+86-939-4421234"),
        ("13993908821", "13993908821"),
    ],
)
def test_the_telephone_of_an_office_can_be_dialled_and_keeps_its_hyphens(typed, stored):
    assert crypto.office_phone(typed) == stored
    assert crypto.office_phone(stored) == stored


def test_a_label_alone_is_no_telephone():
    with pytest.raises(ValidationError):
        crypto.office_phone("电话：")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("12348", "12348"), ("１２３４８", "12348"), ("一一〇", "110")],
)
def test_an_office_may_be_rung_up_on_a_public_line(typed, stored):
    assert crypto.office_phone(typed, or_public_line=True) == stored
    with pytest.raises(ValidationError):
        crypto.office_phone(typed)


WORDS = ["", "没有", "+", "张三13993908821", "1399390TEXT", "****8821", "139****8821"]
DIGITS = [
    "1399390882",
    "139939088211",
    "12345678901",
    "12345",
    "110",
    "6621234",
    "13993908821 1",
]


@pytest.mark.parametrize("raw", [*WORDS, *DIGITS])
def test_nonsense_is_refused_in_plain_words(raw):
    with pytest.raises(ValidationError) as caught:
        crypto.normal_phone(raw)

    assert caught.value.code == "phone"


@pytest.mark.parametrize(
    ("phone", "masked"),
    [
        ("13993908821", "****8821"),
        ("09396621234", "****1234"),
        ("+85223456789", "****6789"),
        ("8821", "****"),
        ("", ""),
    ],
)
def test_a_masked_phone_shows_its_last_four_digits_only(phone, masked):
    assert crypto.masked_phone(phone) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("李建国", "李*国"),
        ("李四", "李*"),
        ("李", "李"),
        ("", ""),
        ("欧阳建国", "欧**国"),
        (" 李建国 ", "李*国"),
        ("阿卜杜拉·买买提", "阿******提"),
    ],
)
def test_a_masked_name_shows_its_ends_only(name, masked):
    assert crypto.masked_name(name) == masked


@given(st.text())
def test_whatever_is_encrypted_comes_back(text):
    assert decrypted(encrypted(text)) == text
