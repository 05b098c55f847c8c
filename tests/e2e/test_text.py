"""What people write: Markdown, mentions, and the names offered while one writes."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.any_engine("how a text is shown is the browser's")


@pytest.fixture
def sit_in_room(server, room, sit_down):
    async def sit_in_room(person):
        desk = await sit_down(person, server)
        await desk.open(f"/rooms/{room}/")
        return desk

    return sit_in_room


async def test_markdown_is_shown_as_what_it_means_and_stored_as_it_was_typed(sit_in_room, server, room):
    bob, carla = await sit_in_room("bob"), await sit_in_room("carla")
    text = (
        "**bold** *it* ~~no~~ `a * b` [here](https://example.org/x) https://example.org/y\n"
        "> quoted\n- one\n  - two\n3. three\n```python\nprint('*')\n```"
    )
    await bob.composer.fill(text)
    await bob.composer.press("Enter")
    for desk in (bob, carla):
        body = desk.messages.last.locator(".message-body")
        await expect(body.locator("strong")).to_have_text("bold")
        await expect(body.locator("em")).to_have_text("it")
        await expect(body.locator("s")).to_have_text("no")
        await expect(body.locator("p code")).to_have_text("a * b")
        await expect(body.locator("blockquote")).to_have_text("quoted")
        await expect(body.locator("ul ul li")).to_have_text("two")
        await expect(body.locator("ol li")).to_have_attribute("value", "3")
        await expect(body.get_by_role("group", name="Code, python")).to_have_text("print('*')")
        link = body.get_by_role("link", name="here")
        await expect(link).to_have_attribute("href", "https://example.org/x")
        await expect(link).to_have_attribute("title", "https://example.org/x")
        for each in await body.get_by_role("link").all():
            await expect(each).to_have_attribute("rel", "noopener noreferrer nofollow")
            await expect(each).to_have_attribute("target", "_blank")
    assert server.messages(room)[-1][1] == text


async def test_line_breaks_and_spaces_stay_as_typed_and_long_words_stay_on_the_page(sit_in_room):
    bob = await sit_in_room("bob")
    await bob.page.set_viewport_size({"width": 360, "height": 640})
    await bob.write("one\n\n  two   three\nfour")
    await bob.write("w" * 500)
    await bob.write("`" + "c" * 500 + "`")
    await bob.write("```\n" + "code " * 100 + "\n```")
    await expect(bob.messages).to_have_count(4)
    assert (await bob.texts())[0] == "one\n\n  two   three\nfour"
    assert await bob.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await bob.page.locator("#messages").evaluate("(box) => box.scrollWidth <= box.clientWidth")
    code = bob.messages.last.locator("pre")
    await code.focus()
    await bob.page.keyboard.press("ArrowRight")
    await code.evaluate("(pre) => pre.scrollLeft || new Promise((done) => pre.addEventListener('scroll', done))")


async def test_text_from_right_to_left_starts_on_the_right(sit_in_room):
    bob = await sit_in_room("bob")
    await bob.write("שלום **עולם**")
    await expect(bob.messages.last.locator(".message-body p")).to_have_css("direction", "rtl")
    await bob.write("hello")
    await expect(bob.messages.last.locator(".message-body p")).to_have_css("direction", "ltr")


async def test_mentions_are_marked_ones_own_more_strongly(sit_in_room):
    bob, carla = await sit_in_room("bob"), await sit_in_room("carla")
    await bob.write("@Carla Conti and @alice adler, not @Nobody")
    await expect(carla.messages.last.locator("mark.mention.own")).to_have_text("@Carla Conti")
    await expect(carla.messages.last.locator("span.mention")).to_have_text("@alice adler")
    await expect(bob.messages.last.locator("mark")).to_have_count(0)
    await expect(bob.messages.last.locator("span.mention")).to_have_count(2)
    await carla.page.reload()
    await expect(carla.messages.last.locator("mark.mention.own")).to_have_text("@Carla Conti")


async def test_names_are_offered_and_chosen_by_keyboard(sit_in_room, server, room):
    bob = await sit_in_room("bob")
    options = bob.page.get_by_role("listbox", name="People to mention").get_by_role("option")
    await bob.composer.press_sequentially("Hi @")
    await expect(options).to_have_text(["AAAlice Adler", "CCCarla Conti"])
    await expect(bob.composer).to_have_attribute("aria-haspopup", "listbox")
    await bob.composer.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    active = await options.nth(1).get_attribute("id")
    await expect(bob.composer).to_have_attribute("aria-activedescendant", active)
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("Hi @Carla Conti ")
    await expect(options).to_have_count(0)
    await bob.composer.press_sequentially("@adl")
    await expect(options).to_have_count(1)
    await bob.composer.press("Tab")
    await expect(bob.composer).to_have_value("Hi @Carla Conti @Alice Adler ")
    await expect(bob.composer).to_be_focused()
    assert server.messages(room) == []
    await bob.composer.press("Enter")
    await expect(bob.messages).to_have_count(1)


async def test_a_closed_list_swallows_no_key(sit_in_room):
    bob = await sit_in_room("bob")
    options = bob.page.get_by_role("option")
    await bob.composer.press_sequentially("@al")
    await expect(options).to_have_count(1)
    await bob.composer.press("Escape")
    await expect(options).to_have_count(0)
    await expect(bob.composer).not_to_have_attribute("aria-haspopup", "listbox")
    # Closed is closed, until another mention begins.
    await bob.composer.press_sequentially("i")
    await expect(options).to_have_count(0)
    await bob.composer.press("Enter")
    await expect(bob.composer).to_have_value("")
    await bob.shows("@ali")
    await bob.composer.press_sequentially("me@al")
    await bob.composer.press("Enter")
    await bob.composer.press_sequentially("@nobody at all")
    await bob.composer.press("Enter")
    await bob.composer.press_sequentially("@Alice Adler")
    await bob.composer.press("Enter")
    await bob.shows("@ali", "me@al", "@nobody at all", "@Alice Adler")


async def test_an_input_method_keeps_its_keys(sit_in_room):
    bob = await sit_in_room("bob")
    options = bob.page.get_by_role("option")
    await bob.composer.press_sequentially("@")
    await expect(options).to_have_count(2)
    prevented = await bob.composer.evaluate(
        """(field) => ['Enter', 'ArrowDown', 'Tab', 'Escape'].filter((key) => !field.dispatchEvent(
            new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true, cancelable: true})))"""
    )
    assert prevented == []
    await expect(bob.composer).to_have_value("@")
    await expect(bob.messages).to_have_count(0)


async def test_a_click_chooses_and_leaving_the_field_closes(sit_in_room):
    bob = await sit_in_room("bob")
    options = bob.page.get_by_role("option")
    await bob.composer.press_sequentially("@c !")
    await bob.composer.press("ArrowLeft")
    await bob.composer.press("ArrowLeft")
    await bob.composer.press_sequentially("o")
    await options.get_by_text("Carla Conti").click()
    await expect(bob.composer).to_have_value("@Carla Conti !")
    await expect(bob.composer).to_be_focused()
    await bob.composer.press_sequentially(" @")
    await expect(options).to_have_count(2)
    await bob.composer.press("Home")
    await expect(options).to_have_count(0)
    await bob.composer.press("End")
    await bob.composer.press("ArrowLeft")
    await bob.composer.press("ArrowLeft")
    await expect(options).to_have_count(2)
    await bob.send_button.focus()
    await expect(options).to_have_count(0)
