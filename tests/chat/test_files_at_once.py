"""Files that several want at the same time: to send them, to remove them, to share what they are made of."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from chat.actions import rooms
from chat.actions.contents import doomed, forget, keep
from chat.actions.files import remove_old_unsent, remove_unsent
from chat.actions.uploads import Wanted, begin
from chat.files import parts
from chat.files.blobs import blobs
from chat.live.batch import commit_batch
from chat.live.operation import Lane, Operation, Outcome
from chat.live.sweep import sweep
from chat.models import Content, File, Message, Room
from chat.protocol import Ack, Delete, Send
from chat.queries.uploads import KEEP_UNSENT_HOURS, find
from chat.uploads import finishing
from storage.store import Connection, store
from tests.support.meeting import Work, at_once
from tests.support.uploaded import uploaded

pytestmark = pytest.mark.django_db(transaction=True)

FILES = "SELECT 1 FROM chat_file FOR UPDATE"
ROOMS = "SELECT 1 FROM chat_room FOR UPDATE"
CONTENTS = "SELECT 1 FROM chat_content FOR UPDATE"

BYTES = b"the same bytes"
HASH = hashlib.sha256(BYTES).hexdigest()


def do(user: int, frame: Any) -> Outcome:
    """Commit a frame as a server does."""
    operation = Operation(user, frame, Lane(), 0, lambda _: None)
    outcomes, _ = store.run_transaction(commit_batch, [operation])
    return outcomes[operation]


def doing(user: int, frame: Any) -> Work:
    return lambda: do(user, frame)


def sweeping() -> list[str]:
    return store.run_transaction(remove_old_unsent, 100)


def words(results: list[Any]) -> list[Any]:
    return ["ack" if isinstance(it, Ack) else str(it.code) if hasattr(it, "code") else it for it in results]


@pytest.fixture
def old(bob, everyone) -> File:
    """An upload that was never sent, and is about to go."""
    file = uploaded(bob, everyone, data=BYTES)
    File.objects.update(created_at=timezone.now() - timedelta(hours=KEEP_UNSENT_HOURS, minutes=1))
    return file


@pytest.fixture
def sent(bob, everyone) -> Callable[[], tuple[int, int | None]]:
    """Sends a file of the same bytes as all others into a room of its own; the message, and the file's content."""
    numbers = iter(range(10))

    def sent() -> tuple[int, int | None]:
        room = store.run_transaction(rooms.create_room, f"Room {next(numbers)}", Room.Kind.CLOSED, bob)
        file = uploaded(bob, room, data=BYTES)
        ack = do(bob, Send(room, f"sent-{room}", "", files=[file.id]))
        assert isinstance(ack, Ack)
        return ack.id, file.content_id

    return sent


# Sending


def test_of_two_that_send_an_upload_one_does(bob, everyone):
    file = uploaded(bob, everyone)
    sends = [doing(bob, Send(everyone, f"b{number}", "", files=[file.id])) for number in range(2)]
    assert words(at_once(ROOMS, *sends)) == ["ack", "conflict"]
    assert Message.objects.count() == 1


def test_one_who_was_taken_out_sends_no_file(bob, everyone):
    file = uploaded(bob, everyone)
    out: Work = lambda: store.run_transaction(rooms.end_membership, everyone, bob)  # noqa: E731
    assert words(at_once(ROOMS, out, doing(bob, Send(everyone, "b", "", files=[file.id])))) == [True, "not_found"]
    assert File.objects.get().message_id is None


# Removing what was not sent


def test_what_is_sent_at_the_last_moment_stays(old, bob, everyone):
    assert words(at_once(FILES, doing(bob, Send(everyone, "b", "", files=[old.id])), sweeping)) == ["ack", []]
    assert File.objects.get().message_id is not None
    assert not Content.objects.exclude(doomed_at=None).exists()


