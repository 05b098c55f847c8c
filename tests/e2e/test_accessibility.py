"""axe finds nothing to complain about: on any page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Page, expect

from tests.e2e.desk import Desk

pytestmark = pytest.mark.any_engine("how a page looks and reads is the browser's")

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]


COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""For axe: the rules that ask for colours. What the other ones ask for is the same in every scheme."""


async def complaints(page: Page, only: dict[str, list[str]] | None = None) -> list[str]:
    """What axe finds on the page as it is now: rule, impact, and where."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text())
    await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    found = await page.evaluate("(only) => axe.run(document, {resultTypes: ['violations'], ...only})", only or {})
    return [
        f"{rule['id']} ({rule['impact']}): {node['target']}: {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


async def is_accessible(desk: Desk) -> None:
    """Look at the page in every scheme and width."""
    for scheme, width in LOOKS:
        await desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await desk.page.set_viewport_size({"width": width, "height": 800})
        found = await complaints(desk.page, COLOURS if scheme == "dark" else None)
        assert not found, f"{desk.page.url}, {scheme}, {width} px"


@pytest.mark.parametrize("path", ["/login/", "/join/made-up/", "/nowhere/"])
async def test_pages_for_strangers(server, sit_down, path):
    stranger = await sit_down(None, server)
    stranger.expected = ["Failed to load resource"]
    await stranger.page.goto(path)
    await is_accessible(stranger)


@pytest.mark.parametrize("path", ["/invite/"])
async def test_pages_for_members(server, sit_down, path):
    alice = await sit_down("alice", server)
    await alice.page.goto(path)
    await is_accessible(alice)


async def test_a_conversation(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await is_accessible(bob)
    await bob.write("Hello")
    await bob.write("See https://example.org and `code`")
    await is_accessible(bob)


async def test_the_list_of_rooms(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.set_viewport_size({"width": 360, "height": 800})
    await bob.open("/")
    await expect(bob.page.locator("#messages")).to_be_hidden()
    assert not await complaints(bob.page)
    bob.line.say({"type": "bye", "after_ms": 60_000})
    await bob.line.cut()
    await expect(bob.page.get_by_text("Reconnecting in")).to_be_in_viewport(ratio=1)
    assert not await complaints(bob.page)


async def test_messages_that_failed_or_wait(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_server = lambda frame: frame["type"] != "send"
    await bob.write("On its way")
    await is_accessible(bob)
    frame = bob.line.stopped[0]
    bob.line.say(
        {"type": "nack", "client_id": frame["client_id"], "code": "forbidden", "message": "No.", "retry": False}
    )
    await bob.page.locator(".message.failed").wait_for()
    await is_accessible(bob)


async def test_messages_and_what_can_be_done_to_them(server, room, sit_down):
    bob = await sit_down("bob", server)
    async with server.client("carla") as carla:
        source = await carla.say(room, "What do you *think*?\nOf all this?")
        await carla.say(room, "I for one like it", reply_to=source["id"])
        for kind, fields in (("react", {"emoji": "🎉", "on": True}), ("edit", {"body": "What do you **think**?"})):
            client_id = carla.new_id()
            await carla.send({"type": kind, "client_id": client_id, "message": source["id"], **fields})
            await carla.until_answered([client_id])
        gone = await carla.say(room, "Never said")
        await carla.send({"type": "delete", "client_id": carla.new_id(), "message": gone["id"]})
        await carla.until_seen(room, gone["seq"] + 1)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.page.locator(".unread-line")).to_be_visible()
    await bob.composer.focus()
    await bob.page.keyboard.press("Shift+Tab")
    while await bob.page.locator(".message:focus").count() == 0:
        await bob.page.keyboard.press("Shift+Tab")
    await bob.page.keyboard.press("ArrowUp")
    await bob.page.keyboard.press("Enter")
    await is_accessible(bob)
    await bob.page.keyboard.press("Enter")
    await is_accessible(bob)
    await bob.page.keyboard.press("Escape")
    await bob.page.get_by_role("button", name="Reply").click()
    await is_accessible(bob)
    await expect(await bob.write("So do I")).to_have_class(re.compile("sent"))
    await bob.composer.press("ArrowUp")
    await bob.composer.fill("")
    await bob.composer.press("Enter")
    await expect(bob.page.get_by_role("dialog")).to_be_visible()
    await is_accessible(bob)


async def test_no_connection(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.context.set_offline(True)
    bob.line.say({"type": "bye", "after_ms": 60_000})
    await bob.write("Later")
    await is_accessible(bob)
    await bob.page.context.set_offline(False)


async def test_markdown_mentions_and_what_helps_to_write_them(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill(
        "@Bob Brandt, @Carla Conti: **see** `code`\n> - quoted\n```python\nprint()\n```\nhttps://a.example"
    )
    await bob.composer.press("Enter")
    await bob.page.locator("mark.mention").wait_for()
    for begun in ("@", ":smile"):
        await bob.composer.fill("")
        await bob.composer.press_sequentially(begun)
        await bob.page.get_by_role("option").first.wait_for()
        await is_accessible(bob)
    await bob.composer.press("Escape")
    await bob.page.get_by_role("button", name="Insert an emoji").click()
    await bob.page.locator("emoji-picker").get_by_role("menuitem").first.wait_for()
    await is_accessible(bob)


@pytest.mark.parametrize("command", ["switch", "search", "create", "browse", "direct", "room", "add", "leave", "keys"])
async def test_dialogs(server, room, sit_down, command):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.evaluate(
        "(command) => { const button = document.createElement('button'); button.dataset.command = command;"
        " document.body.append(button); button.click(); button.remove(); }",
        command,
    )
    await expect(bob.page.locator("dialog[open]:not([aria-label^=One])")).to_be_visible()
    await bob.page.wait_for_load_state("networkidle")
    await is_accessible(bob)


async def test_the_composer_shows_that_it_has_the_focus_where_the_system_chooses_the_colours(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.page.emulate_media(forced_colors="active")
    await bob.open(f"/rooms/{room}/")
    form = bob.page.locator("#composer")
    await bob.composer.focus()
    focused = await form.screenshot()
    await bob.composer.blur()
    assert await form.screenshot() != focused


async def test_who_wants_less_motion_sees_new_colours_at_once(server, sit_down):
    stranger = await sit_down(None, server)
    await stranger.page.emulate_media(reduced_motion="reduce")
    await stranger.page.goto("/login/")
    on_their_way = await stranger.page.evaluate(
        "() => { document.documentElement.style.setProperty('--ink', 'rgb(1, 2, 3)');"
        " return document.getAnimations().map((animation) => animation.transitionProperty); }"
    )
    assert on_their_way == []
    assert await stranger.page.evaluate("getComputedStyle(document.querySelector('h1')).color") == "rgb(1, 2, 3)"
