"""Personal values: encrypted at rest, found by a keyed hash, masked on sight; and the
keyed seals of history.
"""

import hmac
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import phonenumbers
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core import checks
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from minshi.text import visible
from minshi.text.finding import MOBILE, PHONE_LABEL
from minshi.text.folding import SEPARATORS, any_of
from minshi.text.letters import unmarked, with_digits

if TYPE_CHECKING:
    _TextField = models.TextField[str | None, str | None]
else:
    _TextField = models.TextField

KEY_FORMAT = "f1:"  # Fernet; a later way of encrypting gets its own prefix
PLAINTEXT_OPTIONS = {"unique", "primary_key", "db_index", "db_default"}
# digits: shorter ones are hotlines, or landlines without their area code
SHORTEST_PHONE = 10
SHOWN_OF_PHONE = 4
# between the digits of a number, as many as somebody types
SEPARATOR = re.compile(f"{any_of(SEPARATORS + '_~')}+")
# of a number in which every dash and dot is a hyphen
PHONE_CHARACTERS = re.compile(r"[\d\s()+/-]+")
BETWEEN_DIGITS = re.compile(r"[\s()/-]+")
PUBLIC_LINE = re.compile(r"[0-9]{3,5}")  # 110, 12348
# pasted with the number: 电话：139…, 手机是139…, tel:139…, ☎139…, 139…（家）
BEFORE_PHONE = re.compile(rf"(?:{PHONE_LABEL}|tel|[☎☏📞📱])[是为:.\s]*", re.IGNORECASE)
BEHIND_PHONE = re.compile(r"\((?:家里?|手机|座机|本人|单位|办公室|微信同号)\)$")


class UndecryptableError(Exception):
    """A stored personal value that no key in FIELD_KEYS opens, or that was never
    encrypted.
    """


def encrypted(text: str) -> str:
    """Return `text` as it is stored: the key format and a token under the newest
    key.
    """
    return KEY_FORMAT + _ring().encrypt(text.encode()).decode()


def decrypted(stored: str) -> str:
    """Return the text behind a stored value. UndecryptableError: see there."""
    return _opened(stored, _ring().decrypt)


def reencrypted(token: str) -> str:
    """Return a stored value under the newest key; for the task that rotates keys.

    The empty string stays empty. UndecryptableError: see there.
    """
    if not token:
        return token
    return KEY_FORMAT + _opened(token, _ring().rotate)


class EncryptedTextField(_TextField):
    """Text that the database holds only encrypted; None and "" are stored as they are.

    The same text is stored differently every time, so that it can be neither compared
    nor ordered: look for a `blind_index` beside it. Only `isnull` may be asked.
    """

    def get_prep_value(self, value: Any) -> Any:
        text = super().get_prep_value(value)
        return encrypted(text) if text else text

    def from_db_value(self, value: str | None, *_args: object) -> str | None:
        return decrypted(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted: only isnull may be asked of it."
            )
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        raise FieldError(
            f"{self.name} is encrypted: {lookup_name} cannot be worked out from it."
        )

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        found: list[checks.CheckMessage] = super().check(**kwargs)
        if PLAINTEXT_OPTIONS & self.deconstruct()[3].keys():
            message = (
                "An encrypted field cannot be unique, indexed or given a database"
                " default."
            )
            found.append(checks.Error(message, obj=self, id="minshi.E001"))
        return found


def blind_index(value: str, purpose: str) -> str:
    """Return a keyed hash by which an encrypted value can be found again, as 64 hex
    digits.

    Equal values of different purposes do not match. The value must be in its one normal
    form (`normal_phone`); "" gives "", because there is nothing to find.
    """
    return _keyed_hash(value, purpose) if value else ""


def digest(value: str) -> str:
    """Return the hash that the event chain holds in place of a personal value, as 64
    hex digits.
    """
    return _keyed_hash(value, "revision")


