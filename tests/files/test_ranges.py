"""Which part of a file is asked for, however it is said."""

from __future__ import annotations

import pytest

from chat.files.ranges import Unsatisfiable, is_known, part

TAG = '"abc"'


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("bytes=0-0", range(1)),
        ("bytes=0-", range(10)),
        ("bytes=3-5", range(3, 6)),
        ("bytes=3-99999999999999999999", range(3, 10)),
        ("bytes=-3", range(7, 10)),
        ("bytes=-99", range(10)),
        (" BYTES = 1-2 ", range(1, 3)),
        (None, None),
        ("", None),
        ("bytes=", None),
        ("bytes=-", None),
        ("bytes=5-3", None),
        ("bytes=0-1,4-5", None),
        ("bytes=a-b", None),
        ("bytes=+1-2", None),
        ("bytes=\u0661-2", None),
        ("items=0-1", None),
        ("bytes=" + "9" * 5000 + "-", None),
    ],
)
def test_the_part_is_what_was_asked_for_or_everything(asked, wanted):
    assert part(asked, None, TAG, 10) == wanted


@pytest.mark.parametrize("asked", ["bytes=10-", "bytes=10-20", "bytes=-0", "bytes=99-"])
def test_nothing_is_behind_the_end(asked):
    with pytest.raises(Unsatisfiable):
        part(asked, None, TAG, 10)


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-1"])
def test_of_an_empty_file_there_is_no_part(asked):
    with pytest.raises(Unsatisfiable):
        part(asked, None, TAG, 0)


@pytest.mark.parametrize("condition", ['"other"', 'W/"abc"', "Wed, 21 Oct 2015 07:28:00 GMT", "abc", ""])
def test_a_part_of_something_else_is_not_what_is_wanted(condition):
    assert part("bytes=3-5", condition, TAG, 10) is None
    assert part("bytes=10-", condition, TAG, 10) is None


def test_a_part_of_the_same_is():
    assert part("bytes=3-5", TAG, TAG, 10) == range(3, 6)


@pytest.mark.parametrize("asked", [TAG, "*", f'"x", {TAG}', f"W/{TAG}", f'W/"x",W/{TAG},"y"'])
def test_what_one_has_is_known(asked):
    assert is_known(asked, TAG)


@pytest.mark.parametrize("asked", [None, "", '"x"', "abc", '"abc', '"ab", "c"'])
def test_what_one_has_not_is_not(asked):
    assert not is_known(asked, TAG)
