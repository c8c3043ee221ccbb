"""Search for a case by number, by words spoken or asked for, and by the speaker."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import (
    BooleanField,
    Case,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    Value,
    When,
)
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from cases.models import CoSpeaker
from cases.models.scope import CaseQuerySet, Sight
from cases.workflow.numbering import number_of, numbers_meant
from minshi.crypto import blind_index, normal_phone
from minshi.text import HAN, searchable, visible
from minshi.text.folding import (
    DASH,
    QUOTES,
    any_of,
    as_written,
    with_plain_phones,
    without_brackets,
    without_thousands,
)
from minshi.text.lookalikes import normal
from minshi.text.numerals import in_digits, with_share_at_beginning
from minshi.text.simplified import forms_of
from villages.models import ResidentKey, Village

LONGEST = 60  # characters of what is asked
SHORTEST = 2  # characters: one is in nearly every text, and no index answers it
MOST_TERMS = 6
# the beginning of a number
NUMBER = re.compile(r"[A-Z][A-Z0-9]{1,3}-\d{1,4}(-\d*)?")
SHORT_NUMBER = re.compile(r"\d{2,4}")
LETTERS = re.compile(r"[a-z]{2,30}")  # pinyin or initials of a name
# in full width or half, whichever was taken down
SIGNS = re.escape(",;:!?。、…《》()【】〔〕[]")
SIGN = f"[{SIGNS}]"
BETWEEN = re.compile(rf"(?<=\w){SIGN}+|{SIGN}+(?=\w)")
# where a word begins and ends, before it is parted at signs
BEGIN = rf"(?<![^\s{SIGNS}])"
END = rf"(?![^\s{SIGNS}])"
# beside a word, of whatever kind; but in it's it is a letter
QUOTE = any_of(QUOTES)
QUOTED = re.compile(rf"(?<=\w){QUOTE}+(?![A-Za-z])|(?<![A-Za-z]){QUOTE}+(?=\w)")
# 李　四, 赵 铁 柱: single characters with blanks between are one name
NAME_SET_WIDE = re.compile(rf"{BEGIN}[{HAN}](?:\s+[{HAN}])+{END}")
# 120 元: a single character after a number is its measure
BEFORE_MEASURE = re.compile(rf"(?<=\d)\s+(?=[{HAN}]{END})")
# 1.2 万元: 万 belongs to the number, whatever follows
BEFORE_LARGE_UNIT = re.compile(r"(?<=\d)\s+(?=[万萬亿億])")
# 修 100 米: and one before it belongs to the number
BEFORE_NUMBER = re.compile(rf"{BEGIN}([{HAN}])\s+(?=\d)")
AFTER_ALL = "\U0010ffff"
DAY = re.compile(r"(?<=\d)(月[1-3]?\d)[日号]")


class Bigrams(Func):
    """Every two neighbouring characters of a column.

    The SQL must be exactly that of the index (migration 0004).
    """

    function = "minshi_bigrams"


class HasBigrams(Func):
    """True where a column has every bigram of a term, as the GIN index answers."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, term: str, column: str) -> None:
        asked = Func(Value(term), function="minshi_bigram_query")
        super().__init__(Bigrams(F(column)), asked)


@dataclass(frozen=True)
class Term:
    """One word of what is asked, in the two forms in which words are stored."""

    digits: str  # with digits for numbers
    written: str  # with numbers as they were typed

    @property
    def spellings(self) -> list[str]:
        """The forms that may be looked for: no index answers a single character."""
        forms = spellings_of(self.digits)
        if len(self.written) >= SHORTEST:
            forms.append(self.written)
        return list(dict.fromkeys(forms))


def terms_of(text: str) -> list[Term]:
    """Return the words of what was typed, folded as the words of cases are.

    1. Join what was typed with blanks between and is one word: 李 四, 120 元.
    2. Part at blanks.
    3. Part at punctuation and quotation marks beside a word; elsewhere they are
       searched for as they stand.
    4. Leave out what is too short to be searched beside something longer (`left_out`).
    """
    terms = _all_terms(text)
    return [term for term in terms if len(term.digits) >= SHORTEST] or terms