def moment_in_seal(at: datetime) -> str:
    """Return the one form of a moment in what is sealed: in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def sealed(values: Sequence[object], purpose: str) -> str:
    """Return the keyed seal over values that must not change unnoticed, as 64 hex
    digits.

    The values are texts, numbers, None, and lists and dicts of them; they stand in one
    canonical form, which never changes. Each purpose has a key of its own, made from
    INDEX_KEY: a seal of one cannot stand in another's place.
    """
    canonical = json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return _keyed_hash(canonical, f"seal of {purpose}")


def normal_phone(raw: str) -> str:
    """Return the digits one dials within China, landlines with the 0 of their area
    code.

    In any width, with gaps, as digits of any kind or as 一三九, with 电话 before it.
    Numbers abroad keep their country: +85223456789. ValidationError: anything else.
    """
    text = _in_plain_digits(raw)
    number = _parsed(text) if PHONE_CHARACTERS.fullmatch(text) else None
    if number is None or not phonenumbers.is_valid_number(number):
        raise _not_a_phone()

    if number.country_code != phonenumbers.country_code_for_region("CN"):
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    if len(phonenumbers.national_significant_number(number)) < SHORTEST_PHONE:
        raise _not_a_phone()
    national = phonenumbers.format_number(
        number, phonenumbers.PhoneNumberFormat.NATIONAL
    )
    return re.sub(r"\D", "", national)


def office_phone(raw: str, *, or_public_line: bool = False) -> str:
    """Return the telephone of an office as it can be dialled, in digits with a hyphen
    wherever it was typed in parts: it is printed on papers, and 0939-4421234 is read
    more easily than its digits. Nothing typed gives "".

    ValidationError: nobody can ring it up; a public line (12348) is taken where the
    caller says so.
    """
    if not visible(raw).strip():
        return ""

    plain = _in_plain_digits(raw)
    if or_public_line and PUBLIC_LINE.fullmatch(plain):
        return plain
    normal_phone(plain)
    return BETWEEN_DIGITS.sub("-", plain).strip("-")


def is_mobile(phone: str) -> bool:
    """True for a number, in its one form, that takes an SMS."""
    return bool(MOBILE.fullmatch(phone))


def masked_phone(phone: str) -> str:
    """Return a phone number with only its last four digits: ****8821."""
    if not phone:
        return ""
    if len(phone) <= SHOWN_OF_PHONE:
        return "****"
    return "****" + phone[-SHOWN_OF_PHONE:]


def masked_name(name: str) -> str:
    """Return a name with all but its first and last character starred: 李*国, 李*,
    李.
    """
    name = name.strip()
    first = name[:1]
    last = name[-1] if len(name) > len("李四") else ""
    stars = "*" * (len(name) - 1 - len(last))
    return first + stars + last


def _ring() -> MultiFernet:
    return _ring_of(tuple(settings.FIELD_KEYS))


@lru_cache(maxsize=8)
def _ring_of(keys: tuple[str, ...]) -> MultiFernet:
    if not keys:
        raise ImproperlyConfigured(
            "FIELD_KEYS holds no key: personal values cannot be stored."
        )
    return MultiFernet([Fernet(key) for key in keys])


def _opened(stored: str, key: Callable[[str], bytes]) -> str:
    if not stored.startswith(KEY_FORMAT):
        raise UndecryptableError(
            f"A stored personal value does not begin with {KEY_FORMAT}"
        )
    try:
        return key(stored.removeprefix(KEY_FORMAT)).decode()
    except InvalidToken as error:
        raise UndecryptableError(
            "No key in FIELD_KEYS opens a stored personal value."
        ) from error


def _keyed_hash(value: str, purpose: str) -> str:
    if not settings.INDEX_KEY:
        raise ImproperlyConfigured(
            "INDEX_KEY is empty: personal values cannot be looked up, history not"
            " sealed."
        )
    key = _key_of(settings.INDEX_KEY, purpose)
    return hmac.digest(key, value.encode(), "sha256").hex()


@lru_cache(maxsize=64)
def _key_of(index_key: str, purpose: str) -> bytes:
    return hmac.digest(index_key.encode(), purpose.encode(), "sha256")


def _in_plain_digits(raw: str) -> str:
    """Return a telephone as it was typed, in our digits and half width, with a hyphen
    for dots and dashes, and without what names it: 电话：零九三九－… is 0939-….
    """
    text = visible(raw).strip()
    if not text.isascii():
        text = unmarked(visible(unicodedata.normalize("NFKC", text))).strip()
    text = BEHIND_PHONE.sub("", BEFORE_PHONE.sub("", text, count=1))
    if not text.isascii():
        text = with_digits(text)
    return SEPARATOR.sub("-", text)


def _parsed(text: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return None


def _not_a_phone() -> ValidationError:
    message = _("Enter a mobile number of 11 digits, or a landline with its area code.")
    return ValidationError(message, code="phone")
