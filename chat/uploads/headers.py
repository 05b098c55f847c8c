"""What tus says in headers."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from binascii import Error
from dataclasses import dataclass

from chat.actions.refused import Refused
from chat.protocol import Code
from chat.protocol.fields import MAX_ID
from chat.uploads.names import cleaned, cleaned_description

VERSION = "1.0.0"
EXTENSIONS = "creation,creation-with-upload,termination,expiration,checksum"
ALGORITHMS = ("sha1", "sha256")
MAX_METADATA_CHARS = 8192
MAX_TYPE_CHARS = 127

_NUMBER = re.compile(r"[0-9]{1,15}")
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+")


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a client says of what it will upload: `declared` is the type. What it did not say is empty."""

    room: int
    name: str
    declared: str
    description: str
    upload_id: str | None


@dataclass(frozen=True, slots=True)
class Checksum:
    """What a body must come to."""

    algorithm: str
    digest: bytes


def bad(message: str) -> Refused:
    """A request that is none of tus'."""
    return Refused(Code.BAD_FRAME, message)


def number(name: str, text: str | None) -> int:
    """The number that this header must be.

    Raises:
        Refused: it is missing or none.
    """
    if text is None:
        raise bad(f"{name} is missing")
    if not _NUMBER.fullmatch(text):
        raise bad(f"{name} must be a number")
    return int(text)


def read_metadata(text: str | None) -> Metadata:
    """What `Upload-Metadata` says; names that we do not know are passed over.

    Raises:
        Refused: something is missing or not what it must be.
    """
    said = _pairs(text or "")
    room = number("room, in Upload-Metadata,", said.get("room"))
    if not 0 < room <= MAX_ID:
        raise bad("room, in Upload-Metadata, must be the id of a room")
    upload_id = said.get("upload_id")
    if upload_id is not None and not _UPLOAD_ID.fullmatch(upload_id):
        raise bad("upload_id, in Upload-Metadata, must be 1 to 64 letters, digits, - and _ of ASCII")
    declared = said.get("filetype", "")
    is_type = len(declared) <= MAX_TYPE_CHARS and _TYPE.fullmatch(declared)
    return Metadata(
        room,
        cleaned(said.get("filename", "")),
        declared.lower() if is_type else "",
        cleaned_description(said.get("description", "")),
        upload_id,
    )


def _pairs(text: str) -> dict[str, str]:
    if len(text) > MAX_METADATA_CHARS:
        raise bad(f"Upload-Metadata must not be longer than {MAX_METADATA_CHARS} characters")
    found: dict[str, str] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = pair.partition(" ")
        if key in found:
            raise bad(f"Upload-Metadata has {key[:40]!a} twice")
        try:
            found[key] = b64decode(value, validate=True).decode()
        except (Error, UnicodeDecodeError):
            raise bad(f"Upload-Metadata must have the base64 of UTF-8 for {key[:40]!a}") from None
    return found


def write_metadata(said: Metadata) -> str:
    """`Upload-Metadata` that says so."""
    facts = {
        "filename": said.name,
        "filetype": said.declared,
        "room": str(said.room),
        "upload_id": said.upload_id,
        "description": said.description,
    }
    return ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in facts.items() if value)


def read_checksum(text: str | None) -> Checksum | None:
    """What `Upload-Checksum` says; None where there is none.

    Raises:
        Refused: it cannot be understood, or is of another algorithm than ours.
    """
    if text is None:
        return None
    algorithm, _, value = text.partition(" ")
    if algorithm not in ALGORITHMS:
        raise bad(f"Upload-Checksum must be of {' or '.join(ALGORITHMS)}")
    try:
        digest = b64decode(value, validate=True)
    except Error:
        raise bad("Upload-Checksum must be base64") from None
    if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
        raise bad(f"Upload-Checksum is not as long as those of {algorithm} are")
    return Checksum(algorithm, digest)
