"""One text frame of a client's, to what it says."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from chat.protocol.client import CLIENT_FRAMES, Change, ClientFrame
from chat.protocol.codes import MAX_FRAME_BYTES, Code
from chat.protocol.errors import FrameError
from chat.protocol.fields import CLIENT_ID
from chat.protocol.shapes import read


def decode(text: str | None) -> ClientFrame:
    """Turn one text frame into what it says. None stands for a binary frame. Unknown fields are ignored.

    Raises:
        FrameError: for anything else than a well-formed frame of a known type, whatever it is.
    """
    given = parse(text)
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in CLIENT_FRAMES:
        raise FrameError(Code.BAD_FRAME, "type names no frame that is known here")
    shape = CLIENT_FRAMES[kind]
    try:
        frame: ClientFrame = read(shape, given)
    except FrameError as refused:
        client_id = given.get("client_id")
        if issubclass(shape, Change) and isinstance(client_id, str) and CLIENT_ID.fullmatch(client_id):
            refused.client_id = client_id
        raise
    return frame


def parse(text: str | None) -> dict[str, Any]:
    """The JSON object that a text is.

    Raises:
        FrameError: it is none, or too large.
    """
    if text is None:
        raise FrameError(Code.BAD_FRAME, "a frame must be text")
    if len(text) > MAX_FRAME_BYTES:
        raise FrameError(Code.TOO_LARGE, "the frame is too large")
    try:
        given = _DECODER.decode(text)
    except (ValueError, RecursionError):
        raise FrameError(Code.BAD_FRAME, "the frame is not JSON") from None
    if not isinstance(given, dict):
        raise FrameError(Code.BAD_FRAME, "a frame must be a JSON object")
    return given


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


# Made once: `json.loads` with an argument makes one for each call.
_DECODER = json.JSONDecoder(parse_constant=_no_constant)
