"""Messages with files: whose and which may be sent, what travels, and what goes with a message that is taken back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asgiref.sync import sync_to_async

from chat.actions import rooms
from chat.actions.files import url
from chat.actions.messages import set_deleted
from chat.live.batch import commit_batch
from chat.live.operation import Lane, Operation
from chat.models import Content, File, Message, Room
from chat.protocol import Delete, Edit, History, Send
from chat.queries import events, messages
from storage.store import store
from tests.support.uploaded import uploaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("on_both_paths")]

Uploaded = Any


@pytest.fixture
def upload(bob, everyone):
    """Bob's uploads for everyone, unless another owner or room is named."""

    async def upload(name: str = "plan.pdf", **more: Any) -> File:
        said = {"owner": bob, "room": everyone, **more}
        return await sync_to_async(uploaded)(name=name, **said)

    return upload


async def travelled(user: int, room: int) -> list[dict[str, Any]]:
    """The room's messages as a page has them. Those events that carry them say the same."""
    page: list[dict[str, Any]] = json.loads(await messages.page(user, History(room)) or "null")["messages"]
    log = json.loads((await events.read(room, 0, 1000)).events)
    of_log = {event["message"]["id"]: event["message"] for event in log if event["kind"] == "message"}
    for message in page:
        assert {**message, **of_log[message["id"]]} == message
    return page


# What travels


async def test_files_travel_with_their_message_in_the_order_of_the_send(commit, upload, bob, everyone):
    picture = await upload(
        "Tee, heiß.jpg",
        type="image/jpeg",
        bytes=50000,  # with all that the camera had noted
        data=bytes(48213),
        width=40,
        height=30,
        preview="data:,",
        thumb=b"small",
        description="Tea",
    )
    plan = await upload(upload_id="plan-1", type="application/pdf", data=bytes(7))
    assert await commit((bob, Send(everyone, "b1", "", files=["plan-1", picture.id]))) == ["ack"]
    (message,) = await travelled(bob, everyone)
    assert message["body"] == ""
    assert message["files"] == [
        {"id": plan.id, "name": "plan.pdf", "type": "application/pdf", "bytes": 7, "url": f"/files/{plan.id}/plan.pdf"},
        {
            "id": picture.id,
            "name": "Tee, heiß.jpg",
            "type": "image/jpeg",
            "bytes": 48213,
            "url": f"/files/{picture.id}/Tee%2C%20hei%C3%9F.jpg",
            "width": 40,
            "height": 30,
            "preview": "data:,",
            "thumb": f"/files/{picture.id}/thumb",
            "description": "Tea",
        },
    ]
    rows = [(f.id, f.message_id, f.place) async for f in File.objects.order_by("place")]
    assert rows == [(plan.id, message["id"], 0), (picture.id, message["id"], 1)]


async def test_messages_with_and_without_files_keep_their_order(commit, upload, bob, people, everyone):
    await upload(upload_id="f")
    sends = [(bob, Send(everyone, "b1", "1")), (bob, Send(everyone, "b2", "2", files=["f"]))]
    sends += [(people["carla"].pk, Send(everyone, "c1", "c")), (bob, Send(everyone, "b3", "3"))]
    assert await commit(*sends) == ["ack"] * 4
    page = await travelled(bob, everyone)
    assert [(message["body"], len(message["files"])) for message in page] == [("1", 0), ("2", 1), ("c", 0), ("3", 0)]


@pytest.mark.parametrize("name", ["thumb", ".", "..", "", "a/b", "../x", "%2e", "?#&", "日本語 \u202e.txt"])
def test_no_name_leads_elsewhere(name):
    path = url("id", name)
    assert path.startswith("/files/id/")
    last = path.removeprefix("/files/id/")
    assert last not in {"thumb", ".", "..", ""}
    assert last.isascii()
    assert not set(last) & set("/?#&\\")


