"""What was stored is compared with what is sent again, for ever: digests may not move."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field

import pytest

from chat.actions.digests import digest_of
from chat.protocol import Change, Delete, Edit, React, Send

# As commit bd6f103 computed them.
GOLDEN: list[tuple[Change, str]] = [
    (Send(7, "c-1", "Hello"), "99ac2786e650d8f337040a386b89aadb"),
    (Send(7, "c-1", "Hello", 9001), "4e17268ecf284fdba8ee929a4f60b43d"),
    (Send(7, "c-1", 'Grüße, "日本" 👩🏽\u200d💻\n\\ '), "7ca501997e9dd9212f4bc3a437a2aa0e"),
    (Send(2**63 - 1, "c", "x"), "b9af9fe0510cc67f94cffe4e96a9686f"),
    (Edit("c-2", 9001, "Hello, all"), "ff259f49ff3085f34b6c2f5504270993"),
    (Delete("c-3", 9001), "e26c515fd5a85b7ec95e9dddcdb3ba94"),
    (React("c-4", 9001, "👍🏽", True), "3950fd71a163753cb0835058a029174e"),
    (React("c-4", 9001, "👍🏽", False), "f8a79d44dc7215cc9ef739a687243f6f"),
    # As the first release with files computed them.
    (Send(7, "c-1", "Hello", files=[]), "99ac2786e650d8f337040a386b89aadb"),
    (Send(7, "c-1", "Hello", files=["f-1"]), "e151edff6491474ac549aff2febf5ba6"),
    (Send(7, "c-1", "", files=["f-1", "cO1xB0r4mVnU2w9dJq3p5A"]), "97d916ce8acd50a3dd03ab5781f5e055"),
]


@dataclass(frozen=True, slots=True)
class LaterSend(Send):
    """`Send` as a later release may have it."""

    links: list[int] = field(default_factory=list)
    silent: bool = False


@dataclass(frozen=True, slots=True)
class Pin:
    """A change that no release knows yet."""

    client_id: str
    message: int
    until: str | None = None


@pytest.mark.parametrize(("change", "digest"), GOLDEN, ids=repr)
def test_what_the_first_release_stored_is_recognised(change, digest):
    assert digest_of(change) == digest


def test_every_change_has_a_golden_digest():
    assert {type(change) for change, _ in GOLDEN} == set(Change.__args__)


def test_a_field_added_later_and_left_alone_changes_no_digest():
    for change, digest in GOLDEN[:4]:
        assert digest_of(LaterSend(**dataclasses.asdict(change))) == digest


def test_a_field_added_later_counts_once_it_says_something():
    said = [
        LaterSend(7, "c-1", "Hello"),
        LaterSend(7, "c-1", "Hello", links=[1]),
        LaterSend(7, "c-1", "Hello", links=[1, 2]),
        LaterSend(7, "c-1", "Hello", silent=True),
        LaterSend(7, "c-1", "Hello", links=[1], silent=True),
    ]
    assert len({digest_of(change) for change in said}) == len(said)


def test_a_change_of_a_new_kind_has_a_digest_as_well():
    assert digest_of(Pin("c-5", 9001)) == digest_of(Pin("c-5", 9001, None))
    assert len({digest_of(pin) for pin in (Pin("c-5", 9001), Pin("c-5", 9002), Pin("c-5", 9001, "tomorrow"))}) == 3
