"""SQLite's own words, as fragments that statements are composed of by `sql`.

What a caller writes itself is SQL that other engines have as well; what they would say otherwise (dates, JSON, lists as
parameters, full text) it asks for here. Arguments are expressions and names of the caller's own, never what somebody
sent: that travels as a parameter (`%s`).
"""

from __future__ import annotations

from storage.sql import Fragment, sql

# Time

NOW = Fragment("strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')")
"""The present time, as columns keep it."""


def hours_ago(hours: int) -> Fragment:
    """The time so many hours ago, to compare columns with."""
    return Fragment(f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', '-{hours} hours')")


def iso(time: str) -> Fragment:
    """A time as ISO 8601 in UTC with milliseconds, or null."""
    return Fragment(f"strftime('%%Y-%%m-%%dT%%H:%%M:%%fZ', {time})")


# JSON that is built


def json_object(**members: str) -> Fragment:
    """An object: names with the expressions of their values."""
    return Fragment(f"json_object({json_members(**members)})")


def json_members(**members: str) -> Fragment:
    """The members of an object without its brackets, to be put before or after others."""
    return Fragment(", ".join(f"'{name}', {value}" for name, value in members.items()))


def json_object_of(*parts: str) -> Fragment:
    """An object of parts made by `json_members`, or of names and values that are expressions both."""
    return Fragment(f"json_object({', '.join(parts)})")


def json_joined(one: str, other: str) -> Fragment:
    """Two JSON objects as one. None has a name of the other's, and what is null in the second may be left out."""
    return Fragment(f"json_patch({one}, {other})")


def json_list(item: str) -> Fragment:
    """All rows' JSON texts as one array. Unlike `json_group_array` it does not parse them again."""
    return Fragment(f"'[' || coalesce(group_concat({item}, ','), '') || ']'")


def json_numbers(number: str, by: str) -> Fragment:
    """All rows' numbers as one array, ordered by another: the rows have to come in this order."""
    _ = by  # older versions have no word for it, and keep the order in which rows come
    return Fragment(f"json_group_array({number})")


def json_map(key: str, value: str) -> Fragment:
    """All rows as one object, with a member for each."""
    return Fragment(f"json_group_object({key}, {value})")


def json_text(text: str) -> Fragment:
    """JSON text as a value inside other JSON, not as a string."""
    return Fragment(f"json({text})")


def json_bool(condition: str) -> Fragment:
    """True or false."""
    return Fragment(f"iif({condition}, json('true'), json('false'))")


def member(json: str, name: str) -> Fragment:
    """The text that a JSON object has under a name, or null."""
    return Fragment(f"{json} ->> '{name}'")


def number_member(json: str, name: str) -> Fragment:
    """The integer that a JSON object has under a name, or null."""
    return member(json, name)


def truth_member(json: str, name: str) -> Fragment:
    """What a JSON object has under a name, true or false, as a condition; null where it has nothing."""
    return member(json, name)


def json_item(json_array: str, place: str) -> Fragment:
    """What a JSON array has at a place, from 0, as JSON; null where it has nothing."""
    return Fragment(f"{json_array} -> {place}")


# Lists as parameters: one parameter, the text of a JSON array


def items(alias: str) -> Fragment:
    """The items of the array that the parameter is, as rows to select from."""
    return Fragment(f"json_each(%s) {alias}")


def item(alias: str) -> Fragment:
    """Such an item, where items are integers."""
    return Fragment(f"{alias}.value")


def part(alias: str, place: int) -> Fragment:
    """The text at a place of such an item, or null, where items are arrays themselves."""
    return Fragment(f"{alias}.value ->> {place}")


def number_part(alias: str, place: int) -> Fragment:
    """The integer at a place of such an item, or null, likewise."""
    return part(alias, place)


def place(alias: str) -> Fragment:
    """Such an item's place in the array, from 0."""
    return Fragment(f"{alias}.key")


def among(column: str) -> Fragment:
    """Whether an integer is in the array of integers that the parameter is."""
    return sql("{column} IN (SELECT value FROM json_each(%s))", column=Fragment(column))


# Values


def least(one: str, other: str) -> Fragment:
    """The smaller of two values."""
    return Fragment(f"min({one}, {other})")


def greatest(one: str, other: str) -> Fragment:
    """The larger of two values."""
    return Fragment(f"max({one}, {other})")


def joined(text: str, separator: str, by: str) -> Fragment:
    """All rows' texts as one, ordered by something else: the rows have to come in this order."""
    _ = by  # see `json_numbers`
    return Fragment(f"group_concat({text}, '{separator}')")


def last_id(table: str) -> Fragment:
    """The highest id that was ever given to a row of a table, rows that are gone included; null before the first."""
    return sql("(SELECT seq FROM sqlite_sequence WHERE name = '{table}')", table=Fragment(table))


def any_case(text: str) -> Fragment:
    """To order a text by: as `by_code` does, but for ASCII letters, whose case does not count."""
    return Fragment(f"{text} COLLATE NOCASE")


def by_code(text: str) -> Fragment:
    """To order a text by, character by character after their numbers, whatever language the database speaks."""
    return Fragment(text)


# Rows that are changed

FOR_UPDATE = Fragment("")
"""At the end of a SELECT in a transaction that writes: others who would change these rows wait for its end. There is
one writer here, so nobody is to wait for."""

CHANGES_IN_WITH = False
"""Whether parts of a WITH may change something. They would all see the rows as they were before the statement."""


# Hints: what the engine would decide otherwise

THEN = Fragment("CROSS JOIN")
"""A join whose left side comes first."""


def unindexed(column: str) -> Fragment:
    """A column that is compared row by row: no index of it shall lead."""
    return Fragment(f"+{column}")
