"""What follows from the declaration of the frames is current, and what really travels is what is declared."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from chat.management.commands.protocol import WRITTEN
from chat.protocol import FrameError, decode
from chat.protocol.export.schema import schema
from tests.chat.bad_frames import BAD_FIELDS, GOOD
from tests.support.api import Api
from tests.support.environment import ROOT

SCHEMA = schema()


def validator(side: str, **more: Any) -> Draft202012Validator:
    definitions = {
        name: {**shape, **(more if "properties" in shape else {})} for name, shape in SCHEMA["$defs"].items()
    }
    return Draft202012Validator({"$ref": f"#/$defs/{side}", "$defs": definitions})


CLIENT = validator("ClientFrame")
SERVER = validator("ServerFrame", additionalProperties=False)  # what is not declared is not said


@pytest.mark.parametrize("name", WRITTEN)
def test_what_follows_from_the_declaration_is_current(name):
    text = (ROOT / name).read_text()
    assert WRITTEN[name](text) == text, "manage.py protocol writes it anew"


def test_the_schema_is_one():
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize(("side", "frames"), [(CLIENT, "client"), (SERVER, "server")], ids=["client", "server"])
def test_golden_frames_are_as_declared(side, frames):
    for case in json.loads((ROOT / "tests" / "frames" / f"{frames}.json").read_text()):
        side.validate(case["frame"])


values = [value for bad in BAD_FIELDS.values() for value in bad if value is not None]
names = sorted({name for _, name in BAD_FIELDS} | {"on", "emoji", "message", "after", "around"})


@settings(deadline=None)  # what may take long is the validator, on a busy machine
@given(
    st.sampled_from(list(GOOD.values())), st.dictionaries(st.sampled_from(names), st.sampled_from(values), max_size=2)
)
def test_what_the_server_takes_fits_the_schema(frame, changes):
    text = json.dumps(frame | changes)
    try:
        decode(text)
    except FrameError:
        return
    CLIENT.validate(json.loads(text))


@pytest.mark.parametrize(
    "changes",
    [
        {"room": 0},
        {"room": "7"},
        {"client_id": "a b"},
        {"files": ["a b"]},
        {"body": " \n"},
        {"body": "a\0"},
        {"reply_to": 0},
    ],
    ids=str,
)
def test_what_the_server_refuses_the_schema_refuses(changes):
    frame = GOOD["send"] | changes
    with pytest.raises(FrameError):
        decode(json.dumps(frame))
    assert not CLIENT.is_valid(frame)


async def test_everything_that_a_server_says_is_declared(server, room):
    async with server.client("bob") as bob, server.client("carla") as carla:
        first = await bob.say(room, "Hello")
        reply = await carla.say(room, "An answer", reply_to=first["id"])
        for number, change in enumerate(
            [
                {"type": "edit", "message": first["id"], "body": "Hello, all"},
                {"type": "react", "message": first["id"], "emoji": "👍", "on": True},
                {"type": "delete", "message": first["id"]},
                {"type": "edit", "message": 2**40, "body": "nowhere"},
            ]
        ):
            await bob.send({**change, "client_id": f"declared-{number}"})
        await bob.send({"type": "typing", "room": room})
        async with Api(server, "carla") as api:
            await api.patch(f"/api/rooms/{room}/", {"name": "Declared"})
            await api.post(f"/api/rooms/{room}/leave/")
            await api.post(f"/api/rooms/{room}/join/")
            await api.post("/api/direct/", {"user": server.world.people["bob"].id})
        for cursor in ({}, {"before": reply["seq"]}, {"after": 0}, {"around": reply["seq"]}):
            await bob.send({"type": "history", "room": room, **cursor})
        await bob.send({"type": "sync", "room": room, "after": 0})
        await bob.send({"type": "sync", "room": room, "after": 2**40})
        await bob.send({"type": "sync", "room": 2**40, "after": 0})
        await bob.send({"type": "nothing"})
        await bob.is_alive()
        async with server.client("carla") as again:
            await again.until_seen(room, bob.logs[room].last)
        await carla.until(lambda: any(frame["type"] == "typing" for frame in carla.inbox))
        await bob.until_seen(room, server.head(room))
        said = [bob.welcome, carla.welcome, *bob.inbox, *carla.inbox, *again.inbox]
    kinds = {frame["type"] for frame in said} | {event["kind"] for event in bob.events_seen}
    assert kinds >= {"welcome", "ack", "nack", "events", "rooms", "page", "reset", "typing", "error"}
    assert kinds >= {"message", "edit", "delete", "reaction", "member", "room"}
    for frame in said:
        SERVER.validate(frame)
