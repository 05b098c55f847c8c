"""PostgreSQL's own words, as fragments that statements are composed of by `sql`.

The same functions as `storage.sqlite.dialect`, with the same meaning. JSON is built as `json`, which keeps members in
their order, or as text, which is what lists are.
"""

from __future__ import annotations

from storage.sql import Fragment, sql

# Time

NOW = Fragment("date_trunc('milliseconds', clock_timestamp())")
"""The present time, as columns keep it."""


def hours_ago(hours: int) -> Fragment:
    """The time so many hours ago, to compare columns with."""
    return Fragment(f"clock_timestamp() - interval '{hours} hours'")


def iso(time: str) -> Fragment:
    """A time as ISO 8601 in UTC with milliseconds, or null."""
    return Fragment(f"""to_char({time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')""")


# JSON that is built


def json_object(**members: str) -> Fragment:
    """An object: names with the expressions of their values."""
    return Fragment(f"json_build_object({json_members(**members)})")


def json_members(**members: str) -> Fragment:
    """The members of an object without its brackets, to be put before or after others."""
    return Fragment(", ".join(f"'{name}', {value}" for name, value in members.items()))


def json_object_of(*parts: str) -> Fragment:
    """An object of parts made by `json_members`, or of names and values that are expressions both."""
    return Fragment(f"json_build_object({', '.join(parts)})")


def json_joined(one: str, other: str) -> Fragment:
    """Two JSON objects as one. None has a name of the other's, and what is null in the second may be left out."""
    return Fragment(f"(left(({one})::text, -1) || ', ' || substr(({other})::text, 2))::json")


def json_list(item: str) -> Fragment:
    """All rows' JSON texts as one array."""
    return Fragment(f"'[' || coalesce(string_agg(({item})::text, ','), '') || ']'")


def json_numbers(number: str, by: str) -> Fragment:
    """All rows' numbers as one array, ordered by another: the rows have to come in this order."""
    return Fragment(f"'[' || coalesce(string_agg(({number})::text, ',' ORDER BY {by}), '') || ']'")


def json_map(key: str, value: str) -> Fragment:
    """All rows as one object, with a member for each."""
    return Fragment(f"coalesce(json_object_agg({key}, {value})::text, '{{}}')")


def json_text(text: str) -> Fragment:
    """JSON text as a value inside other JSON, not as a string."""
    return Fragment(f"({text})::json")


def json_bool(condition: str) -> Fragment:
    """True or false."""
    return Fragment(f"coalesce({condition}, false)")


def member(json: str, name: str) -> Fragment:
    """The text that a JSON object has under a name, or null."""
    return Fragment(f"({json})::json ->> '{name}'")


def number_member(json: str, name: str) -> Fragment:
    """The integer that a JSON object has under a name, or null."""
    return Fragment(f"({member(json, name)})::bigint")


def truth_member(json: str, name: str) -> Fragment:
    """What a JSON object has under a name, true or false, as a condition; null where it has nothing."""
    return Fragment(f"({member(json, name)})::boolean")


def json_item(json_array: str, place: str) -> Fragment:
    """What a JSON array has at a place, from 0, as JSON; null where it has nothing."""
    return Fragment(f"({json_array})::json -> ({place})")


# Lists as parameters: one parameter, the text of a JSON array


def items(alias: str) -> Fragment:
    """The items of the array that the parameter is, as rows to select from."""
    # Taken apart once; `json` would be read from its beginning for each part of each item.
    return Fragment(f"jsonb_array_elements(%s::jsonb) WITH ORDINALITY AS {alias} (value, number)")


def item(alias: str) -> Fragment:
    """Such an item, where items are integers."""
    return Fragment(f"{alias}.value::text::bigint")


def part(alias: str, place: int) -> Fragment:
    """The text at a place of such an item, or null, where items are arrays themselves."""
    return Fragment(f"{alias}.value ->> {place}")


def number_part(alias: str, place: int) -> Fragment:
    """The integer at a place of such an item, or null, likewise."""
    return Fragment(f"({part(alias, place)})::bigint")


def place(alias: str) -> Fragment:
    """Such an item's place in the array, from 0."""
    return Fragment(f"({alias}.number - 1)")


def among(column: str) -> Fragment:
    """Whether an integer is in the array of integers that the parameter is."""
    # An array that is made once, which an index is asked with.
    return sql(
        "{column} = ANY (ARRAY(SELECT number::bigint FROM json_array_elements_text(%s::json) AS asked (number)))",
        column=Fragment(column),
    )


# Values


def least(one: str, other: str) -> Fragment:
    """The smaller of two values."""
    return Fragment(f"least({one}, {other})")


def greatest(one: str, other: str) -> Fragment:
    """The larger of two values."""
    return Fragment(f"greatest({one}, {other})")


def joined(text: str, separator: str, by: str) -> Fragment:
    """All rows' texts as one, ordered by something else: the rows have to come in this order."""
    return Fragment(f"string_agg({text}, '{separator}' ORDER BY {by})")


def last_id(table: str) -> Fragment:
    """The highest id that was ever given to a row of a table, rows that are gone included; null before the first."""
    return sql("(SELECT CASE WHEN is_called THEN last_value END FROM {table}_id_seq)", table=Fragment(table))


def any_case(text: str) -> Fragment:
    """To order a text by: as `by_code` does, but for ASCII letters, whose case does not count."""
    return Fragment(f'lower({text} COLLATE "C")')


def by_code(text: str) -> Fragment:
    """To order a text by, character by character after their numbers, whatever language the database speaks."""
    return Fragment(f'{text} COLLATE "C"')


# Rows that are changed

FOR_UPDATE = Fragment("FOR NO KEY UPDATE")
"""At the end of a SELECT in a transaction that writes: others who would change these rows wait for its end. Not those
who only refer to them."""

CHANGES_IN_WITH = True
"""Whether parts of a WITH may change something. They would all see the rows as they were before the statement."""


# Hints: what the engine would decide otherwise

THEN = Fragment("JOIN")
"""A join whose left side comes first."""


def unindexed(column: str) -> Fragment:
    """A column that is compared row by row: no index of it shall lead."""
    return Fragment(f"{column} + 0")
