"""No test is skipped on an engine without a reason beside it."""

from __future__ import annotations

import pytest

from tests.conftest import reason_of


@pytest.mark.parametrize(
    "mark",
    [
        pytest.mark.sqlite_only,
        pytest.mark.sqlite_only(),
        pytest.mark.sqlite_only(" "),
        pytest.mark.sqlite_only(lambda: None),
        pytest.mark.sqlite_only("it moves the file", "and more"),
        pytest.mark.sqlite_only(reason="it moves the file"),
    ],
    ids=["bare", "empty", "blank", "no text", "two", "by name"],
)
def test_whoever_says_that_a_test_is_about_sqlite_alone_has_to_say_why(request, mark):
    request.node.add_marker(mark)
    with pytest.raises(pytest.UsageError, match=r"test_marks\.py.*sqlite_only"):
        reason_of(request.node)


def test_the_reason_is_shown(request):
    request.node.add_marker(pytest.mark.sqlite_only("it moves the file"))
    assert reason_of(request.node) == "SQLite alone: it moves the file"