async def test_a_quote_tells_the_first_file(commit, upload, bob, everyone):
    await upload("one.txt", upload_id="f")
    await upload("two.txt", upload_id="g")
    await commit((bob, Send(everyone, "b1", "", files=["f", "g"])))
    source = await Message.objects.aget()
    await commit((bob, Send(everyone, "b2", "Look", source.pk)), (bob, Send(everyone, "b3", "Well")))
    _, answer, other = await travelled(bob, everyone)
    assert (answer["quote"]["body"], answer["quote"]["file"]) == ("", "one.txt")
    assert other["quote"] is None
    await commit((bob, Delete("b4", source.pk)))
    _, answer, _ = await travelled(bob, everyone)
    assert (answer["quote"]["file"], answer["quote"]["deleted"]) == (None, True)


async def test_a_page_holds_no_more_than_a_frame_should(commit, upload, bob, everyone):
    for number in range(20):
        names = [(await upload("日" * 250 + f"{number}-{place}")).id for place in range(10)]
        assert await commit((bob, Send(everyone, f"b{number}", "", files=names))) == ["ack"]
    text = await messages.page(bob, History(everyone)) or ""
    assert len(text) < 200_000
    assert json.loads(text)["more"]


# Once


async def test_the_same_send_again_is_the_same_message(commit, own_store, upload, bob, everyone):
    file = await upload(upload_id="f")
    await upload(upload_id="g")
    send = (bob, Send(everyone, "b1", "Look", files=["f"]))
    assert await commit(send) == ["ack"]
    assert await commit(send, (bob, Send(everyone, "b2", "New"))) == ["duplicate", "ack"]
    for files in (["g"], ["f", "g"], []):
        assert await commit((bob, Send(everyone, "b1", "Look", files=files))) == ["conflict"]
    assert await File.objects.filter(message=None).acount() == 1
    # It stays the same message when its files are gone.
    message = await Message.objects.aget(client_id="b1")
    assert await commit((bob, Delete("b3", message.pk))) == ["ack"]
    assert await commit(send) == ["duplicate"]
    assert not await File.objects.filter(pk=file.pk).aexists()


async def test_an_upload_is_one_message_s(commit, upload, bob, everyone):
    file = await upload(upload_id="f")
    sends = [(bob, Send(everyone, "b1", "One", files=["f"])), (bob, Send(everyone, "b2", "Two", files=[file.id]))]
    assert await commit(*sends) == ["ack", "conflict"]
    assert await commit(sends[1]) == ["conflict"]
    assert await Message.objects.acount() == 1


# Whose, and which


async def test_what_is_not_one_s_own_is_like_what_is_not_there(own_store, upload, people, everyone):
    file = await upload(upload_id="f")
    alice = people["alice"].pk
    answers = []
    for name in (file.id, "f", "nothing"):
        operation = Operation(alice, Send(everyone, f"a-{name}", "Mine", files=[name]), Lane(), 0, lambda _: None)
        outcomes, _ = await own_store.transaction(commit_batch, [operation])
        answers.append(outcomes[operation])
    assert answers == [answers[0]] * 3
    assert answers[0].code == "not_ready"
    assert not await Message.objects.aexists()


async def test_files_that_may_not_be_sent_so(commit, upload, bob, everyone):
    den = await sync_to_async(store.run_transaction)(rooms.create_room, "Den", Room.Kind.CLOSED, bob)
    good = await upload(upload_id="good")
    await upload(upload_id="elsewhere", room=den)
    await upload(upload_id="half", finished_at=None)
    for names, code in (
        (["good", "elsewhere"], "not_found"),
        (["good", "half"], "not_ready"),
        (["good", "nothing"], "not_ready"),
        (["good", good.id], "bad_frame"),
    ):
        assert await commit((bob, Send(everyone, "b1", "Look", files=names))) == [code]
    # Nothing of it was done: it can still be sent, and nothing is missing from the log.
    assert await commit((bob, Send(everyone, "b1", "Look", files=["good"]))) == ["ack"]
    await travelled(bob, everyone)
    assert (await Room.objects.aget(pk=everyone)).head == (await Message.objects.aget()).seq