def left_out(text: str) -> list[str]:
    """Return the words of what was typed that are too short to be searched beside the
    others; none where nothing else was typed.
    """
    if len(text) > LONGEST:
        return []
    searched = terms_of(text)
    return [term.digits for term in _all_terms(text) if term not in searched]


def spellings_of(term: str) -> list[str]:
    """Return a term as it is stored, and as else it may be meant.

    11月3号 is a day as 11月3日 is, or the third of something; 三成 by itself a share or
    somebody's given name. What is stored keeps both apart, who asks finds either.
    """
    spellings = [term]
    for unit in "日号":
        spellings.append(DAY.sub(rf"\1{unit}", term))
    spellings += [with_share_at_beginning(each) for each in spellings]
    return list(dict.fromkeys(spellings))


def _all_terms(text: str) -> list[Term]:
    typed = without_brackets(without_thousands(visible(text)))
    typed = QUOTED.sub(" ", normal(typed))
    joined = NAME_SET_WIDE.sub(_set_close, typed)
    joined = BEFORE_LARGE_UNIT.sub("", BEFORE_MEASURE.sub("", joined))
    joined = BEFORE_NUMBER.sub(r"\1", joined)
    joined = with_plain_phones(DASH.sub("-", joined))

    terms = []
    for word in joined.split():
        terms += _parted_at_signs(word)
    return terms


def _parted_at_signs(word: str) -> list[Term]:
    """Return what stands between the signs in a word, as it is searched.

    Not what is too short to be searched beside something longer: 坏 in 路灯(坏)了, and
    一 in 一、二、三组. Where all is too short, the word as it stands: (1)组.
    """
    parts = [_term(part) for part in BETWEEN.sub(" ", word).split()]
    parts = [part for part in parts if part.digits]
    if len(parts) < SHORTEST:
        return parts
    long_enough = [part for part in parts if len(part.digits) >= SHORTEST]
    return long_enough or [_term(word)]


def _term(word: str) -> Term:
    return Term(digits=searchable(word), written=as_written(word))


def _set_close(name: re.Match[str]) -> str:
    return "".join(name[0].split())


def require_two_characters(text: str) -> None:
    """Refuse one character that is no surname by itself, and too many words
    (ValidationError). What is longer than LONGEST is not looked at: the field refuses
    it by its own rule.
    """
    if len(text) > LONGEST or _surname(text):
        return
    terms = terms_of(text)
    if any(len(term.digits) < SHORTEST for term in terms):
        raise ValidationError(
            _("Type at least two characters for each word."), code="too_short"
        )
    if len(terms) > MOST_TERMS:
        raise ValidationError(
            _("Type at most %(most)s words.") % {"most": MOST_TERMS}, code="too_many"
        )


def matching(cases: CaseQuerySet, text: str, sight: Sight) -> CaseQuerySet:
    """Return the cases that a search text means, of those `sight` may read.

    1. Of a case number, in any spelling, its beginning or end: cases of that number,
       redacted ones, too.
    2. Of a phone: cases of that speaker.
    3. Of letters: cases of the neighbours whom the lookup finds by them, zcs.
    4. Of a single character: cases of whoever has that surname.
    5. Of anything, these as well: cases that contain every word of it. XJ-2024 may be a
       pump, and 1200 an amount.

    `cases` comes from `counted_for`. The speaker is searched only where the reader is
    shown who it is.
    """
    readable = cases.filter(Q(redacted=False))
    if surname := _surname(text):
        return readable.filter(_surnamed(surname, sight))

    with_words = readable
    for term in terms_of(text):
        with_words = _containing(with_words, term, sight)

    named = _named(text, sight)
    if named is not None:
        return _either(cases, cases.filter(named), with_words)
    if phone := _phone(text):
        return _either(cases, readable.filter(_spoken_by(phone, sight)), with_words)
    if letters := _letters(text):
        return _either(cases, readable.filter(_named_by(letters, sight)), with_words)
    return with_words