def test_what_is_removed_at_the_last_moment_is_not_sent(old, bob, everyone):
    assert words(at_once(FILES, sweeping, doing(bob, Send(everyone, "b", "", files=[old.id])))) == [
        [old.id],
        "not_ready",
    ]
    assert not Message.objects.exists()
    assert [kept.id for kept in store.run_transaction(doomed, 100)] == [old.content_id]


def test_two_that_remove_are_not_in_each_other_s_way(old, bob, everyone):
    more = [uploaded(bob, everyone, f"{number}").id for number in range(5)]
    File.objects.update(created_at=old.created_at - timedelta(days=2))
    one, other = at_once(FILES, sweeping, sweeping)
    assert (sorted(one), other) == (sorted([old.id, *more]), [])


def test_only_what_is_old_and_unsent_goes(old, bob, everyone):
    uploaded(bob, everyone, "new")
    half = uploaded(bob, everyone, "half", finished_at=None)
    was_sent = uploaded(bob, everyone, "sent")
    do(bob, Send(everyone, "b", "", files=[was_sent.id]))
    long_ago = timezone.now() - timedelta(days=2)
    File.objects.filter(pk__in=[half.pk, was_sent.pk]).update(created_at=long_ago)
    assert sorted(sweeping()) == sorted([old.id, half.id])
    assert sorted(File.objects.values_list("name", flat=True)) == ["new", "sent"]
    assert sweeping() == []


# Sharing


def test_the_last_two_that_go_at_once_take_the_content_with_them(bob, sent):
    (one, content), (other, same) = sent(), sent()
    assert content == same
    assert words(at_once(CONTENTS, doing(bob, Delete("d1", one)), doing(bob, Delete("d2", other)))) == ["ack", "ack"]
    assert [kept.id for kept in store.run_transaction(doomed, 100)] == [content]
    store.run_transaction(forget, [content])
    assert not Content.objects.exists()


def sharing(bob: int, everyone: int) -> Work:
    """What an upload of the same bytes does at its end."""

    def share(connection: Connection) -> int:
        kept = keep(connection, HASH, len(BYTES))
        File.objects.create(
            owner_id=bob, room_id=everyone, name="again", bytes=1, content_id=kept.id, created_at=timezone.now()
        )
        return kept.id

    return lambda: store.run_transaction(share)


def test_what_comes_again_while_it_goes_is_another_content(bob, everyone, sent):
    message, content = sent()
    ack, again = at_once(CONTENTS, doing(bob, Delete("d", message)), sharing(bob, everyone))
    assert words([ack]) == ["ack"]
    assert again != content
    assert [kept.id for kept in store.run_transaction(doomed, 100)] == [content]
    one, other = Content.objects.order_by("id")
    assert one.sha256 == other.sha256
    assert one.key != other.key


def test_what_comes_again_just_before_it_goes_stays(bob, everyone, sent):
    message, content = sent()
    again, ack = at_once(CONTENTS, sharing(bob, everyone), doing(bob, Delete("d", message)))
    assert words([ack, again]) == ["ack", content]
    assert store.run_transaction(doomed, 100) == []


def test_nothing_is_forgotten_that_is_not_doomed(sent):
    _, content = sent()
    store.run_transaction(forget, [content])
    assert Content.objects.filter(pk=content).exists()


async def test_an_upload_that_is_removed_while_its_bytes_are_put_away(own_store, bob, everyone, monkeypatch):
    wanted = Wanted("u", everyone, "a.txt", "text/plain", len(BYTES))
    upload = await own_store.transaction(begin, bob, wanted)
    part = await parts.run(parts.Part, upload)
    await parts.run(part.append, BYTES)
    await parts.run(part.close)
    put, keys = finishing._put, []

    def late(kept, source):
        keys.append(kept.key)
        asyncio.run_coroutine_threadsafe(removed(), loop).result(60)
        put(kept, source)

    async def removed():
        await own_store.transaction(remove_unsent, [upload])
        await sweep()

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(finishing, "_put", late)
    begun = await find(bob, upload)
    assert begun is not None
    await finishing.finish(begun)
    assert [blobs.has(key) for key in keys] == [False]
