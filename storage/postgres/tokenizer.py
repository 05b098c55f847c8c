"""SQLite's words in PostgreSQL: functions that make a `tsvector` of a text, and a `tsquery` of what is asked for.

They follow FTS5's tokenizer `unicode61 remove_diacritics 2`, character by character (`unicode61`). What they do is kept
in columns: where it changes, a migration has to make them and the columns anew.
"""

from __future__ import annotations

from storage.postgres.unicode61 import DROPPED, FOLDED, FOLDED_TO, SEPARATORS, ranges

MAX_WORD_CHARS = 500
"""A `tsvector` has words of up to 2,046 bytes. Of longer ones this much counts."""


def _escaped(table: str) -> str:
    return "".join(
        f"\\U{first:08x}" if first == last else f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges(table)
    )


def _each(table: str) -> list[int]:
    return [number for first, last in ranges(table) for number in range(first, last + 1)]


_BETWEEN, _DROPPED = _escaped(SEPARATORS), _escaped(DROPPED)

# Written into each function rather than called: while a dump is loaded, no function would find another. Each letter
# that has to be folded is looked up once; `translate` would go through the whole table for every character of the text.
# What is dropped stands at the table's end, for nothing.
_DECLARE = f"""
        folded CONSTANT text := '{FOLDED}' || E'{"".join(f"{chr(92)}u{number:04x}" for number in _each(DROPPED))}';
        folded_to CONSTANT text := '{FOLDED_TO}';
        words text := lower(body COLLATE "C");
        between text := '[^a-z0-9]+';
        letter text;
"""
_FOLD = f"""
        IF words ~ '[^\\x01-\\x7f]' THEN
            between := '[{_BETWEEN}]+';
            FOR letter IN
                SELECT DISTINCT string_to_table(regexp_replace(words, '[^{FOLDED}{_DROPPED}]+', '', 'g'), NULL)
            LOOP
                words := replace(words, letter, substr(folded_to, strpos(folded, letter), 1));
            END LOOP;
        END IF;
"""
_SPLIT = "regexp_split_to_table(words, between) WITH ORDINALITY AS split (word, number) WHERE word <> ''"

# Besides its words a text has its part of the table, as a word that no text has.
_VECTOR = f"""
    CREATE OR REPLACE FUNCTION search_vector(body text, part bigint) RETURNS tsvector
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $function$
    DECLARE
        {_DECLARE}
        word text;
        place int := 0;
        placed text[] := ARRAY['#' || part];
    BEGIN
        {_FOLD}
        FOREACH word IN ARRAY regexp_split_to_array(words, between) LOOP  -- a query would take twice as long
            CONTINUE WHEN word = '';
            place := place + 1;
            placed := placed || ('''' || left(word, {MAX_WORD_CHARS}) || ''':' || place);
        END LOOP;
        RETURN array_to_string(placed, ' ')::tsvector;
    END
    $function$
"""

# What is asked for is made by `text_search.query`: a star or nothing, and words.
_QUERY = """
    CREATE OR REPLACE FUNCTION search_query(asked text) RETURNS tsquery
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $function$
    DECLARE
        terms CONSTANT text[] := string_to_array(asked, ' ');
        term text;
        phrase text;
        phrases text[];
    BEGIN
        FOREACH term IN ARRAY terms[2:] LOOP
            SELECT string_agg(quote_literal(lexeme), ' <-> ' ORDER BY place) INTO phrase
            FROM unnest(search_vector(term, 0)) AS word (lexeme, places, weights), unnest(places) AS place;
            phrases := phrases || phrase;
        END LOOP;
        RETURN array_to_string(phrases, ' & ') || CASE WHEN terms[1] = '*' THEN ':*' ELSE '' END;
    END
    $function$
"""

