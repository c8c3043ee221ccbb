"""Rules for passwords people choose (等保 2.0 二级, 7.1.4.1; OWASP ASVS 2.1).

Django's validators call them; length and the list of common passwords are Django's own.
"""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from villages.models import PasswordUsed, Post, Town, User
from villages.naming import name_keys_of

REMEMBERED = 5
LEAST_LEFT = 6  # letters and digits that are neither a row nor a name
LEAST_DISTINCT = 4
SHORTEST_ROW = 4
SHORTEST_NAME = 3

RUN = re.compile(r"(.)\1{2,}")
REPEAT = re.compile(r"(.{2,4}?)\1+")
NUMBERS = re.compile(
    r"1[3-9]\d{9}|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:19|20)\d{2}"
)
KEYBOARD = (
    "1234567890",
    "qwertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "!@#$%^&*()",
)
FIRST_TRIED = (
    "minshi",
    "zhishuo",
    "民事直说",
    "mszs",
    "password",
    "passwd",
    "mima",
    "admin",
    "root",
    "user",
    "guest",
    "test",
    "welcome",
    "login",
    "woaini",
    "zhongguo",
    "gansu",
    "longnan",
    "lixian",
    "huawei",
    # the names that most people bear
    "zhangwei",
    "wangwei",
    "wangfang",
    "liwei",
    "zhangmin",
    "wangjing",
    "liujing",
    "wangxiuying",
    "lixiuying",
    "zhangli",
    "wangli",
)
COMMON_WORD = re.compile(r"[a-z]{5,}")
LOOK_ALIKES = str.maketrans(
    {
        "@": "a",
        "$": "s",
        "!": "i",
        "0": "o",
        "1": "i",
        "3": "e",
        "4": "a",
        "5": "s",
        "7": "t",
    }
)


class Pattern:
    """Refuse a password that is mostly rows, repeats, dates or names."""

    def validate(self, password: str, user: User | None = None) -> None:
        """ValidationError: what is left without its guessable parts is too little, or
        it is made of letters or of digits alone.
        """
        if not _is_enough(_left_of(password.lower(), user)):
            raise ValidationError(
                _(
                    "Too easy to guess: mostly repeats, rows, dates, or names of people"
                    " and places."
                ),
                code="guessable",
            )

        if password.isalpha() or password.isdigit():
            raise ValidationError(
                _("Put digits or signs among the letters."), code="one_kind"
            )

    def get_help_text(self) -> str:
        return _("No rows, repeats, dates or names.")


class History:
    """Refuse the password of now and the last ones before it."""

    def validate(self, password: str, user: User | None = None) -> None:
        """ValidationError: the account has or had this password."""
        if user is None or user.pk is None:
            return

        used = list(user.passwords_used.values_list("password", flat=True)[:REMEMBERED])
        for encoded in dict.fromkeys([user.password, *used]):
            if check_password(password, encoded):
                raise ValidationError(
                    _("You had this password before. Choose another one."),
                    code="used_before",
                )

    def password_changed(self, _password: str, user: User) -> None:
        """Remember the hash just stored; Django calls it after every change."""
        PasswordUsed.objects.create(user=user, password=user.password)

        kept = user.passwords_used.values_list("pk", flat=True)[:REMEMBERED]
        user.passwords_used.exclude(pk__in=list(kept)).delete()

    def get_help_text(self) -> str:
        return _("None of your last five passwords.")


def is_too_old(user: User, at: datetime) -> bool:
    """Tell whether a password has to be changed for its age (PASSWORD_DAYS; 0: never).

    One that was never changed is as old as the account.
    """
    if not settings.PASSWORD_DAYS or not user.has_usable_password():
        return False
    since = user.password_changed_at or user.date_joined
    return at - since >= timedelta(days=settings.PASSWORD_DAYS)


def _left_of(text: str, user: User | None) -> str:
    """Return the letters and digits that belong to nothing tried first."""
    left = ""
    for letter, is_guessable in zip(text, _guessable(text, user), strict=True):
        if letter.isalnum() and not is_guessable:
            left += letter
    return left


def _is_enough(left: str) -> bool:
    if left.isdigit():
        return False
    return len(left) >= LEAST_LEFT and len(set(left)) >= LEAST_DISTINCT


def _guessable(text: str, user: User | None) -> list[bool]:
    """Return for each character whether it belongs to something tried first."""
    marked = [False] * len(text)
    spans = [*_patterns(text), *_rows(text), *_names(text, user), *_words(text)]
    for start, end in spans:
        marked[start:end] = [True] * (end - start)
    return marked


def _patterns(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (RUN, REPEAT, NUMBERS):
        for match in pattern.finditer(text):
            yield match.span()


def _rows(text: str) -> Iterator[tuple[int, int]]:
    """Yield where neighbours on the keyboard, in the alphabet or among the digits stand
    in a row, to either side.
    """
    for row in KEYBOARD:
        for keys in (row, row[::-1]):
            for start in range(len(text) - SHORTEST_ROW + 1):
                if text[start : start + SHORTEST_ROW] in keys:
                    yield start, start + SHORTEST_ROW


def _words(text: str) -> Iterator[tuple[int, int]]:
    """Yield where a word stands that is a common password by itself: dragon123456."""
    for written in (text, text.translate(LOOK_ALIKES)):
        for match in COMMON_WORD.finditer(written):
            if match[0] in _common_passwords():
                yield match.span()


@cache
def _common_passwords() -> set[str]:
    return CommonPasswordValidator().passwords


def _names(text: str, user: User | None) -> Iterator[tuple[int, int]]:
    """Yield where a name stands, also one written with look-alikes (p@ssw0rd)."""
    names = [*FIRST_TRIED, *_names_around(user)]
    for written in (text, text.translate(LOOK_ALIKES)):
        for name in names:
            for match in re.finditer(re.escape(name), written):
                yield match.span()


def _names_around(user: User | None) -> Iterator[str]:
    """Yield the names near an account as people write them: its own, its person's and
    its places', in Chinese, in pinyin and by initials.
    """
    if user is None:
        return

    written = [user.name, *re.split(r"[^a-z0-9]+", user.username.lower())]
    if user.pk is not None:
        for post in user.posts.select_related(
            "village__town", "group__village__town", "town", "office__town"
        ):
            written += _places_of(post)

    for name in written:
        for key in name_keys_of(name, ""):
            if len(key) >= SHORTEST_NAME or not key.isascii():
                yield key


def _places_of(post: Post) -> list[str]:
    """Return the names of a post's place and of those around it, with and without 村 or
    镇. A post of a county is near all of its towns, one of no place near every town.
    """
    group = post.group
    office = post.office
    village = post.village or (group.village if group else None)
    towns = [place.town for place in (post, village, office) if place and place.town]

    written = [place.name for place in (village, office, *towns) if place]
    if not written:
        every_town = Town.objects.all()
        if post.county_code:
            every_town = every_town.filter(county_code=post.county_code)
        for town in every_town:
            written += [town.name, town.county_name]
    return [*written, *(name.rstrip("村镇乡县区社") for name in written)]
