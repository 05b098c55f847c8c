"""Names can be seen: of people, of rooms, and those that people log in with; wherever they are given."""

from __future__ import annotations

import pytest

from chat.protocol import fields
from tests.chat.test_accounts import invitation, submit
from tests.support.api import Api

BLANKS = {
    "Hangul filler": "\u3164",
    "Hangul fillers": "\u115f\u1160",
    "halfwidth Hangul filler": "\uffa0",
    "empty Braille": "\u2800 \u2800",
    "hieroglyphic blank": "\U00013441\U00013442",
    "a note without a head": "\U0001d159",
    "variation selectors": "\ufe0f\U000e0100",
    "Mongolian selectors": "\u180b\u180c",
    "Khmer inherent vowels": "\u17b4\u17b5",
    "a joiner of graphemes": "\u034f",
    "joiners": "\u200d\u200c",
    "an accent on nothing": "\u0301",
    "all together": "\u3164\u2800\ufe0f\u0301\u200d",
}


@pytest.mark.parametrize("blank", BLANKS.values(), ids=BLANKS)
def test_what_nobody_can_see_is_no_name(blank):
    with pytest.raises(fields.Invalid):
        fields.name(blank)


@pytest.mark.parametrize(
    "name",
    [
        "O",
        "7",
        "?",
        "🐈",
        "❤️",
        "1️⃣",
        "🇩🇪",
        "👩‍💻",
        "é",
        "e\u0301",
        "김민수",
        "\u1112\u1161\u11ab",
        "می‌خواهم",
        "⠃⠕⠃",
        "ṩ̇",
    ],
)
def test_what_can_be_seen_is_a_name(name):
    assert fields.name(name) == name


@pytest.mark.parametrize("blank", ["\u3164", "\u2800\u2800"])
async def test_nobody_and_no_room_is_called_nothing(server, blank):
    people = server.rows("SELECT id, name FROM chat_user")
    with server.browser("bob") as bob, server.browser("alice") as alice, server.browser() as visitor:
        path = invitation(alice)
        assert "problems" in submit(visitor, path, name=blank, username="dora", password="three quiet geese").text
        token = submit(bob, "/account/", name=blank)
        assert token.status_code == 200
    async with Api(server, "bob") as api:
        refused = await api.raw("POST", "/api/rooms/", {"name": blank, "kind": "closed"})
        assert (refused.status_code, refused.json()["code"]) == (400, "bad_frame")
    assert server.rows("SELECT id, name FROM chat_user") == people
    assert not server.rows("SELECT 1 FROM chat_room WHERE name = %s", [blank])


@pytest.mark.parametrize("username", ["\u3164", "alice\u3164", "\u1160bob", "\uffa0"])
def test_no_user_name_has_letters_that_nobody_sees(server, username):
    before = server.rows("SELECT count(*) FROM chat_user")
    with server.browser("alice") as alice, server.browser() as visitor:
        answer = submit(visitor, invitation(alice), name="Dora", username=username, password="three quiet geese")
    assert "A user name is made of letters one can see." in answer.text
    assert server.rows("SELECT count(*) FROM chat_user") == before
