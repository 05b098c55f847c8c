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
        pytest.mark.postgres_only(lambda: None),
        pytest.mark.any_engine("it is about the page", "and more"),
        pytest.mark.any_engine(reason="it is about the page"),
    ],
    ids=["bare", "empty", "blank", "no text", "two", "by name"],
)
def test_whoever_says_that_a_test_runs_on_one_engine_alone_has_to_say_why(request, mark):
    with pytest.raises(pytest.UsageError, match=rf"test_marks\.py.*{mark.name}"):
        reason_of(request.node, mark.mark)


def test_the_reason_is_shown(request):
    mark = pytest.mark.postgres_only("it kills the server").mark
    assert reason_of(request.node, mark) == "postgres_only: it kills the server"