async def test_the_server_s_word_for_an_upload_comes_first(commit, upload, bob, everyone):
    first = await upload("first.txt")
    await upload("second.txt", upload_id=first.id)
    assert await commit((bob, Send(everyone, "b1", "Look", files=[first.id]))) == ["ack"]
    (message,) = await travelled(bob, everyone)
    assert [file["name"] for file in message["files"]] == ["first.txt"]


async def test_who_left_the_room_since_the_upload_sends_nothing(commit, own_store, upload, bob, everyone):
    await upload(upload_id="f")
    await own_store.transaction(rooms.end_membership, everyone, bob)
    assert await commit((bob, Send(everyone, "b1", "Look", files=["f"]))) == ["not_found"]
    assert await File.objects.filter(message=None).acount() == 1


# Changed and taken back


async def test_the_words_beside_files_may_go(commit, upload, bob, everyone):
    await upload(upload_id="f")
    await commit((bob, Send(everyone, "b1", "Look", files=["f"])), (bob, Send(everyone, "b2", "Words")))
    with_files, words = [m.pk async for m in Message.objects.order_by("seq")]
    assert await commit((bob, Edit("e1", with_files, "")), (bob, Edit("e2", words, ""))) == ["ack", "bad_frame"]
    page = await travelled(bob, everyone)
    assert [(message["body"], len(message["files"])) for message in page] == [("", 1), ("Words", 0)]


async def test_files_go_with_their_message_and_bytes_with_the_last_that_has_them(commit, upload, bob, everyone):
    await upload("a.png", upload_id="a", data=b"same", thumb=b"thumb of a")
    await upload("b.png", upload_id="b", data=b"same", thumb=b"thumb of b")
    await commit((bob, Send(everyone, "1", "", files=["a"])), (bob, Send(everyone, "2", "", files=["b"])))
    one, other = [m.pk async for m in Message.objects.order_by("seq")]

    async def doomed() -> list[int]:
        return [c.bytes async for c in Content.objects.filter(doomed_at__isnull=False).order_by("bytes")]

    await commit((bob, Delete("3", one)))
    assert next(message["files"] for message in await travelled(bob, everyone)) == []
    assert not await File.objects.filter(message=one).aexists()
    assert await doomed() == [len(b"thumb of a")]
    await commit((bob, Delete("4", other)))
    assert await doomed() == [len(b"same"), len(b"thumb of a"), len(b"thumb of b")]
    # The same bytes again are another content: those that are doomed are on their way out.
    again = await upload("c.png", data=b"same")
    assert again.content_id not in [c.pk async for c in Content.objects.filter(doomed_at__isnull=False)]


async def test_what_the_admin_brings_back_comes_without_its_files(commit, own_store, upload, bob, people, everyone):
    await upload(upload_id="f")
    await upload(upload_id="g")
    await commit((bob, Send(everyone, "1", "Words", files=["f"])), (bob, Send(everyone, "2", "", files=["g"])))
    words, nothing_else = [m.pk async for m in Message.objects.order_by("seq")]

    async def set_(message: int, *, deleted: bool) -> bool:
        change = own_store.transaction(lambda c: set_deleted(c, message, people["alice"].pk, deleted=deleted))
        done: bool = await change
        return done

    assert await set_(words, deleted=True)
    assert await set_(nothing_else, deleted=True)
    assert not await File.objects.aexists()
    assert await set_(words, deleted=False)
    assert not await set_(nothing_else, deleted=False)
    page = await travelled(bob, everyone)
    assert [(m["body"], m["files"], m["deleted"]) for m in page] == [("Words", [], False), ("", [], True)]
