"""What is said of uploads, and refusals that have a status of their own."""

from __future__ import annotations

from typing import Any

from django.utils.http import http_date

from chat.actions.refused import Refused
from chat.http.exchange import Header
from chat.protocol import Code
from chat.queries.uploads import Upload
from chat.uploads.headers import VERSION, Metadata, write_metadata

BASE = "/api/v1/uploads/"
SPOKEN: tuple[Header, ...] = (("Tus-Resumable", VERSION),)


class Answered(Refused):
    """A refusal that HTTP or tus has a status for, and perhaps headers."""

    def __init__(self, status: int, code: Code, message: str, *headers: Header) -> None:
        super().__init__(code, message)
        self.status = status
        self.headers = headers


def no_such_upload() -> Refused:
    """Also for those of others."""
    return Refused(Code.NOT_FOUND, "there is no such upload")


def progress(upload: Upload, offset: int) -> list[Header]:
    """How far it is, and when it will be removed."""
    expires = [] if upload.expires is None else [("Upload-Expires", http_date(upload.expires))]
    return [*SPOKEN, ("Upload-Offset", str(offset)), *expires]


def description(upload: Upload, offset: int) -> list[Header]:
    """All that tus can say of it."""
    said = Metadata(upload.room, upload.name, upload.declared, upload.description, upload.upload_id)
    metadata = ("Upload-Metadata", write_metadata(said))
    return [*progress(upload, offset), ("Upload-Length", str(upload.bytes)), metadata]


def facts(upload: Upload, offset: int) -> dict[str, Any]:
    """The same for programs, with what was found out once it is finished."""
    said: dict[str, Any] = {
        "id": upload.id,
        "upload_id": upload.upload_id,
        "room": upload.room,
        "name": upload.name,
        "bytes": upload.bytes if upload.kept is None else upload.kept,
        "offset": offset,
        "finished": upload.finished,
    }
    if upload.finished:
        known = {"width": upload.width, "height": upload.height, "preview": upload.preview}
        said |= {"type": upload.type, **{name: value for name, value in known.items() if value is not None}}
    return said
