"""Names, phone and ID numbers that stand in what was told, as pasted from a chat.

They belong in fields of their own, which are encrypted, masked and blanked; a title is
read in lists, notices and on receipts (domain §3).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import phonenumbers
from django.core.exceptions import ValidationError

from minshi.crypto import normal_phone
from minshi.text import PLACEHOLDER, PersonalValue, blanked
from minshi.text.finding import GAP_IN_PHONE as GAP

# 18 digits, the last perhaps X; or as many as a bank card has
LONG_NUMBER = re.compile(rf"(?<!\d)\d(?:{GAP}\d){{14,18}}(?:{GAP}[XxＸｘ])?(?!\d)")
ID_NUMBER = re.compile(rf"(?<!\d)\d(?:{GAP}\d){{16}}{GAP}[\dXxＸｘ](?!\d)")
# 我叫张长生，…: whoever begins so says who they are, not what it is about
INTRODUCED = re.compile(
    r"(?:您好|你好)?[，,、\s]*(?:我叫|我是|我的名字是|本人|姓名)[：:是叫]?\s*"
    r"(?P<name>[\u4e00-\u9fff·]{2,4}?)\s*(?=[，,、。；;：:\s]|$)"
)
CALLED = re.compile(
    r"(?:我叫|我的名字是|本人叫|姓名)[：:是]?\s*(?P<name>[\u4e00-\u9fff·]{2,4}?)"
    r"\s*(?=[，,、。；;：:\s]|$)"
)
# what is left where a number was taken out: 电话：，
LABELS = re.compile(
    r"(?:联系)?(?:电话|手机|号码|身份证)(?:号码|号)?[是为：:\s]*(?=[，,、。；;\s]|$)"
)
EDGES = "，,、；;：: \u3000\t"
COUNTRY = "CN"


@dataclass(frozen=True)
class Pasted:
    """What was found of each kind, the first of it; empty where there is none."""

    phone: str = ""
    id_number: str = ""
    name: str = ""

    def __bool__(self) -> bool:
        return bool(self.phone or self.id_number or self.name)


def pasted_in(text: str, names: Iterable[str] = ()) -> Pasted:
    """Return what seems to belong in a field of its own.

    `names` are those of neighbours who may be meant.
    """
    found = ID_NUMBER.search(text)
    without_ids = LONG_NUMBER.sub(" ", text)
    phones = [_dialled(match.raw_string) for match in _phones(without_ids)]
    called = CALLED.search(text)
    said = [name for name in names if name in text]

    name = called["name"] if called else ""
    if not name and len(said) == 1:
        name = said[0]
    return Pasted(
        phone=next(filter(None, phones), ""),
        id_number=found[0] if found else "",
        name=name,
    )


def without_numbers(text: str) -> str:
    """Return a text without phone and ID numbers, and without their labels."""
    plain = LONG_NUMBER.sub("", text)
    for match in reversed(list(_phones(plain))):
        plain = plain[: match.start] + plain[match.end :]
    if plain == text:
        return text
    return LABELS.sub("", plain).strip(EDGES)


def without_id(text: str, number: str) -> str:
    """Return the words without an ID number and its label."""
    return LABELS.sub("", text.replace(number, "")).strip(EDGES)


def without_people(text: str, own: Iterable[str], others: Iterable[str]) -> str:
    """Return a text without who spoke, in any spelling, and with others as 张某
    (domain §6).
    """
    plain = blanked(text, map(PersonalValue, own)).replace(PLACEHOLDER, "")
    for name in sorted(others, key=len, reverse=True):
        plain = plain.replace(name, f"{name[0]}某")
    return plain


def without_introduction(text: str) -> str:
    """Return a text without the clause in which somebody says who they are."""
    return INTRODUCED.sub("", text, count=1).strip(EDGES)


def _phones(text: str) -> Iterable[phonenumbers.PhoneNumberMatch]:
    return phonenumbers.PhoneNumberMatcher(text, COUNTRY)


def _dialled(raw: str) -> str:
    try:
        return normal_phone(raw)
    except ValidationError:
        return ""
