"""Telephones of which a text has but a part: the end of one that is called so, or one
with signs in the place of digits.
"""

import re
from collections.abc import Iterable, Iterator

from minshi.text.letters import Letters, Span, with_digits_apart

LOCAL_PHONE = 7  # digits; shorter ones stand in other numbers: a house 12 in 2012
SHORTEST_END = 4
SHORTEST_HEAD = 2
IS = "(?:数字?|号码?|[是为])*"
OF_THEM = "(?:位|个(?:数字?|号码?|字))"

# --- whoever's: 尾号4160, 末四位是4160, 4160结尾, 前七位1620000; read with digits
PARTS_OF_PHONE = (
    re.compile(
        rf"(?:尾[号数](?:[3-8]{OF_THEM})?|末尾|[末后][3-8]{OF_THEM})"
        rf"{IS}(?P<digits>\d{{3,8}})(?!\d)"
    ),
    re.compile(
        rf"(?:手机|电话|号码?)的?最后(?:[3-8]{OF_THEM})?{IS}(?P<digits>\d{{3,8}})(?!\d)"
    ),
    re.compile(r"(?<!\d)(?P<digits>\d{3,4})(?:结尾|收尾)"),
    re.compile(rf"[前头开][3-8]{OF_THEM}{IS}(?P<digits>\d{{3,8}})(?!\d)"),
)
# 139****0088, 139xxxx0088, 0939-442****: of 20**年 nothing is a telephone
SIGN = "[*＊xXｘＸ×✕✖╳✗✘●•#＃?？]"
SIGNS = re.compile(rf"{SIGN}\s?{SIGN}")
WITH_SIGNS = re.compile(
    rf"(?<![0-9A-Za-z])(?:1[3-9]\d|0\d{{2,3}})(?:[ -]?\d){{0,5}}"
    rf"[ -]?(?:{SIGN}[ -]?){{2,8}}\d{{0,4}}(?![0-9A-Za-z])"
)
LENGTHS = range(9, 13)  # few count the signs that they type

# --- of a number that is known: 最后0088, 后面是0088, 0088那个号
MEASURE = "[元块角亩斤吨米里方平人户件年月日号点度瓦袋棵株头%]"
CALLED_AN_END = (
    re.compile(
        rf"(?:最后|[后末][面头边尾]|结尾|收尾)的?(?:[3-8]{OF_THEM})?"
        rf"{IS}(?P<digits>\d{{{SHORTEST_END},8}})(?!\d|{MEASURE})"
    ),
    re.compile(
        rf"(?<!\d)(?P<digits>\d{{{SHORTEST_END},8}})"
        r"(?:结尾|收尾|[这那]个?(?:号|电话|手机)|的(?:号码|电话|手机))"
    ),
)
# 139…0088, 139--0088, ****0088
BEFORE_END = re.compile(
    rf"(?<!\d)(?P<head>\d{{0,7}})(?P<gap>(?:{SIGN}|[-—_＿.．·…~～ ])*)"
    rf"(?P<end>\d{{{SHORTEST_END}}})(?!\d)"
)
SIGNS_ALONE = re.compile(rf"(?:{SIGN}\s?){{2,}}|…+|[.．_＿]{{2,}}")


def parts_of_phones(text: Letters) -> Iterator[Span]:
    """Yield what is called a part of a telephone, and telephones with signs in the
    place of digits, whoever's they are.
    """
    for part in PARTS_OF_PHONE:
        yield from called(text.in_digits, part)
    if not SIGNS.search(text.text):
        return

    for found in WITH_SIGNS.finditer(with_digits_apart(text.text)):
        length = len(re.findall(rf"\d|{SIGN}", found[0]))
        if length in LENGTHS:
            yield found.start(), found.start() + len(found[0].rstrip(" -"))


def called(text: Letters, part: re.Pattern[str]) -> Iterator[Span]:
    """Yield where the digits stand of what is called a telephone or a part of one."""
    for found in part.finditer(text.plain):
        begin, end = found.span("digits")
        yield text.span(begin, end - begin)


class EndsOfPhones:
    """The ends of known telephones, four digits or more, found where something tells
    that a telephone is meant; and what stands for the digits before them.

    Digits by themselves stay: 0088 may be a meter's.
    """

    def __init__(self, phones: Iterable[str]) -> None:
        self.phones = list(phones)
        self.ends = {phone[-SHORTEST_END:] for phone in self.phones}

    def spans(self, text: Letters) -> Iterator[Span]:
        read = text.in_digits
        if not any(end in read.plain for end in self.ends):
            return

        for part in CALLED_AN_END:
            for found in part.finditer(read.plain):
                if any(phone.endswith(found["digits"]) for phone in self.phones):
                    begin, end = found.span("digits")
                    yield read.span(begin, end - begin)

        for found in BEFORE_END.finditer(with_digits_apart(text.text)):
            if self._is_one(found["head"], found["gap"], found["end"]):
                yield found.span()

    def _is_one(self, head: str, gap: str, end: str) -> bool:
        """Tell whether an end is of a telephone: by how it begins, or by signs for all
        that stands before.
        """
        if not head:
            return end in self.ends and bool(SIGNS_ALONE.fullmatch(gap.strip()))
        if len(head) < SHORTEST_HEAD:
            return False
        return any(
            phone.startswith(head) and phone.endswith(end) for phone in self.phones
        )


def ends_of_phones(values: Iterable[str]) -> list[EndsOfPhones]:
    """Return what finds the ends of the telephones among values, if there are any."""
    phones = []
    for value in values:
        plain = Letters(value).plain
        if plain.isascii() and plain.isdecimal() and len(plain) >= LOCAL_PHONE:
            phones.append(plain)
    return [EndsOfPhones(phones)] if phones else []
