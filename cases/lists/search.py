"""Search for a case by number, by words spoken or asked for, and by the speaker."""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.db import connection
from django.db.models import BooleanField, Case, F, Func, Q, Value, When
from django.db.models.lookups import Exact
from django.utils.translation import gettext as _

from cases.models.scope import CaseQuerySet, Sight
from minshi.crypto import blind_index, normal_phone
from villages.models import Town

SHORTEST = 2  # characters: one is in nearly every text, and no index answers it
MOST_TERMS = 6
NUMBER = re.compile(r"[A-Z][A-Z0-9]{1,3}-\d{1,4}(-\d*)?")
# as people say it: 163, 0163, 2026-0163
END_OF_NUMBER = re.compile(r"(?:(20\d\d)-)?(\d{2,4})")
YEARS_BACK = 1
PAUSE = "[,;:!?。、…“”‘’《》()【】]+"  # in full width or half, whichever was taken down
BETWEEN = re.compile(rf"(?<=\w){PAUSE}|{PAUSE}(?=\w)")
AFTER_ALL = "\U0010ffff"
WORDS = ("title", "verbatim", "request_text")


class Bigrams(Func):
    """Every two neighbouring characters of the columns.

    The SQL must be exactly that of the index (migration 0003).
    """

    function = "minshi_bigrams"
    arg_joiner = " || ' ' || "


class HasBigrams(Func):
    """True where the columns have every bigram of a term, as the GIN index answers."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, term: str, *columns: str) -> None:
        asked = Func(Value(term), function="minshi_bigram_query")
        super().__init__(Bigrams(*(F(column) for column in columns)), asked)


def terms_of(text: str) -> list[str]:
    """Return the words of what was typed, in half width.

    Punctuation beside a word parts words as a space does; elsewhere it is searched for
    as it stands.
    """
    typed = unicodedata.normalize("NFKC", text.replace("\0", ""))
    return BETWEEN.sub(" ", typed).split()


def require_two_characters(text: str) -> None:
    """Refuse a word of one character, and too many words (ValidationError)."""
    terms = terms_of(text)
    if any(len(term) < SHORTEST for term in terms):
        raise ValidationError(
            _("Type at least two characters for each word."), code="too_short"
        )
    if len(terms) > MOST_TERMS:
        raise ValidationError(
            _("Type at most %(most)s words.") % {"most": MOST_TERMS}, code="too_many"
        )


def matching(cases: CaseQuerySet, text: str, sight: Sight) -> CaseQuerySet:
    """Return the cases that a search text means, of those `sight` may read.

    1. A case number, or the end of one: cases of that number, redacted ones, too.
    2. A phone: cases of that speaker.
    3. Anything else: cases that contain every word of it.

    `cases` comes from `counted_for`. The speaker is searched only where the reader is
    shown who it is.
    """
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if NUMBER.fullmatch(number):
        return cases.filter(number__gte=number, number__lt=number + AFTER_ALL)
    if ending := END_OF_NUMBER.fullmatch(number):
        return cases.filter(number__in=_numbers_ending(ending, sight))

    readable = cases.filter(Q(redacted=False))
    if phone := _phone(text):
        return readable.filter(
            sight.speaker_shown(), speaker_phone_hash=blind_index(phone, "phone")
        )

    for term in terms_of(text):
        readable = _containing(readable, term, sight)
    return readable


def _numbers_ending(ending: re.Match[str], sight: Sight) -> list[str]:
    """List the full numbers that the end of a number may mean.

    They are of the towns in sight; without a year, of this year and the last.
    """
    given_year, end = ending.groups()
    years = [given_year]
    if not given_year:
        years = [str(sight.on.year - back) for back in range(YEARS_BACK + 1)]

    towns = Town.objects.in_reach_of(sight.user, sight.on)
    numbers = []
    for town in towns.values_list("abbreviation", flat=True):
        numbers += [f"{town}-{year}-{end.zfill(4)}" for year in years]
    return numbers


def _containing(cases: CaseQuerySet, term: str, sight: Sight) -> CaseQuerySet:
    """Return the cases with a term in their words, or in the speaker's name where that
    is shown.

    The condition that the indexes answer is a filter by itself: inside an OR with
    anything else, PostgreSQL would make the bigrams of every row found once more.
    LIKE, all that SQLite has, checks the order of the bigrams. It is a CASE there,
    because the planner would else expect hardly a row and join one by one.
    """
    in_words = (
        Q(title__icontains=term)
        | Q(verbatim__icontains=term)
        | Q(request_text__icontains=term)
    )
    contains = in_words | Q(speaker_name__icontains=term)

    if connection.vendor == "postgresql":
        cases = cases.filter(_by_index(term, *WORDS) | _by_index(term, "speaker_name"))
        as_case = Case(When(contains, then=Value(True)), default=Value(False))
        contains = Q(Exact(as_case, Value(True)))

    # 隐名: not by way of the words either
    names_speaker = Q(speaker_name__icontains=term) | Q(proxy_speaker__icontains=term)
    is_shown = (in_words & ~names_speaker) | sight.speaker_shown()
    return cases.filter(contains, is_shown)


def _by_index(term: str, *columns: str) -> Q:
    return Q(Exact(HasBigrams(term, *columns), Value(True)))


def _phone(text: str) -> str:
    """Return the text as a phone number; empty where it is none."""
    try:
        return normal_phone(text)
    except ValidationError:
        return ""
