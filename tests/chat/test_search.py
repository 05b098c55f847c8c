"""Search: what is found, by whom, and what it may cost."""

from __future__ import annotations

import asyncio
from urllib.parse import urlencode

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.http import QueryDict
from django.test import AsyncClient
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chat.actions.messages import perform_change, set_deleted
from chat.actions.rooms import create_room, end_membership
from chat.api import search as api
from chat.api.endpoint import Request, TooOften
from chat.limits import Allowance
from chat.live import process
from chat.live.allowances import Allowances
from chat.models import Message, Room
from chat.protocol import Edit, Send
from chat.queries import search
from chat.queries.credentials import LogIn
from chat.queries.search import Wanted, wanted
from storage.store import store, text_search
from tests.support.uploaded import uploaded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def say(people, everyone):
    def say(body: str, room: int = everyone, sender: str = "bob") -> int:
        frame = Send(room, f"c{Message.objects.count()}", body)
        return store.run_transaction(perform_change, people[sender].pk, frame).id

    return say


@pytest.fixture
async def ask(people, own_store, settings, monkeypatch, tmp_path):
    """Searches in somebody's name, over HTTP, in this process."""
    settings.STATIC_ROOT = tmp_path
    settings.SENDS_PER_SECOND = settings.FRAMES_PER_SECOND = 100_000
    monkeypatch.setattr(process, "allowances", Allowances(process.hints, process.neighbours))
    browsers = {name: AsyncClient() for name in people}
    for name, browser in browsers.items():
        await browser.aforce_login(people[name])

    async def ask(text: str | None, person: str = "bob", **more: object):
        query = {**({} if text is None else {"text": text}), **more}
        return await browsers[person].get(f"/api/search/?{urlencode(query)}")

    return ask


@pytest.fixture
async def found(ask):
    async def found(text: str, person: str = "bob", **more: object) -> list[str]:
        answer = await ask(text, person, **more)
        assert answer.status_code == 200, answer.content
        return [result["body"] for result in answer.json()["results"]]

    return found


async def test_a_hit_says_where_and_when_and_by_whom(ask, say, people, everyone):
    message = await sync_to_async(say)("The kettle is on")
    kept = await Message.objects.aget(pk=message)
    (result,) = (await ask("kettle")).json()["results"]
    at = result.pop("at")
    assert at.startswith(kept.created_at.strftime("%Y-%m-%dT%H:%M:%S."))
    assert result == {
        "id": message,
        "room": everyone,
        "seq": kept.seq,
        "sender": {"id": people["bob"].pk, "name": "Bob Brandt"},
        "body": "The kettle is on",
        "files": [],
    }


@pytest.mark.parametrize(
    ("text", "bodies"),
    [
        ("cafe", ["Où est le CAFÉ?"]),
        ("café est", ["Où est le CAFÉ?"]),
        ("caf", ["Où est le CAFÉ?"]),
        ("caf est", []),  # the last word alone may be a beginning
        ("well-known", ["a well-known fact"]),
        ("known-well", []),
        ('"well known"', ["a well-known fact"]),
        ("fact OR kettle", []),  # words, not operators
        ("NOT", []),
        ("body:fact", []),
        ("fact*", ["a well-known fact"]),
        ("^a fact)", ["a well-known fact"]),
        ("fact AND (", []),
        ("東京", ["明日東京で会いましょう"]),
        ("東京 明日", ["明日東京で会いましょう"]),
        ("大阪", []),
        ("สวัสดี", ["ครับสวัสดี"]),
        ("Python入門", ["新しいPython入門書"]),
        ("python入門", ["新しいPython入門書"]),
        ("🎂", ["🎂 at four"]),
        ("🎂 four", ["🎂 at four"]),
        ("four 🎂", ["🎂 at four"]),
        ("🎂 five", []),
        ("🎂🎂", []),
        ("100%", ["100% sure"]),
        ("%", ["100% sure"]),
        ("_", ["snake_case!"]),
        ("snake_c", ["snake_case!"]),
        ("!", ["snake_case!"]),
        ("ka", ["ka"]),
        ("\0ka\0", ["ka"]),
    ],
)
async def test_what_is_found(found, say, text, bodies):
    for body in (
        *("Où est le CAFÉ?", "a well-known fact", "明日東京で会いましょう", "ครับสวัสดี", "新しいPython入門書"),
        *("🎂 at four", "100% sure", "snake_case!", "ka"),
    ):
        await sync_to_async(say)(body)
    assert await found(text) == bodies


