"""Looking for a case by number, by words said or asked for, and by who spoke."""

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
    """Every two neighbouring characters of the columns; written exactly as in the index
    (migration 0003).
    """

    function = "minshi_bigrams"
    arg_joiner = " || ' ' || "


class HasBigrams(Func):
    """Whether the bigrams hold every one of a term: what the GIN index answers."""

    template = "(%(expressions)s)"
    arg_joiner = " @@ "
    output_field = BooleanField()

    def __init__(self, term: str, *columns: str) -> None:
        asked = Func(Value(term), function="minshi_bigram_query")
        super().__init__(Bigrams(*(F(column) for column in columns)), asked)


def terms_of(text: str) -> list[str]:
    """The words of what was typed, in half width; a pause in a sentence parts words as
    a space does.

    Signs beside no word are looked for as they stand.
    """
    typed = unicodedata.normalize("NFKC", text.replace("\0", ""))
    return BETWEEN.sub(" ", typed).split()


def require_two_characters(text: str) -> None:
    """ValidationError: a word of one character, or too many words."""
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
    """The cases that hold every word of `text`, of those `sight` may read; by number
    also redacted ones.

    `cases` comes from `counted_for`. Who spoke is searched only where it is shown to
    the reader.
    """
    number = unicodedata.normalize("NFKC", text).strip().upper()
    if NUMBER.fullmatch(number):
        return cases.filter(number__gte=number, number__lt=number + AFTER_ALL)
    if said := END_OF_NUMBER.fullmatch(number):
        return cases.filter(number__in=_numbers_ending(said, sight))
    readable = cases.filter(Q(redacted=False))
    if phone := _phone(text):
        return readable.filter(
            sight.speaker_shown(), speaker_phone_hash=blind_index(phone, "phone")
        )
    for term in terms_of(text):
        readable = _holding(readable, term, sight)
    return readable


def _numbers_ending(said: re.Match[str], sight: Sight) -> list[str]:
    """The numbers somebody may mean who says their end: of the towns in sight, this
    year's and the last's.
    """
    years = (
        [said[1]]
        if said[1]
        else [str(sight.on.year - back) for back in range(YEARS_BACK + 1)]
    )
    towns = Town.objects.overseen_by(sight.user, sight.on).values_list(
        "abbreviation", flat=True
    )
    return [f"{town}-{year}-{said[2].zfill(4)}" for town in towns for year in years]


def _holding(cases: CaseQuerySet, term: str, sight: Sight) -> CaseQuerySet:
    """The cases with a term in their words, or in the speaker's name where that is
    shown.

    What the indexes answer stands by itself: inside an OR with anything else,
    PostgreSQL would make the bigrams of every row found once more. LIKE, all that
    SQLite has, sees to the order of bigrams; as a CASE it does not let the planner
    believe that hardly a row is left, to be joined one by one.
    """
    said = (
        Q(title__icontains=term)
        | Q(verbatim__icontains=term)
        | Q(request_text__icontains=term)
    )
    held = said | Q(speaker_name__icontains=term)
    if connection.vendor == "postgresql":
        cases = cases.filter(_by_index(term, *WORDS) | _by_index(term, "speaker_name"))
        held = Q(
            Exact(Case(When(held, then=Value(True)), default=Value(False)), Value(True))
        )
    # 隐名: not by way of the words either
    named = Q(speaker_name__icontains=term) | Q(proxy_speaker__icontains=term)
    return cases.filter(held, (said & ~named) | sight.speaker_shown())


def _by_index(term: str, *columns: str) -> Q:
    return Q(Exact(HasBigrams(term, *columns), Value(True)))


def _phone(text: str) -> str:
    try:
        return normal_phone(text)
    except ValidationError:
        return ""
