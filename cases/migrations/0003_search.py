"""Free-text search on PostgreSQL: an index of every two neighbouring characters, for
Chinese words of two.
"""

from django.db import migrations

# minshi_pairs: the text is split into characters once, as substr() would walk a long
# text again for each of them.
# minshi_bigrams: COST as measured, 0.2 ms for the words of a case. At the default of
# 100 the planner splits row after row instead of using the index.
FUNCTIONS = r"""
CREATE FUNCTION minshi_pairs(words text) RETURNS SETOF text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT DISTINCT one || two
    FROM (
        SELECT letter AS one, lead(letter) OVER (ORDER BY place) AS two
        FROM unnest(string_to_array(lower(words), NULL)) WITH ORDINALITY AS letters(letter, place)
    ) AS neighbours
    WHERE one !~ '\s' AND two !~ '\s'
$$;
CREATE FUNCTION minshi_bigrams(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
    SELECT array_to_tsvector(ARRAY(SELECT pair FROM public.minshi_pairs(words) AS pair))
$$;
CREATE FUNCTION minshi_bigram_query(words text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT string_agg('''' || replace(replace(pair, '\', '\\'), '''', '''''') || '''', ' & ')::tsquery
    FROM public.minshi_pairs(words) AS pair
$$;
"""
INDEXES = """
CREATE INDEX case_words ON cases_case USING gin (minshi_bigrams(title || ' ' || verbatim || ' ' || request_text));
CREATE INDEX case_speaker ON cases_case USING gin (minshi_bigrams(speaker_name));
"""
UNDO = """
DROP INDEX case_speaker;
DROP INDEX case_words;
DROP FUNCTION minshi_bigram_query(text);
DROP FUNCTION minshi_bigrams(text);
DROP FUNCTION minshi_pairs(text);
"""


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(FUNCTIONS + INDEXES, params=None)


def undo(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(UNDO, params=None)


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_history")]

    operations = [migrations.RunPython(make, undo)]
