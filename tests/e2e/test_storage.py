"""Where what is not sent yet is kept, and what happens when the browser does not let us keep it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("it is the browser's storage")

PENDING = re.compile(r"\bpending\b")
SENT = re.compile(r"\bsent\b")

LOCAL_BLOCKED = """
    Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
"""
LOCAL_FULL = 'Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); };'
INDEXED_BLOCKED = """
    Object.defineProperty(window, "indexedDB", { get() { throw new DOMException("no", "SecurityError"); } });
"""
INDEXED_MISSING = 'Object.defineProperty(window, "indexedDB", { value: undefined });'
INDEXED_FULL = """
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) { put.apply(this, given); this.transaction.abort(); };
"""
INDEXED_SILENT = "IDBFactory.prototype.open = () => ({});"

IN_DATABASE = """async (user) => {
    const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
    const database = await asked(indexedDB.open(`posthorn-outbox-${user}`));
    const entries = await asked(database.transaction("outbox").objectStore("outbox").getAll());
    database.close();
    return entries.map((entry) => entry.operation.body);
}"""
LEAVE = """async ([user, first, second]) => {
    localStorage.setItem(`posthorn:outbox:${user}:${first.clientId}`, JSON.stringify(first));
    const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
    const database = await asked(indexedDB.open(`posthorn-outbox-${user}`));
    const transaction = database.transaction("outbox", "readwrite");
    transaction.objectStore("outbox").put(second);
    await new Promise((done) => { transaction.oncomplete = done; });
    database.close();
}"""
IN_JOURNAL = 'Object.keys(localStorage).filter((key) => key.startsWith("posthorn:outbox:")).length'


async def kept(desk: Desk) -> tuple[int, Any]:
    """How many messages are in the journal, and which are in the database."""
    user = desk.server.world.people["bob"].id
    return await desk.page.evaluate(IN_JOURNAL), await desk.page.evaluate(IN_DATABASE, user)


async def test_what_is_not_sent_goes_through_the_journal_into_the_database_and_leaves_when_it_is_sent(
    server, room, sit_down
):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    texts = [f"Number {number}" for number in range(10)]
    await bob.write_in_one_task(texts)
    await bob.page.wait_for_function(f"() => {IN_JOURNAL} === 0")
    journal, database = await kept(bob)
    assert (journal, sorted(database)) == (0, texts)
    bob.line.to_server = lambda frame: True
    await bob.line.cut()
    await bob.shows(*texts)
    await bob.page.wait_for_function(f"() => {IN_JOURNAL} === 0")
    user = server.world.people["bob"].id
    await bob.page.wait_for_function(f"async (user) => (await ({IN_DATABASE})(user)).length === 0", arg=user)
    assert await kept(bob) == (0, [])


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (LOCAL_BLOCKED, "database"),
        (LOCAL_FULL, "database"),
        (INDEXED_BLOCKED, "journal"),
        (INDEXED_MISSING, "journal"),
        (INDEXED_FULL, "journal"),
        (INDEXED_SILENT, "journal"),
    ],
    ids=["localStorage blocked", "localStorage full", "IndexedDB blocked", "no IndexedDB", "IndexedDB full", "silent"],
)
async def test_one_storage_does_alone_what_the_other_cannot(server, room, sit_down, trouble, kind):
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(trouble)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    await expect(await bob.write("Kept")).to_have_class(PENDING)
    await bob.page.wait_for_function("(kind) => posthorn.status().storage === kind", arg=kind)
    await expect(bob.page.locator("#storage-notice")).to_be_hidden()
    bob.line.to_server = lambda frame: True
    await bob.page.reload()
    await bob.is_connected()
    await bob.shows("Kept")
    assert [body for _, body in server.messages(room)] == ["Kept"]


@pytest.mark.parametrize(
    "trouble",
    [LOCAL_BLOCKED + INDEXED_BLOCKED, LOCAL_BLOCKED + INDEXED_MISSING, LOCAL_FULL + INDEXED_FULL],
    ids=["both blocked", "one blocked, the other missing", "both full"],
)
async def test_where_nothing_can_be_kept_the_page_works_and_says_so(server, room, sit_down, trouble):
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    await bob.page.add_init_script(trouble)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    for text in ("One", "Two"):
        await expect(await bob.write(text)).to_have_class(SENT)
    await expect(bob.page.locator("#storage-notice")).to_be_visible()
    await bob.page.wait_for_function("() => posthorn.status().storage === 'memory'")
    await carla.shows("One", "Two")
    await expect(carla.page.locator("#storage-notice")).to_be_hidden()


async def test_a_damaged_entry_keeps_nothing_else_from_being_sent(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    await bob.write("Whole")
    user = server.world.people["bob"].id
    await bob.page.evaluate("(user) => localStorage.setItem(`posthorn:outbox:${user}:x`, '{not json')", user)
    bob.line.to_server = lambda frame: True
    await bob.page.reload()
    await bob.is_connected()
    await bob.shows("Whole")


async def test_what_pages_of_every_earlier_release_have_left_is_sent(server, room, sit_down):
    """Their forms, word by word: tests/frontend/forms.test.js."""
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    entry = {"n": 1, "at": "2026-11-22T10:00:00.000Z", "state": "queued", "error": None}
    first = {**entry, "clientId": "first-release", "room": room, "body": "From the first", "replyTo": None}
    said = {"kind": "send", "room": room, "body": "From the second", "replyTo": None}
    second = {**entry, "clientId": "second-release", "n": 2, "operation": said}
    await bob.page.evaluate(LEAVE, [server.world.people["bob"].id, first, second])
    await bob.page.reload()
    await bob.is_connected()
    await bob.shows("From the first", "From the second")
    await bob.page.wait_for_function(f"() => {IN_JOURNAL} === 0")
    assert await kept(bob) == (0, [])
