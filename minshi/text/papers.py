"""Numbers of papers in a text, whoever's they are: of identity and of bank cards."""

import re
from collections.abc import Iterator

from minshi.text.folding import SEPARATORS, any_of
from minshi.text.identity import (
    IDENTITY_LENGTH,
    IDENTITY_NUMBER,
    OLD_IDENTITY_LENGTH,
    OLD_IDENTITY_NUMBER,
)
from minshi.text.letters import Letters, Span, with_digits_apart

LONGEST_GAP = 3  # signs within a name or an address
MOBILE_LENGTH = 11
MOST_JOINED = 4 * MOBILE_LENGTH  # digits on either side
MOBILES = re.compile(r"(?:1[3-9]\d{9})+")
# what people write for X at the end of one, and for 0 in it
FOR_X_OR_ZERO = re.compile("[×*＊✕✖╳✗✘叉oOｏＯ]")
FOR_X = re.compile(r"(?<=\d)(?P<gap>\s?)[×*＊✕✖╳✗✘叉](?!\s?\d)")
FOR_ZERO = re.compile(r"(?<=\d)[oOｏＯ]+(?=[\dxXｘＸ]|(?![A-Za-z]))")
# the shortest of all these; hardly a text has as many digits in a row
MANY_DIGITS = re.compile(rf"\d{{{OLD_IDENTITY_LENGTH}}}")
BANK_CARD = re.compile(r"(?=(?:62\d\d|9558|[45]\d{3})\d{12})")
CARD_LENGTHS = range(16, 20)
CARD_GROUP = 4  # digits, as they are printed on a card
# blanks, or one dash or dot: never a comma, which stands in amounts
GAP_IN_OLD_IDENTITY = re.compile(
    rf"[^\S\n\r]{{0,{LONGEST_GAP}}}{any_of(SEPARATORS)}?[^\S\n\r]{{0,{LONGEST_GAP}}}"
)
GAP_IN_IDENTITY = re.compile(
    rf"[^\S\n\r]{{0,{LONGEST_GAP}}}[^\n\r]?[^\S\n\r]{{0,{LONGEST_GAP}}}"
)
# between printed groups: several blanks, or each group on a line of its own
GAP_IN_PRINTED_CARD = re.compile(r"\s{1,8}")
GAP_IN_CARD = re.compile(rf"[^，,、；;。\n\r]{{0,{LONGEST_GAP}}}")


def read_as_identity(text: Letters) -> Letters:
    """Return a text read with X for × and 叉 behind digits and 0 for o among them; each
    character keeps its place.
    """
    if not FOR_X_OR_ZERO.search(text.text):
        return text
    plain = with_digits_apart(FOR_X.sub(r"\g<gap>X", text.text))  # 123×两年
    plain = FOR_ZERO.sub(lambda found: "0" * len(found[0]), plain)
    plain = FOR_X.sub(r"\g<gap>X", plain)
    return Letters(plain).in_digits


def numbers_of_papers(digits: Letters) -> list[Span]:
    """Return where numbers of papers stand in a text that is read with digits."""
    spans: list[Span] = []
    as_identity = read_as_identity(digits)
    if MANY_DIGITS.search(as_identity.plain):
        spans += identity_numbers(as_identity)
    if MANY_DIGITS.search(digits.plain):
        spans += bank_cards(digits)
        spans += old_identity_numbers(digits)
    return spans


def identity_numbers(text: Letters) -> Iterator[Span]:
    """Yield whatever is an identity number by its birthday, also across signs."""
    for found in IDENTITY_NUMBER.finditer(text.plain):
        yield text.span(found.start(), IDENTITY_LENGTH)


def identity_numbers_alone(text: Letters) -> list[Span]:
    """Return where identity numbers of either length stand by themselves."""
    spans = []
    for found in IDENTITY_NUMBER.finditer(text.plain):
        if stands_alone(text, found.start(), IDENTITY_LENGTH, GAP_IN_IDENTITY):
            spans.append(text.span(found.start(), IDENTITY_LENGTH))
    return [*spans, *old_identity_numbers(text)]


def old_identity_numbers(text: Letters) -> Iterator[Span]:
    """Yield identity numbers of 15 digits; a telephone before a year is none."""
    length = OLD_IDENTITY_LENGTH
    for found in OLD_IDENTITY_NUMBER.finditer(text.plain):
        start = found.start()
        gaps = list(text.gaps(start, length))
        is_phone = bool(gaps[MOBILE_LENGTH - 1]) and not any(gaps[: MOBILE_LENGTH - 1])
        if not is_phone and stands_alone(text, start, length, GAP_IN_OLD_IDENTITY):
            yield text.span(start, length)


def bank_cards(text: Letters) -> Iterator[Span]:
    """Yield bank card numbers by their check digit."""
    for found in BANK_CARD.finditer(text.plain):
        for length in CARD_LENGTHS:
            number = text.plain[found.start() : found.start() + length]
            is_card = len(number) == length and _is_bank_card(number)
            if is_card and _is_all_of_card(text, found.start(), length):
                yield text.span(found.start(), length)


def _is_all_of_card(text: Letters, start: int, length: int) -> bool:
    """Return True for a card's digits with few signs between, or in its printed groups;
    nothing but a mobile number may be joined to it.
    """
    gaps = list(text.gaps(start, length))
    if not any(gaps) and is_joined_to_mobiles(text, start, length):
        return True
    if stands_alone(text, start, length, GAP_IN_CARD):
        return True
    if cuts_number(text, start, length):
        return False

    for nth, gap in enumerate(gaps, start=1):
        is_between_groups = nth % CARD_GROUP == 0
        if bool(gap) != is_between_groups:
            return False
        if gap and not GAP_IN_PRINTED_CARD.fullmatch(gap):
            return False
    return True


def is_joined_to_mobiles(text: Letters, start: int, length: int) -> bool:
    """Return True where the digits right before and after are of mobile numbers; of a
    longer run the nearest are looked at.
    """
    begin = start
    first = max(start - MOST_JOINED, 0)
    while begin > first and is_inside_number(text, begin - 1):
        begin -= 1
    end = start + length
    last = min(end + MOST_JOINED, len(text.plain))
    while end < last and is_inside_number(text, end - 1):
        end += 1

    joined = (text.plain[begin:start], text.plain[start + length : end])
    return all(not digits or MOBILES.fullmatch(digits) for digits in joined)


def _is_bank_card(number: str) -> bool:
    """Check by Luhn's sum (ISO/IEC 7812-1)."""
    if not number.isdecimal():
        return False

    total = 0
    for nth, digit in enumerate(reversed(number)):
        doubled = int(digit) * (1 + nth % 2)
        total += sum(divmod(doubled, 10))
    return total % 10 == 0


def stands_alone(text: Letters, start: int, length: int, gap: re.Pattern[str]) -> bool:
    """Return True for digits of one number, and all of it."""
    if cuts_number(text, start, length):
        return False
    return all(map(gap.fullmatch, text.gaps(start, length)))


def cuts_number(text: Letters, start: int, length: int) -> bool:
    """Return True where a number goes on right before or after these letters."""
    is_begun_before = is_inside_number(text, start - 1)
    return is_begun_before or is_inside_number(text, start + length - 1)


def is_inside_number(text: Letters, first: int) -> bool:
    """Return True where this letter and the next are digits with nothing between."""
    pair = text.plain[max(first, 0) : first + 2]
    return len(pair) == len("12") and pair.isdecimal() and not any(text.gaps(first, 2))