# FTS5's `snippet`: of the stretches around each place where something was found, and of those from the beginning of the
# sentence it is in, the one with most of what was asked for.
_EXCERPT = f"""
    CREATE OR REPLACE FUNCTION search_excerpt(body text, asked tsquery, most int) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT AS $function$
    DECLARE
        {_DECLARE}
        tokens text[];
        starts int[];
        ends int[];
        sentences int[];
        places int[];
        phrases int[];
        sizes int[];
        total int;
        start int;
        score int;
        adjusted int;
        sentence int;
        best int := 0;
        best_score int := 0;
    BEGIN
        {_FOLD}
        tokens := ARRAY(SELECT left(word, {MAX_WORD_CHARS}) FROM {_SPLIT} ORDER BY number);
        total := cardinality(tokens);
        SELECT array_agg(till - length(pair[2])), array_agg(till),
            array_agg(number::int - 1) FILTER (WHERE number = 1 OR pair[1] ~ '[.:][ \\t\\n\\r]+$')
        INTO starts, ends, sentences
        FROM (
            SELECT pair, number, sum(length(pair[1]) + length(pair[2])) OVER (ORDER BY number)::int AS till
            FROM regexp_matches(body, '([{_BETWEEN}{_DROPPED}]*)([^{_BETWEEN}{_DROPPED}][^{_BETWEEN}]*)', 'g')
                WITH ORDINALITY AS matched (pair, number) ORDER BY number
        ) AS placed;
        SELECT array_agg(at), array_agg(phrase), array_agg(size) INTO places, phrases, sizes
        FROM (
            SELECT at, phrase, cardinality(terms) AS size FROM (
                SELECT phrase::int, string_to_array(written, ' <-> ') AS terms
                FROM string_to_table(asked::text, ' & ') WITH ORDINALITY AS one (written, phrase)
                WHERE written NOT LIKE '''#%'
            ) AS wanted, generate_series(0, total - cardinality(terms)) AS at
            WHERE NOT EXISTS (
                SELECT FROM unnest(terms) WITH ORDINALITY AS part (term, number)
                WHERE NOT CASE WHEN term LIKE '%:*'
                    THEN starts_with(tokens[at + number], btrim(left(term, -2), ''''))
                    ELSE tokens[at + number] = btrim(term, '''') END
            )
            ORDER BY at, phrase LIMIT 200
        ) AS instances;
        FOR number IN 1 .. coalesce(cardinality(places), 0) LOOP
            start := places[number];
            SELECT count(*) + 999 * count(DISTINCT phrase),
                min(at) - (most - ((array_agg(at + size ORDER BY at DESC, phrase DESC))[1] - min(at))) / 2
            INTO score, adjusted
            FROM unnest(places, phrases, sizes) AS instance (at, phrase, size) WHERE at >= start AND at < start + most;
            IF score > best_score THEN
                best_score := score;
                best := greatest(least(adjusted, total - most), 0);
            END IF;
            IF total > most THEN
                sentence := (SELECT max(one) FROM unnest(sentences) AS one WHERE one <= start);
                IF sentence < start THEN
                    SELECT count(*) + 999 * count(DISTINCT phrase) + CASE WHEN sentence = 0 THEN 120 ELSE 100 END
                    INTO score FROM unnest(places, phrases) AS instance (at, phrase)
                    WHERE at >= sentence AND at < sentence + most;
                    IF score > best_score THEN
                        best_score := score;
                        best := sentence;
                    END IF;
                END IF;
            END IF;
        END LOOP;
        start := CASE WHEN best > 0 THEN starts[best + 1] ELSE 0 END;
        RETURN CASE WHEN best > 0 THEN '…' ELSE '' END || CASE WHEN best + most >= total THEN substr(body, start + 1)
            ELSE substr(body, start + 1, ends[best + most] - start) || '…' END;
    END
    $function$
"""  # noqa: S608 - our own words

FUNCTIONS = (_VECTOR, _QUERY, _EXCERPT)
"""What a migration makes them with. They stay: all indexes share them."""
