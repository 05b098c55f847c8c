"""The protocol on its own: golden frames, shared with the JavaScript tests, and everything that is no frame."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat import protocol
from chat.protocol import (
    Ack,
    Code,
    Delete,
    Edit,
    FrameError,
    Hello,
    History,
    Ping,
    React,
    Read,
    Send,
    Sync,
    Typing,
    decode,
    fields,
)
from tests.chat.bad_frames import GOOD, bad_frames

FRAMES = Path(__file__).resolve().parent.parent / "frames"
PICKER = FRAMES.parent.parent / "frontend/static/frontend/vendor/emoji-picker-element-data/en/emojibase/data.json"
CLIENT = json.loads((FRAMES / "client.json").read_text())
SERVER = json.loads((FRAMES / "server.json").read_text())

KNOWN = {
    "hello": Hello,
    "send": Send,
    "edit": Edit,
    "delete": Delete,
    "react": React,
    "read": Read,
    "typing": Typing,
    "sync": Sync,
    "history": History,
    "ping": Ping,
}


def names(cases: list[dict[str, Any]]) -> list[str]:
    return [case["name"] for case in cases]


# What clients say


@pytest.mark.parametrize("frame", [case["frame"] for case in CLIENT], ids=names(CLIENT))
def test_golden_client_frames_decode_to_what_they_say(frame):
    decoded = decode(json.dumps(frame))
    assert type(decoded) is KNOWN[frame["type"]]
    said = dataclasses.asdict(decoded)
    expected = {name: value for name, value in frame.items() if name != "type"}
    if "rooms" in expected:
        expected["rooms"] = {int(room): cursor for room, cursor in expected["rooms"].items()}
    assert said | expected == said


def test_every_known_type_has_a_golden_frame():
    assert {case["frame"]["type"] for case in CLIENT} == KNOWN.keys()


def test_what_is_left_out_has_its_default():
    assert decode('{"type": "hello", "v": 1}') == Hello(1, {}, None)
    assert decode('{"type": "send", "room": 7, "client_id": "c", "body": "Hi"}') == Send(7, "c", "Hi", None)
    assert decode('{"type": "sync", "room": 7, "after": 0}') == Sync(7, 0, 200)
    assert decode('{"type": "history", "room": 7}') == History(7)
    assert decode('{"type": "history", "room": 7, "before": null}') == History(7)


def test_a_page_lies_before_after_or_around_one_place():
    assert decode('{"type": "history", "room": 7, "after": 0}') == History(7, after=0)
    for places in ({"before": 5, "after": 1}, {"after": 1, "around": 1}, {"before": 5, "after": 1, "around": 1}):
        with pytest.raises(FrameError) as refused:
            decode(json.dumps({"type": "history", "room": 7, **places}))
        assert refused.value.code is Code.BAD_FRAME


@pytest.mark.parametrize(
    "emoji",
    [
        "👍",
        "👍🏽",
        "❤",
        "❤️",
        "☕",
        "✌🏿",
        "1️⃣",
        "#⃣",
        "🇩🇪",
        "🏴󠁧󠁢󠁥󠁮󠁧󠁿",
        "🏳️‍🌈",
        "👩🏽‍💻",
        "👨‍👩‍👧‍👦",
        "👩🏻‍❤️‍💋‍👨🏼",
        "🫠",
        "㊗️",
        "↔️",
        "🕵️‍♀️",
    ],
)
def test_what_people_call_an_emoji_is_one(emoji):
    frame = decode(json.dumps({**GOOD["react"], "emoji": emoji}))
    assert isinstance(frame, React)
    assert frame.emoji == emoji


@pytest.mark.parametrize(
    "text",
    [
        *("あ", "カ", "漢", "①", "→", "┼", "ä", "1", "#", "👍👍", "👍 ", "👍a", "🇩", "🇩🇪🇫🇷", "…", "〜", "ㄅ", "Ⓐ"),
        *("\u200d", "\ufe0f", "👍\u200d", "\u200d👍", "🏴\U000e0067", "\U000e0067", "\u20e3", "a\u20e3", "👍" * 17),
    ],
)
def test_what_is_no_emoji_is_none(text):
    with pytest.raises(FrameError) as refused:
        decode(json.dumps({**GOOD["react"], "emoji": text}))
    assert refused.value.code is Code.BAD_FRAME


def test_unknown_fields_are_left_alone():
    assert decode('{"type": "ping", "n": 1, "later": {"v": [2]}}') == Ping(1)


def test_a_body_is_taken_as_it_is():
    for body in (
        "  indented",
        "👍🏽",
        "a\u200db",
        "\u202e",
        "line\nline\r\n\ttab",
        "日本語",
        "<b>&amp;</b>",
        "'; --",
        "%s %%",
    ):
        frame = decode(json.dumps({**GOOD["send"], "body": body}))
        assert isinstance(frame, Send)
        assert frame.body == body


@pytest.mark.parametrize("text", bad_frames().values(), ids=bad_frames().keys())
def test_a_bad_frame_is_refused(text):
    with pytest.raises(FrameError) as refused:
        decode(text)
    assert refused.value.code in {Code.BAD_FRAME, Code.TOO_LARGE}
    answer = json.loads(refused.value.encode())
    assert answer["type"] in {"error", "nack"}


def test_a_binary_frame_is_refused():
    with pytest.raises(FrameError) as refused:
        decode(None)
    assert refused.value.code is Code.BAD_FRAME


def test_what_is_too_large_is_called_so():
    body = "x" * fields.MAX_BODY_CHARS
    assert isinstance(decode(json.dumps({**GOOD["send"], "body": body})), Send)
    for text in (json.dumps({**GOOD["send"], "body": body + "x"}), json.dumps(GOOD["ping"]) + " " * 65_536):
        with pytest.raises(FrameError) as refused:
            decode(text)
        assert refused.value.code is Code.TOO_LARGE


def test_a_refused_send_is_a_nack_where_its_client_id_can_be_read():
    with pytest.raises(FrameError) as refused:
        decode(json.dumps({**GOOD["send"], "body": ""}))
    answer = json.loads(refused.value.encode())
    assert (answer["type"], answer["client_id"], answer["code"]) == ("nack", "c-1", "bad_frame")
    assert answer["retry"] is False


def test_a_refused_send_without_a_usable_client_id_is_an_error():
    with pytest.raises(FrameError) as refused:
        decode(json.dumps({**GOOD["send"], "client_id": "no spaces"}))
    assert json.loads(refused.value.encode())["type"] == "error"


def test_only_changes_are_nacked():
    with pytest.raises(FrameError) as refused:
        decode(json.dumps({"type": "sync", "room": "x", "after": 0, "client_id": "c-1"}))
    assert json.loads(refused.value.encode())["type"] == "error"


def test_the_last_of_two_equal_keys_counts():
    assert decode('{"type": "ping", "n": 1, "n": 2}') == Ping(2)


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([*GOOD, "\ud800", "a\0"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
field_names = sorted({name for frame in GOOD.values() for name in frame} | {"reply_to", "limit", "before", "epoch"})


def decodes_or_is_refused(text: str) -> None:
    try:
        decode(text)
    except FrameError as refused:
        refused.encode().encode()  # it can travel, too


@given(st.text())
def test_no_text_raises_anything_but_a_frame_error(text):
    decodes_or_is_refused(text)


@given(anything)
def test_no_json_raises_anything_but_a_frame_error(value):
    decodes_or_is_refused(json.dumps(value))


@given(st.sampled_from(list(GOOD.values())), st.dictionaries(st.sampled_from(field_names), anything, max_size=4))
def test_no_field_raises_anything_but_a_frame_error(frame, fields):
    decodes_or_is_refused(json.dumps(frame | fields))


@given(st.sampled_from(list(GOOD.values())), st.data())
def test_no_damaged_frame_raises_anything_but_a_frame_error(frame, data):
    text = json.dumps(frame)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    decodes_or_is_refused(text[:start] + data.draw(st.text(max_size=6)) + text[end:])


# What the server says


ENCODERS: dict[str, Callable[..., str]] = {
    "welcome": lambda v, rooms, window, ping_ms, **fields: protocol.welcome(rooms=json.dumps(rooms), **fields),
    "ack": lambda **fields: Ack(**fields).encode(),
    "nack": protocol.nack,
    "events": lambda events, **fields: protocol.events(
        fields["room"], fields["from"], fields["to"], json.dumps(events), more=fields["more"]
    ),
    "rooms": lambda rooms: protocol.rooms(json.dumps(rooms)),
    "page": lambda room, messages, lines, more, newer=None, **cursor: protocol.page(
        room, json.dumps(messages), json.dumps(lines), cursor=cursor, more=more, newer=newer
    ),
    "reset": protocol.reset,
    "read": protocol.read_position,
    "error": protocol.error,
    "pong": protocol.pong,
    "bye": protocol.bye,
    "typing": lambda room, user: protocol.typing(room, user["id"], user["name"]),
    "presence": lambda room, user, state: protocol.presence(room, user["id"], user["name"], online=state == "online"),
}


@pytest.mark.parametrize("frame", [case["frame"] for case in SERVER], ids=names(SERVER))
def test_golden_server_frames_are_what_the_server_says(frame):
    fields = {name: value for name, value in frame.items() if name != "type"}
    assert json.loads(ENCODERS[frame["type"]](**fields)) == frame


def test_golden_server_frames_use_codes_of_the_protocol_alone():
    codes = {case["frame"]["code"] for case in SERVER if "code" in case["frame"]}
    assert codes <= {code.value for code in Code}


def test_every_emoji_of_the_picker_is_one_here():
    offered = [each for entry in json.loads(PICKER.read_text()) for each in [entry, *entry.get("skins", ())]]
    assert len(offered) > 3_000
    for entry in offered:
        for emoji in (entry["emoji"], entry["emoji"].replace("\ufe0f", "")):
            if not emoji.isascii():
                react = decode(json.dumps({**GOOD["react"], "emoji": emoji}))
                assert isinstance(react, React)
                assert react.emoji == emoji
