"""What a read of a room's log knows of it besides the text that travels."""

from __future__ import annotations

import json

import pytest

from chat.actions.messages import perform_change
from chat.actions.rooms import add_member, leave_room, rename_room
from chat.protocol import Edit, Send
from chat.queries import events


@pytest.fixture
def after(own_store, people, everyone):
    """Does something in the room, and returns the stretch of the log that it made."""

    async def done(action, *args) -> events.Stretch:
        head = (await events.heads([everyone]))[everyone]
        await own_store.transaction(action, *args)
        found = await events.read(everyone, head, (await events.heads([everyone]))[everyone])
        assert len(json.loads(found.events)) == found.last - head > 0
        return found

    return done


async def test_who_left_and_a_new_name_are_known_by_columns(after, people, everyone):
    alice, bob = people["alice"].pk, people["bob"].pk
    left = await after(leave_room, everyone, bob)
    assert (left.somebody_left, left.renamed) == (True, False)
    joined = await after(add_member, everyone, bob, alice)
    assert (joined.somebody_left, joined.renamed) == (False, False)
    renamed = await after(rename_room, everyone, "Lobby", alice)
    assert (renamed.somebody_left, renamed.renamed) == (False, True)


async def test_words_that_look_like_an_event_are_words(after, people, everyone):
    alice, bob = people["alice"].pk, people["bob"].pk
    body = '"joined":false,"kind":"room" {"kind":"member","joined":false} \\"kind\\":\\"room\\"'
    sent = await after(perform_change, alice, Send(everyone, "c-1", body))
    (event,) = json.loads(sent.events)
    edited = await after(perform_change, alice, Edit("c-2", event["message"]["id"], body + body))
    for found in (sent, edited):
        assert (found.somebody_left, found.renamed) == (False, False)
    named = await after(rename_room, everyone, '"joined":false', bob)
    assert (named.somebody_left, named.renamed) == (False, True)


async def test_one_departure_among_many_events_is_known(after, people, everyone):
    def much(connection) -> None:
        for n in range(20):
            perform_change(connection, people["alice"].pk, Send(everyone, f"c-{n}", "Hello"))
        leave_room(connection, everyone, people["bob"].pk)
        perform_change(connection, people["alice"].pk, Send(everyone, "last", "Bye"))

    found = await after(much)
    assert (found.somebody_left, found.renamed) == (True, False)
