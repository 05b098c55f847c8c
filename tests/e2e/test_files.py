"""Files cannot be sent yet: who tries is told so, and loses nothing."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

PASTE = """(field, text) => {
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File(["picture"], "cat.png", { type: "image/png" }));
    if (text) clipboardData.setData("text/plain", text);
    field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("target", ["#messages", "#composer textarea", "#sidebar"])
async def test_a_file_dropped_anywhere_is_refused_in_a_sentence_and_the_page_stays(
    server, room, sit_down, tmp_path, target
):
    file = tmp_path / "cat.txt"
    file.write_text("a cat")
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.composer.fill("half a sen")
    box = await bob.page.locator(target).bounding_box()
    assert box is not None
    devtools = await bob.page.context.new_cdp_session(bob.page)
    data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
    for step in ("dragEnter", "dragOver", "drop"):
        place = {"x": box["x"] + 20, "y": box["y"] + 20}
        await devtools.send("Input.dispatchDragEvent", {"type": step, "data": data, **place})
    alert = bob.page.get_by_role("alert").filter(has_text="Files cannot be sent yet")
    await expect(alert).to_be_visible()
    await expect(bob.composer).to_have_value("half a sen")
    assert len(bob.page.context.pages) == 1
    await bob.composer.press("End")
    await bob.page.keyboard.type("tence")
    await expect(alert).to_be_hidden()


async def test_a_pasted_picture_is_refused_in_a_sentence_and_text_with_a_picture_of_it_is_not(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    alert = bob.page.get_by_role("alert").filter(has_text="Files cannot be sent yet")
    await bob.composer.evaluate(PASTE, "A cell")
    await expect(alert).to_have_count(0)
    await bob.composer.evaluate(PASTE, "")
    await expect(alert).to_be_visible()
