"""The index of words knows the same pairs of characters as the words asked for."""

import pytest
from django.db import connection

from minshi.demo.draws import draws_from

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LETTERS = "路灯坏了修aAB１é\u0301ßİ🙂'\\:&|!() \n\t\u00a0\u3000\u2028\u200b\x01\x85"
DIFFERENT = """
SELECT words
FROM unnest(%s) AS words
WHERE minshi_bigrams(words) IS DISTINCT FROM
    array_to_tsvector(ARRAY(SELECT pair FROM minshi_pairs(words) AS pair))
"""


def test_one_pass_gives_the_pairs_that_a_query_gives():
    draws = draws_from(1)
    texts = ["", " ", "路", "路灯", "路 灯", "路路路路"]
    for _ in range(3_000):
        length = draws.randrange(0, 16)
        texts.append("".join(draws.choices(LETTERS, k=length)))

    with connection.cursor() as cursor:
        cursor.execute(DIFFERENT, [texts])
        assert cursor.fetchall() == []


def test_words_are_split_without_a_query_for_each():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT lanname FROM pg_proc JOIN pg_language ON pg_language.oid = prolang"
            " WHERE proname = 'minshi_bigrams'"
        )
        assert cursor.fetchall() == [("plpgsql",)]