def _either(cases: CaseQuerySet, *found: CaseQuerySet) -> CaseQuerySet:
    """Return the cases that are in either; each is found by its own indexes."""
    first, second = [each.order_by().values("pk") for each in found]
    return cases.filter(pk__in=first.union(second))


def _named(text: str, sight: Sight) -> Q | None:
    """Return the condition for cases whose number the text may be; None: it is none."""
    typed = in_digits(text)
    number = number_of(typed)
    if NUMBER.fullmatch(number):
        return _beginning(number)
    numbers = numbers_meant(typed, sight)
    return Q(number__in=sorted(numbers)) if numbers else None


def _spoken_by(phone: str, sight: Sight) -> Q:
    asked = blind_index(phone, "phone")
    others = CoSpeaker.objects.filter(case=OuterRef("pk"), phone_hash=asked)
    theirs = Q(speaker_phone_hash=asked) | Q(Exists(others))
    return theirs & sight.speaker_shown()


def _surname(text: str) -> str:
    """Return the text as a surname of one character; empty where it is none."""
    only = searchable(text)
    is_han = re.fullmatch(f"[{HAN}]", only) is not None
    return only if is_han else ""


def _surnamed(surname: str, sight: Sight) -> Q:
    """Return the condition for cases of whoever has a surname, in whatever characters
    it was taken down: what a ledger leaves of a masked name, so that finding it tells
    no more.
    """
    named = Q()
    for form in forms_of(surname):
        named |= Q(speaker_name__startswith=form)
    return named & sight.speaker_shown()


def _letters(text: str) -> str:
    """Return the text as pinyin or initials of a name; empty where it is neither."""
    letters = searchable(text).replace(" ", "")
    return letters if LETTERS.fullmatch(letters) else ""


def _named_by(letters: str, sight: Sight) -> Q:
    villages = Village.objects.in_reach_of(sight.user, sight.on)
    keys = ResidentKey.objects.starting_with(letters).filter(village__in=villages)
    return Q(resident__in=keys.values("resident")) & sight.speaker_shown()


def _beginning(number: str) -> Q:
    return Q(number__gte=number, number__lt=number + AFTER_ALL)


def _containing(cases: CaseQuerySet, term: Term, sight: Sight) -> CaseQuerySet:
    """Return the cases with a term, in any of its spellings, in the words that the
    reader may find.

    Asked as it was written it is found, however its numbers are read.

    Of a 隐名 matter a reader who may not know who spoke finds only what they read.

    The condition that the indexes answer is a filter by itself: inside an OR with
    anything else, PostgreSQL would make the bigrams of every row found once more.
    LIKE, all that SQLite has, checks the order of the bigrams. It is a CASE there,
    because the planner would else expect hardly a row and join one by one.
    """
    in_open_words = _in_any(term, "open_words", _in)
    contains = in_open_words | _in_any(term, "hidden_words", _in)

    if connection.vendor == "postgresql":
        by_index = _in_any(term, "open_words", _by_index)
        by_index |= _in_any(term, "hidden_words", _by_index)
        cases = cases.filter(by_index)
        as_case = Case(When(contains, then=Value(True)), default=Value(False))
        contains = Q(Exact(as_case, Value(True)))

    return cases.filter(contains, in_open_words | sight.speaker_shown())


def _in_any(term: Term, column: str, stands_in: Callable[[str, str], Q]) -> Q:
    """Return the condition for any spelling of a term in a column."""
    condition = Q()
    for spelling in term.spellings:
        condition |= stands_in(spelling, column)
    return condition


def _in(term: str, column: str) -> Q:
    """Return the condition for a term in a column.

    A number as short as the end of a case number stands there by itself: as a part of
    telephones and years it would be found in nearly every matter.
    """
    if SHORT_NUMBER.fullmatch(term):
        return Q(**{f"{column}__regex": f"(?<![0-9]){term}(?![0-9])"})
    return Q(**{f"{column}__contains": term})


def _by_index(term: str, column: str) -> Q:
    return Q(Exact(HasBigrams(term, column), Value(True)))


def _phone(text: str) -> str:
    """Return the text as a phone number; empty where it is none."""
    try:
        return normal_phone(text)
    except ValidationError:
        return ""
