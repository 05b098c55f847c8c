"""What people do to messages: edit, delete, react, reply. Everybody sees the same, whatever happens on the way."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, expect

from tests.e2e.desk import Desk, Frame
from tests.support.environment import manage, succeed


async def both(sit_down, server, room: int) -> tuple[Desk, Desk]:
    bob, carla = await sit_down("bob", server), await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    return bob, carla


async def says(desk: Desk, *texts: str) -> None:
    """Wait until these are the messages on the page."""
    await expect(desk.messages.locator(".message-body")).to_have_text(texts)


async def press(desk: Desk, bubble: Locator, name: str) -> None:
    """Press a button of the message's toolbar, by mouse."""
    button = bubble.get_by_role("button", name=name, exact=True)
    for _ in range(20):
        await bubble.hover()
        if await button.is_visible():
            break
        await desk.page.mouse.move(0, 0)  # what arrived meanwhile may have moved the message away from the pointer
    await button.click()


async def test_an_edit_is_seen_by_both_and_says_so(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    await press(bob, await bob.write("Helo"), "Edit")
    await expect(bob.composer).to_have_value("Helo")
    await expect(bob.page.locator(".composer-mode")).to_contain_text("Editing your message")
    await bob.composer.fill("Hello")
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("")
    for person in (bob, carla):
        await expect(person.bubble("Hello").locator(".message-edited")).to_be_visible()
        await expect(person.messages).to_have_count(1)
        await person.page.reload()
        await expect(person.bubble("Hello").locator(".message-edited")).to_be_visible()


async def test_arrow_up_edits_ones_last_message_and_escape_brings_back_what_was_begun(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    await bob.write("First")
    await bob.write("Second")
    await says(carla, "First", "Second")
    await carla.write("Mine")
    await says(bob, "First", "Second", "Mine")
    await bob.composer.press("ArrowUp")
    await expect(bob.composer).to_have_value("Second")
    await bob.composer.press("Escape")
    await expect(bob.composer).to_have_value("")

    await bob.composer.fill("Begun")
    await press(bob, bob.bubble("First"), "Edit")
    await expect(bob.composer).to_have_value("First")
    await expect(bob.composer).to_be_focused()
    await bob.composer.press("Escape")
    await expect(bob.composer).to_have_value("Begun")
    await press(bob, bob.bubble("First"), "Edit")
    await bob.composer.fill("The first")
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("Begun")
    await says(carla, "The first", "Second", "Mine")


async def test_deleting_asks_first_and_leaves_nothing_of_the_text(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    bubble = await bob.write("Not meant for you")
    await expect(carla.bubble("Not meant for you")).to_be_visible()
    await press(bob, bubble, "Delete")
    dialog = bob.page.get_by_role("dialog")
    await expect(dialog).to_contain_text("Not meant for you")
    await dialog.get_by_role("button", name="Keep it").click()
    await expect(bob.bubble("Not meant for you")).to_be_visible()

    await bob.composer.press("ArrowUp")
    await bob.composer.fill("")
    await bob.composer.press("Enter")
    await dialog.get_by_role("button", name="Delete").click()
    for person in (bob, carla):
        gone = person.messages.first
        await expect(gone).to_contain_text("This message was deleted.")
        await gone.hover()
        await expect(gone.get_by_role("button")).to_have_count(0)
        assert "Not meant for you" not in await person.page.locator("#messages").inner_html()
    await expect(bob.composer).to_have_value("")
    await expect(bob.page.locator(".composer-mode")).to_be_hidden()


async def test_only_what_is_allowed_is_offered_and_a_moderator_may_delete(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    alice = await sit_down("alice", server)
    await alice.open(f"/rooms/{room}/")
    await bob.write("Mine")
    names = {
        "bob": ["React", "Reply", "Edit", "Delete"],
        "carla": ["React", "Reply"],
        "alice": ["React", "Reply", "Delete"],
    }
    for name, person in {"bob": bob, "carla": carla, "alice": alice}.items():
        await expect(person.bubble("Mine")).to_have_attribute("data-message-id", re.compile("."))
        await person.bubble("Mine").hover()
        await expect(person.bubble("Mine").locator(".action")).to_have_text(names[name])
    await press(alice, alice.bubble("Mine"), "Delete")
    await alice.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await expect(alice.page.locator(".message-toolbar")).to_have_count(0)
    await expect(alice.messages.first).to_be_focused()
    await expect(bob.messages.first).to_contain_text("This message was deleted.")


async def test_reactions_are_counted_named_and_taken_back(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    await bob.write("Cake?")
    for person in (bob, carla):
        await expect(person.bubble("Cake?")).to_have_attribute("data-message-id", re.compile("."))
        await press(person, person.bubble("Cake?"), "React")
        await person.bubble("Cake?").get_by_role("button", name="🎉", exact=True).click()
    for person, who in ((bob, "You and Carla Conti"), (carla, "You and Bob Brandt")):
        reaction = person.bubble("Cake?").locator(".reaction")
        await expect(reaction).to_have_text("🎉2")
        await expect(reaction).to_have_attribute("aria-pressed", "true")
        await expect(reaction).to_have_attribute("title", who)
    await bob.bubble("Cake?").locator(".reaction").click()
    for person, pressed in ((bob, "false"), (carla, "true")):
        reaction = person.bubble("Cake?").locator(".reaction")
        await expect(reaction).to_have_text("🎉1")
        await expect(reaction).to_have_attribute("aria-pressed", pressed)
        await person.page.reload()
        await expect(person.bubble("Cake?").locator(".reaction")).to_have_text("🎉1")
    # Whose names the page has not met it asks for.
    await expect(bob.bubble("Cake?").locator(".reaction")).to_have_attribute("title", "Carla Conti")
    await carla.bubble("Cake?").locator(".reaction").click()
    for person in (bob, carla):
        await expect(person.page.locator(".reaction")).to_have_count(0)


async def test_any_emoji_can_be_a_reaction(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bubble = await bob.write("A turtle?")
    await press(bob, bubble, "React")
    await bubble.get_by_role("button", name="More").click()
    picker = bob.page.locator("emoji-picker")
    await picker.get_by_role("combobox").fill("turtle")
    await picker.get_by_role("option", name="🐢").click()
    await expect(bubble.locator(".reaction")).to_have_text("🐢1")
    await expect(bubble).to_be_focused()


async def test_a_reply_quotes_and_leads_to_what_it_answers_and_follows_its_changes(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    await bob.write("What is for lunch?\nI am hungry.")
    question = carla.messages.first
    await expect(question).to_be_visible()
    await press(carla, question, "Reply")
    mode = carla.page.locator(".composer-mode")
    await expect(mode).to_contain_text("Replying to Bob Brandt")
    await carla.composer.press("Escape")
    await expect(mode).to_be_hidden()
    await press(carla, question, "Reply")
    await carla.write("Soup")
    await expect(mode).to_be_hidden()
    for person in (bob, carla):
        await expect(person.bubble("Soup").locator(".quote")).to_have_text("Bob BrandtWhat is for lunch?")
    ((answers,),) = server.rows("SELECT reply_to_id FROM chat_message WHERE body = 'Soup'")
    assert str(answers) == await question.get_attribute("data-message-id")

    await carla.bubble("Soup").locator(".quote").click()
    await expect(question).to_be_focused()
    await expect(question).to_have_class(re.compile("marked"))

    await bob.composer.press("ArrowUp")
    await bob.composer.fill("What is for dinner?")
    await bob.composer.press("Enter")
    for person in (bob, carla):
        await expect(person.bubble("Soup").locator(".quote")).to_have_text("Bob BrandtWhat is for dinner?")
    await press(bob, bob.messages.first, "Delete")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    for person in (bob, carla):
        await expect(person.bubble("Soup").locator(".quote")).to_have_text("Bob BrandtThis message was deleted.")


async def test_what_is_done_offline_is_shown_at_once_and_done_later(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    for text in ("Edited offline", "Deleted offline", "Liked offline"):
        await bob.write(text)
    await says(carla, "Edited offline", "Deleted offline", "Liked offline")
    bob.expected = ["ERR_INTERNET_DISCONNECTED", "WebSocket connection"]
    bob.line.to_server = lambda frame: False
    await press(bob, bob.bubble("Edited offline"), "Edit")
    await bob.composer.fill("Edited later")
    await bob.composer.press("Enter")
    await press(bob, bob.bubble("Deleted offline"), "Delete")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await press(bob, bob.bubble("Liked offline"), "React")
    await bob.bubble("Liked offline").get_by_role("button", name="👍", exact=True).click()
    await says(bob, "Edited later", "This message was deleted.", "Liked offline")
    await expect(bob.bubble("Liked offline").locator(".reaction")).to_have_text("👍1")
    await says(carla, "Edited offline", "Deleted offline", "Liked offline")

    bob.line.to_server = lambda frame: True
    await bob.page.reload()
    for person in (bob, carla):
        await says(person, "Edited later", "This message was deleted.", "Liked offline")
        await expect(person.bubble("Liked offline").locator(".reaction")).to_have_text("👍1")
    assert server.rows(
        "SELECT body, deleted_at IS NOT NULL FROM chat_message WHERE room_id = %s ORDER BY seq", [room]
    ) == [("Edited later", 0), ("Deleted offline", 1), ("Liked offline", 0)]


@pytest.mark.parametrize("kind", ["edit", "delete", "react"])
async def test_what_the_server_refuses_is_undone_with_the_reason(server, room, sit_down, kind):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")

    def refuse(frame: Frame) -> bool:
        if frame["type"] != kind:
            return True
        nack = {"code": "forbidden", "message": "never", "retry": False}
        bob.line.say({"type": "nack", "client_id": frame["client_id"], **nack})
        return False

    bubble = await bob.write("As it was")
    await expect(bubble).to_have_attribute("data-message-id", re.compile("."))
    bob.line.to_server = refuse
    if kind == "edit":
        await press(bob, bubble, "Edit")
        await bob.composer.fill("Otherwise")
        await bob.composer.press("Enter")
    elif kind == "delete":
        await press(bob, bubble, "Delete")
        await bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    else:
        await press(bob, bubble, "React")
        await bubble.get_by_role("button", name="👍", exact=True).click()
    message = bob.messages.first
    await expect(message.locator(".error-message")).to_contain_text("you may not do that to this message")
    await expect(message.locator(".message-body")).to_have_text("As it was")
    await expect(message.locator(".reaction")).to_have_count(0)
    await expect(message.locator(".retry-button")).to_have_count(0)
    await message.get_by_role("button", name="Discard").click()
    await expect(message.locator(".error-message")).to_have_count(0)


async def test_the_messages_can_be_reached_and_changed_by_keyboard_alone(server, room, sit_down):
    bob, carla = await both(sit_down, server, room)
    for text in ("One", "Two", "Three"):
        await bob.write(text)
    await says(bob, "One", "Two", "Three")
    keys = bob.page.keyboard
    await bob.composer.focus()
    await keys.press("Shift+Tab")
    await expect(bob.bubble("Three")).to_be_focused()
    await keys.press("ArrowUp")
    await expect(bob.bubble("Two")).to_be_focused()
    await keys.press("Enter")
    await expect(bob.bubble("Two").get_by_role("button", name="React")).to_be_focused()
    await keys.press("Enter")
    await expect(bob.bubble("Two").get_by_role("button", name="👍", exact=True)).to_be_focused()
    await keys.press("Enter")
    await expect(bob.bubble("Two")).to_be_focused()
    await expect(carla.bubble("Two").locator(".reaction")).to_have_text("👍1")
    await keys.press("Tab")
    await expect(bob.bubble("Two").locator(".reaction")).to_be_focused()
    await keys.press("Space")
    await expect(bob.bubble("Two")).to_be_focused()
    await keys.press("ArrowUp")
    await keys.press("Tab")
    await keys.press("Tab")
    await expect(bob.bubble("One").get_by_role("button", name="Reply")).to_be_focused()
    await keys.press("Escape")
    await expect(bob.bubble("One")).to_be_focused()
    await keys.press("Escape")
    await expect(bob.composer).to_be_focused()


async def test_with_the_chat_queue_switched_off_messages_can_be_changed_too(start_server, sit_down):
    server = start_server()
    succeed(manage("rollout", "set", "chat_queue", "off", env=server.environment))
    room = server.new_room()
    bob, carla = await both(sit_down, server, room)
    await bob.write("Plain")
    await says(carla, "Plain")
    await press(carla, carla.bubble("Plain"), "Reply")
    await carla.write("An answer")
    await expect(bob.bubble("An answer").locator(".quote")).to_have_text("Bob BrandtPlain")
    await expect(carla.composer).to_have_value("")
    await bob.composer.press("ArrowUp")
    await bob.composer.fill("Plainer")
    await bob.composer.press("Enter")
    await says(carla, "Plainer", "An answer")
    await expect(bob.composer).to_have_value("")
    await press(carla, carla.messages.first, "React")
    await carla.messages.first.get_by_role("button", name="👍", exact=True).click()
    await expect(bob.messages.first.locator(".reaction")).to_have_text("👍1")
    await press(bob, bob.messages.first, "Delete")
    await bob.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await says(carla, "This message was deleted.", "An answer")


async def test_a_finger_finds_the_actions_behind_a_button(server, room, browser):
    async with await browser.new_context(
        base_url=server.address, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    ) as context:
        session = server.world.people["bob"].session
        await context.add_cookies([{"name": "sessionid", "value": session, "url": server.address}])
        bob = Desk(await context.new_page(), server)
        await bob.watch()
        await bob.open(f"/rooms/{room}/")
        await bob.composer.fill("By thumb")
        await bob.send_button.tap()
        bubble = bob.bubble("By thumb")
        await bubble.get_by_role("button", name="What to do with this message").tap()
        await bubble.get_by_role("button", name="React").tap()
        await bubble.get_by_role("button", name="👍", exact=True).tap()
        await expect(bubble.locator(".reaction")).to_have_text("👍1")
        await bubble.get_by_role("button", name="What to do with this message").tap()
        await bubble.get_by_role("button", name="Edit").tap()
        await expect(bob.page.locator(".message-toolbar")).to_have_count(0)
        await expect(bob.composer).to_have_value("By thumb")
        assert await bob.page.evaluate("document.scrollingElement.scrollWidth") == 360
        assert not bob.trouble
