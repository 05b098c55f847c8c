"""The last byte is there, and everything may still go wrong. In this process, so that it can be stopped anywhere."""

from __future__ import annotations

import hashlib
import os
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from PIL import Image

from chat.actions import uploads as actions
from chat.actions.refused import Refused
from chat.actions.uploads import Full, Wanted
from chat.files import parts
from chat.files.blobs import blobs
from chat.live.sweep import sweep
from chat.models import Content, File
from chat.queries.uploads import Upload, find
from chat.uploads import finishing, operations

pytestmark = pytest.mark.usefixtures("own_store")


class Ended(BaseException):
    """The process ends here."""


async def begun(store, bob: int, room: int, length: int, upload_id: str | None = None) -> Upload:
    wanted = Wanted(upload_id, room, "a.bin", "", length, "")
    found = await find(bob, await store.transaction(actions.begin, bob, wanted))
    assert found is not None
    return found


async def come(upload: Upload, content: bytes) -> None:
    part = await parts.run(parts.Part, upload.id)
    part.append(content)
    part.sync()
    part.close()


def picture(folder: Path) -> bytes:
    path = folder / "picture.png"
    pixels = Image.frombytes("RGB", (40, 30), os.urandom(3600))
    pixels.save(path)
    return path.read_bytes()


async def test_wherever_finishing_ends_the_next_look_finishes_it(own_store, bob, everyone, monkeypatch, tmp_path):
    """At each step of it: what goes to a thread, and what goes to the database."""
    content = picture(tmp_path)
    for step in count(1):
        upload = await begun(own_store, bob, everyone, len(content))
        await come(upload, content)
        whole = await _finish_up_to(upload, step, own_store, monkeypatch)
        again = await find(bob, upload.id)
        assert again is not None
        assert await operations._come_so_far(again) == len(content)
        done = await find(bob, upload.id)
        assert done is not None
        assert (done.finished, done.type, done.width) == (True, "image/png", 40)
        assert all(blobs.has(key) for key in done.keys)
        left = [path.name for path in parts.folder().iterdir() if path.name.startswith(upload.id)]
        assert not left or again.finished  # only the last step was missing: what is left goes after a day
        await sync_to_async(File.objects.all().delete)()
        await _everything_goes()
        if whole:
            break
    assert step > 5


async def _finish_up_to(upload: Upload, step: int, store: Any, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether it came to its end before that step."""
    steps = count(1)

    def ending(work: Any) -> Any:
        async def one_step(*args: Any) -> Any:
            if next(steps) == step:
                raise Ended
            return await work(*args)

        return one_step

    with monkeypatch.context() as patch:
        patch.setattr(parts, "run", ending(parts.run))
        patch.setattr(store, "transaction", ending(store.transaction))
        try:
            await finishing.finish(upload)
        except Ended:
            return False
    return True


async def _everything_goes() -> None:
    """No bytes are left whose rows are gone: those that nobody refers to are found by the sweep alone."""
    await sync_to_async(Content.objects.update)(doomed_at="2026-01-01T00:00:00Z")
    keys = [key async for key in Content.objects.values_list("key", flat=True)]
    await sweep()
    assert not any(blobs.has(key) for key in keys)
    assert await Content.objects.acount() == 0


async def test_an_upload_that_goes_while_it_is_finished_leaves_nothing(own_store, bob, everyone):
    upload = await begun(own_store, bob, everyone, 5)
    await come(upload, b"hello")
    await File.objects.filter(pk=upload.id).adelete()
    await finishing.finish(upload)
    assert await Content.objects.acount() == 0
    assert not parts.path_of(upload.id).exists()


async def test_the_row_is_there_before_the_bytes(own_store, bob, everyone, monkeypatch):
    upload = await begun(own_store, bob, everyone, 5)
    await come(upload, b"hello")
    seen = []
    put = blobs.put

    def watched(key: str, source: Any) -> None:
        seen.append(Content.objects.filter(key=key).exists())
        put(key, source)

    monkeypatch.setattr(blobs, "put", watched)
    await finishing.finish(upload)
    assert seen == [True]
    assert blobs.has((await Content.objects.aget(sha256=hashlib.sha256(b"hello").hexdigest())).key)


async def test_a_full_share_and_a_full_installation(own_store, bob, people, everyone, settings):
    settings.MAX_PERSON_GB = 2
    gigabyte = 1024**3
    await begun(own_store, bob, everyone, gigabyte)
    await begun(own_store, bob, everyone, gigabyte, "mine")
    with pytest.raises(Full):
        await begun(own_store, bob, everyone, 1)
    await begun(own_store, bob, everyone, gigabyte, "mine")  # it has begun already
    await begun(own_store, people["carla"].pk, everyone, 1)
    settings.MAX_PERSON_GB, settings.MAX_STORAGE_GB = 0, 2
    with pytest.raises(Full):
        await begun(own_store, people["carla"].pk, everyone, 1)
    settings.MAX_STORAGE_GB = 3
    await begun(own_store, people["carla"].pk, everyone, 1)


async def test_only_members_begin(own_store, bob):
    with pytest.raises(Refused) as refused:
        await begun(own_store, bob, 10**6, 1)
    assert refused.value.code == "not_found"