@pytest.fixture
def send(people, everyone):
    """Sends files of these names, and words."""

    def send(*names: str, body: str = "", room: int = everyone, sender: str = "bob") -> int:
        by = people[sender].pk
        files = [uploaded(by, room, name).id for name in names]
        frame = Send(room, f"f{Message.objects.count()}", body, files=files)
        return store.run_transaction(perform_change, by, frame).id

    return send


async def test_a_message_is_found_by_the_names_of_its_files(ask, found, say, send, people):
    await sync_to_async(say)("the plan is a report")
    first = await sync_to_async(send)("Plan_2026.final.pdf", "日本語の表.xlsx", body="here it is")
    await sync_to_async(send)("report.png", body="my report")
    for text, bodies in (
        ("plan", ["here it is", "the plan is a report"]),
        ("FINAL.pdf", ["here it is"]),
        ("plan fin", ["here it is"]),
        ("本語", ["here it is"]),
        ("本語 plan", ["here it is"]),
        ("report", ["my report", "the plan is a report"]),
        ("here plan", []),
    ):
        assert await found(text) == bodies, text
    (result,) = (await ask("xlsx")).json()["results"]
    assert [file["name"] for file in result["files"]] == ["Plan_2026.final.pdf", "日本語の表.xlsx"]
    await own_transaction(set_deleted_by, first, people["bob"].pk)
    assert await found("plan") == ["the plan is a report"]
    assert await found("本語") == []


async def test_files_of_other_rooms_are_not_found(found, send, people):
    den = await own_transaction(create_room, "Den", Room.Kind.CLOSED, people["alice"].pk)
    await sync_to_async(send)("secret.pdf", "計画", room=den, sender="alice", body="yes")
    for text in ("secret", "計画"):
        assert await found(text) == []
        assert await found(text, "alice") == ["yes"]


async def test_pages_of_words_and_of_names_join(ask, say, send):
    for number in range(40):
        names = [f"word-{number}.txt", *["x"] * (number % 2)]
        await sync_to_async(send)(*names, body=f"word {number}" if number % 3 else "")
        await sync_to_async(say)(f"a word {number}")
    ids: list[int] = []
    before: dict[str, int] = {}
    more = True
    while more:
        page = (await ask("word", **before)).json()
        ids += [result["id"] for result in page["results"]]
        before, more = {"before": ids[-1]}, page["more"]
    assert ids == [message.pk async for message in Message.objects.order_by("-id")]


@pytest.mark.parametrize("text", ["", "  \t", "\0", "\u3000"])
async def test_nothing_is_found_by_nothing(ask, say, text):
    await sync_to_async(say)("hello")
    assert (await ask(text)).json() == {"results": [], "more": False}


async def test_only_ones_own_rooms_are_searched(ask, found, say, people, everyone):
    den = await own_transaction(create_room, "Den", Room.Kind.CLOSED, people["alice"].pk)
    await sync_to_async(say)("secret plan 計画", den, "alice")
    await sync_to_async(say)("public plan 計画")
    for text in ("plan", "計画"):
        assert await found(text) == ["public plan 計画"]
        assert await found(text, "alice") == ["public plan 計画", "secret plan 計画"]
        assert await found(text, "alice", room=den) == ["secret plan 計画"]
        answers = [await ask(text, room=room) for room in (den, 10**9, 2**63 - 1)]
        assert {answer.status_code for answer in answers} == {404}
        assert len({answer.content for answer in answers}) == 1
    await own_transaction(end_membership, everyone, people["bob"].pk)
    assert await found("plan") == []


async def test_what_was_taken_back_is_not_found_and_what_was_changed_is_found_as_it_is(found, say, people):
    hasty, typo = await sync_to_async(say)("a hasty word"), await sync_to_async(say)("a wrod")
    await own_transaction(set_deleted_by, hasty, people["bob"].pk)
    await own_transaction(perform_change, people["bob"].pk, Edit("edit-1", typo, "a word"))
    assert await found("word") == ["a word"]
    assert await found("wrod") == []
    assert await found("hasty") == []


@pytest.mark.parametrize("word", ["number", "番号"])
async def test_pages_go_back_from_the_newest(ask, say, word):
    for number in range(65):
        await sync_to_async(say)(f"{word} {number}")
    bodies: list[str] = []
    sizes = []
    before: dict[str, int] = {}
    more = True
    while more:
        page = (await ask(word, **before)).json()
        bodies += [result["body"] for result in page["results"]]
        sizes.append(len(page["results"]))
        before, more = {"before": page["results"][-1]["id"]}, page["more"]
    assert bodies == [f"{word} {number}" for number in reversed(range(65))]
    assert sizes == [30, 30, 5]
    assert (await ask(word, before=1)).json() == {"results": [], "more": False}


