"""Whatever people write, and whatever they call themselves and their rooms: it is shown, and does nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.support.databases import Database

pytestmark = pytest.mark.any_engine("what a text does is up to the page")

ATTACKS = [
    "<script>hacked()</script>",
    "</script><script>hacked()</script>",
    "<img src=x onerror=hacked()>",
    "<svg/onload=hacked()>",
    '"><iframe srcdoc="<script>parent.hacked()</script>">',
    "<a href=javascript:hacked()>click</a>",
    "<style>@import 'https://evil.example/';</style>",
    "<base href=https://evil.example/><meta http-equiv=refresh content=0;url=https://evil.example/>",
    "<form action=https://evil.example/><input name=password>",
    "<b>bold</b> &lt;img src=x onerror=hacked()&gt; &#106;avascript:hacked()",
    "{{ 7 * 7 }} ${hacked()} #{hacked()} <%= hacked() %> {% debug %}",
    "javascript:hacked()",
    "[click](javascript:hacked())",
    "[click](JaVaScRiPt:hacked())",
    "[click]( javascript:hacked())",
    "[click](java\tscript:hacked())",
    "[click](\x01javascript:hacked())",
    "[click](javascript\x00:hacked())",
    "[click](java\u00adscript:hacked())",
    "[click](&#106;avascript:hacked())",
    "[click](javascript&colon;hacked())",
    "[click](javascript://example.org/%0ahacked())",
    "[click](data:text/html,<script>hacked()</script>)",
    "[click](DATA:text/html;base64,PHNjcmlwdD5oYWNrZWQoKTwvc2NyaXB0Pg==)",
    "[click](vbscript:hacked())",
    "[click](file:///etc/passwd)",
    "[click](blob:https://evil.example/1)",
    "[click](//evil.example/)",
    "[click](/admin/)",
    "[click](https://evil.example/x)",
    '[click](https://evil.example/"onmouseover="hacked())',
    "[<img src=x onerror=hacked()>](https://evil.example/)",
    "[click](https://evil.example/ 'title' onerror=hacked())",
    "[https://bank.example/](https://evil.example/)",
    "[x]: javascript:hacked()\n\n[x] [click][x] ![x](https://evil.example/pixel.png)",
    "![pixel](https://evil.example/pixel.png)",
    "<https://evil.example/><javascript:hacked()>",
    'https://evil.example/"onmouseover="hacked()',
    "https://evil.example/'onmouseover='hacked()",
    "https://evil.example/<script>hacked()</script>",
    "https://user:password@evil.example:8443/\u202egnp.exe",
    "mailto:a@evil.example?subject=<script>hacked()</script>",
    "[mail](mailto:a@evil.example?body=hacked())",
    '```html" onclick="hacked()\n<script>hacked()</script>\n```',
    "```javascript\n<img src=x onerror=hacked()>\n```",
    "`<img src=x onerror=hacked()>`",
    "> <img src=x onerror=hacked()>\n- <script>hacked()</script>\n1. [click](javascript:hacked())",
    "**<img src=x onerror=hacked()>** *[click](javascript:hacked())* ~~<svg/onload=hacked()>~~",
    "@<img src=x onerror=hacked()> and @Alice",
    "\u202eright to left override\u202c \u200b\u2066isolates",
    "\ufeff\u2028\u2029\u0085<script>hacked()</script>",
    "constructor __proto__ toString [__proto__](https://evil.example/)",
]
NAME = '<img src=x onerror=hacked()> @"</script>\u202e'
ROOM = "</title><script>hacked()</script><svg/onload=hacked()>"

TRAP = "window.hacked = () => { window.harm = (window.harm ?? 0) + 1 }; window.alert = window.hacked"
ELEMENTS = {"P", "STRONG", "EM", "S", "CODE", "PRE", "A", "SPAN", "MARK", "BLOCKQUOTE", "UL", "OL", "LI"}
ATTRIBUTES = {"class", "dir", "href", "title", "target", "rel", "value", "tabindex", "role", "aria-label"} | {
    "data-language"
}
INSPECT = """() => {
  const bodies = [...document.querySelectorAll('.message-body')];
  const inside = bodies.flatMap((body) => [...body.querySelectorAll('*')]);
  const all = [...document.querySelectorAll('*')];
  return {
    harm: window.harm ?? 0,
    count: bodies.length,
    elements: [...new Set(inside.map(({ tagName }) => tagName))],
    attributes: [...new Set(inside.flatMap((element) => element.getAttributeNames()))],
    schemes: [...new Set(all.filter(({ tagName }) => tagName === 'A').map(({ protocol }) => protocol))],
    handlers: all.filter((element) => element.getAttributeNames().some((name) => name.startsWith('on'))).length,
    foreign: document.querySelectorAll('iframe, object, embed, base, frame, link[href*=evil], img[src=x], [src*=evil], '
      + 'script:not([type=module]):not([type=importmap]):not([type="application/json"])').length,
    scripts: document.querySelectorAll('script').length,
  }
}"""


def write(database: Database, room: int) -> None:
    """Put the attacks where the server itself would never have let them in."""
    with database.transaction() as execute:
        execute("UPDATE chat_user SET name = %s || username", [NAME])
        execute("UPDATE chat_room SET name = %s || id", [ROOM])
        ((sender, head),) = execute(
            "SELECT u.id, r.head FROM chat_user u, chat_room r WHERE u.username = 'carla' AND r.id = %s", [room]
        )
        for seq, body in enumerate(ATTACKS, head + 1):
            ((message,),) = execute(
                "INSERT INTO chat_message (room_id, sender_id, client_id, seq, body, digest, created_at)"
                " VALUES (%s, %s, %s, %s, %s, '', '2026-01-02 03:04:05') RETURNING id",
                [room, sender, f"<b>{seq}", seq, body],
            )
            execute(
                "INSERT INTO chat_event (room_id, seq, kind, actor_id, message_id, at)"
                " VALUES (%s, %s, 'message', %s, %s, '2026-01-02 03:04:05')",
                [room, seq, sender, message],
            )
            execute(
                "INSERT INTO chat_reaction (message_id, user_id, emoji)"
                " VALUES (%s, %s, '<img src=x onerror=hacked()>')",
                [message, sender],
            )
        execute("UPDATE chat_room SET head = %s WHERE id = %s", [head + len(ATTACKS), room])


RENAME = """async ([room, name]) => (await fetch(`/api/rooms/${room}/`, {
  method: 'PATCH',
  headers: {
    'Content-Type': 'application/json',
    'X-CSRFToken': document.querySelector('[name=csrfmiddlewaretoken]').value,
  },
  body: JSON.stringify({ name }),
})).status"""


async def is_inert(desk, scripts: int) -> None:
    found = await desk.page.evaluate(INSPECT)
    assert found["harm"] == 0
    assert set(found["elements"]) <= ELEMENTS
    assert set(found["attributes"]) <= ATTRIBUTES
    assert set(found["schemes"]) <= {"http:", "https:", "mailto:"}
    assert found["handlers"] == 0
    assert found["foreign"] == 0
    assert found["scripts"] == scripts
    assert not desk.trouble


@pytest.fixture
def attacked(start_server):
    room = 0

    def before(server):
        nonlocal room
        room = server.new_room()
        write(server.database, room)

    server = start_server(before=before)
    return server, room


async def test_what_stands_in_the_database_is_shown_and_does_nothing(attacked, sit_down):
    server, room = attacked
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(TRAP)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.messages).to_have_count(len(ATTACKS))
    await is_inert(bob, scripts=3)
    texts = await bob.texts()
    assert texts[: ATTACKS.index("javascript:hacked()")] == ATTACKS[: ATTACKS.index("javascript:hacked()")]
    # As names of people and rooms: in the sidebar, the title, the lines between messages, and over the composer.
    assert ROOM in await bob.page.title()
    await expect(bob.page.locator("#room-name")).to_contain_text(ROOM)
    await expect(bob.page.locator(".message-sender").first).to_contain_text("<img src=x")
    assert await bob.page.evaluate(RENAME, [room, ROOM]) == 200
    await expect(bob.page.locator(".event-line").last).to_contain_text(ROOM)
    await bob.composer.press_sequentially("@al")
    await expect(bob.page.get_by_role("option")).to_contain_text(["<img src=x onerror=hacked()>"])
    await is_inert(bob, scripts=3)
    await bob.composer.press("Enter")
    await bob.composer.press("Enter")
    await expect(bob.messages.last.locator(".mention")).to_contain_text("alice")
    await is_inert(bob, scripts=3)


async def test_what_is_sent_is_shown_to_others_and_does_nothing(attacked, sit_down):
    server, _ = attacked
    room = server.world.rooms[5]
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for desk in (bob, carla):
        await desk.page.add_init_script(TRAP)
        await desk.open(f"/rooms/{room}/")
    for text in ATTACKS:
        await bob.composer.fill(text)
        await bob.composer.press("Escape")
        await bob.composer.press("Enter")
    for desk in (bob, carla):
        await expect(desk.page.locator("#messages .message[data-message-id]")).to_have_count(len(ATTACKS))
        await is_inert(desk, scripts=3)


async def test_links_lead_where_they_say_and_to_nothing_of_ours(attacked, sit_down):
    server, room = attacked
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.messages).to_have_count(len(ATTACKS))
    links = await bob.page.locator(".message-body a").evaluate_all(
        "(links) => links.map(({ href, title, rel, target, textContent }) =>"
        " ({ href, title, rel, target, textContent }))"
    )
    assert len(links) > 10
    for link in links:
        assert link["title"] == link["href"]
        assert link["rel"] == "noopener noreferrer nofollow"
        assert link["target"] == "_blank"
        assert "evil.example" in link["href"] or link["textContent"] == "https://bank.example/"
    assert not [link for link in links if link["textContent"] == "https://bank.example/" and "evil" in link["href"]]


async def test_search_dialogs_and_the_admin_show_it_as_text_too(attacked, sit_down):
    server, room = attacked
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(TRAP)
    await bob.open(f"/rooms/{room}/")
    for command in ("search", "switch", "direct", "browse", "room"):
        await bob.page.locator(f"[data-command={command}]:visible").first.click()
        await expect(bob.page.get_by_role("dialog")).to_be_visible()
        await expect(bob.page.get_by_role("dialog")).not_to_have_accessible_name("One moment…")
        if command == "search":
            await bob.page.get_by_role("searchbox", name="Search messages").fill("hacked")
            await expect(bob.page.locator(".results li").first).to_contain_text("hacked")
        await bob.page.wait_for_load_state("networkidle")
        await is_inert(bob, scripts=3)
        await bob.page.get_by_role("dialog").get_by_role("button", name="Close").click()
    alice = await sit_down("alice", server)
    await alice.page.add_init_script(TRAP)
    for path in ("/admin/chat/message/", "/admin/chat/room/", "/admin/chat/user/", "/invite/"):
        await alice.page.goto(path, wait_until="networkidle")
        assert await alice.page.evaluate("window.harm ?? 0") == 0