@pytest.mark.parametrize("word", ["needle", "針"])
async def test_of_a_long_text_one_sees_the_part_with_the_words(found, say, word):
    await sync_to_async(say)("hay " * 3_000 + word + " hay" * 900)
    (body,) = await found(word)
    assert word in body
    assert len(body) <= 500


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ({"text": None}, 400, "bad_frame"),
        ({"text": "x" * 201}, 413, "too_large"),
        ({"text": "x", "room": "all"}, 400, "bad_frame"),
        ({"text": "x", "room": "0"}, 400, "bad_frame"),
        ({"text": "x", "room": "-1"}, 400, "bad_frame"),
        ({"text": "x", "before": "1.5"}, 400, "bad_frame"),
        ({"text": "x", "before": "٣"}, 400, "bad_frame"),
        ({"text": "x", "before": 2**63}, 400, "bad_frame"),
        ({"text": "x", "before": "9" * 5000}, 400, "bad_frame"),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_makes_no_sense_is_refused(ask, query, status, code):
    answer = await ask(**query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


@given(st.text(max_size=200) | st.text(alphabet='a"*()^:-+{}', max_size=30))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=300, deadline=None)
def test_no_text_is_an_error(people, text):
    sought = wanted(text)
    if sought != search.NOTHING:
        sql, params = search.statement(people["bob"].pk, sought, None, 10**9)
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            cursor.fetchall()


def test_each_word_is_looked_for_where_it_can_be_found():
    assert wanted("Hello wor") == Wanted(text_search.query(["Hello", "wor"], last_begins=True), [])
    assert wanted('say "hi"') == Wanted(text_search.query(["say", '"hi"'], last_begins=True), [])
    assert wanted("a a a") == Wanted(text_search.query(["a"], last_begins=True), [])
    assert wanted("👍 東京 x") == Wanted(text_search.query(["x"], last_begins=True), ["👍", "東京"])
    assert wanted("x 👍") == Wanted(text_search.query(["x"], last_begins=False), ["👍"])


@pytest.mark.sqlite_only("it reads SQLite's plan, in SQLite's words")
@pytest.mark.parametrize("text", ["the cat", "the 東京", "東京"])
def test_hits_come_newest_first_without_sorting(people, say, text):
    """A sort would read everything that fits before the first page could be shown."""
    for number in range(50):
        say(f"message {number}")
    sql, params = search.statement(people["bob"].pk, wanted(text), None, 5)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # as the checkpointer does: the plan may depend on what it finds
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        plan = [row[3] for row in cursor.fetchall()]
        cursor.execute("DROP TABLE sqlite_stat1")
    start = plan.index("MATERIALIZE by_words")
    looked_at = next(step for step in plan[start + 1 :])
    if text == "東京":
        assert looked_at == "SEARCH m USING INTEGER PRIMARY KEY (rowid<?)"
    else:
        assert looked_at.startswith("SCAN chat_message_fts VIRTUAL TABLE INDEX")
        assert plan[start + 2] == "SEARCH m USING INTEGER PRIMARY KEY (rowid=?)"
    # What is sorted is one page, after it was found.
    assert not [step for step in plan[start : plan.index("SCAN by_words")] if "B-TREE" in step]


async def test_a_search_that_takes_too_long_is_given_up(ask, say, monkeypatch):
    await sync_to_async(say)("hello")
    monkeypatch.setattr(search, "SECONDS", 0.0)
    answer = await ask("hello")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")


async def test_many_searches_at_once_are_too_many(people, own_store, settings, monkeypatch):
    settings.SENDS_PER_SECOND = 20
    bob = LogIn(people["bob"].pk, session="s", password="p")
    request = Request(bob, Allowance(), QueryDict("text=hello"), b"")
    gate, real = asyncio.Event(), search.search

    async def slow(*args):
        await gate.wait()
        return await real(*args)

    monkeypatch.setattr(search, "search", slow)
    asked = [asyncio.ensure_future(api.search(request)) for _ in range(4)]
    refused, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
    assert all(isinstance(one.exception(), TooOften) for one in refused)
    gate.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert len([answer for answer in answers if isinstance(answer, TooOften)]) == 2
    assert (await api.search(request)).status_code == 200, "what was not needed is given back"


@pytest.mark.sqlite_only("PostgreSQL keeps the words in a generated column, and needs no triggers")
def test_the_triggers_that_keep_the_index_are_there(people):
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'chat_message'")
        names = {row[0] for row in cursor.fetchall()}
    assert names == {f"chat_message_fts_{change}" for change in ("insert", "delete", "update")}


async def own_transaction(work, *args):
    return await sync_to_async(store.run_transaction)(work, *args)


def set_deleted_by(connection, message, actor):
    return set_deleted(connection, message, actor, deleted=True)
