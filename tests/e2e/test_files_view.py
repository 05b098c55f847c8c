"""How files look in the chat: in messages, in the viewer, in a room's list; and that they go when they have to."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from tests.e2e.desk import Desk
from tests.e2e.test_accessibility import is_accessible
from tests.support.client import Frame
from tests.support.sent_files import Sent, moving_picture, picture, say, sound
from tests.support.server import Server

FILES = re.compile(r"^http://[^/]+/files/")
Say = Callable[..., Awaitable[Frame]]


@pytest_asyncio.fixture(loop_scope="session")
async def carla_says(server, room) -> AsyncIterator[Say]:
    """Carla says something in the room, with files."""
    async with server.client("carla") as carla:

        async def says(body: str, *files: Sent) -> Frame:
            return await say(carla, room, body, *files)

        yield says


def pictures_of(desk: Desk) -> Locator:
    return desk.page.locator("#messages .picture")


def viewer_of(desk: Desk) -> Locator:
    return desk.page.locator("dialog.viewer")


async def is_shown(picture: Locator) -> None:
    """Wait until the picture is there, not only its place."""
    await expect(picture).to_be_visible()
    await expect(picture).to_have_js_property("complete", value=True)
    await expect(picture).not_to_have_js_property("naturalWidth", 0)


async def boxes(desk: Desk, selector: str) -> list[dict[str, float]]:
    """Where these stand on the page."""
    found: list[dict[str, float]] = await desk.page.evaluate(
        "(selector) => [...document.querySelectorAll(selector)].map((one) => one.getBoundingClientRect().toJSON())",
        selector,
    )
    return found


# In messages


async def test_a_picture_has_its_place_before_it_is_there_and_nothing_moves_when_it_comes(
    server, room, sit_down, carla_says
):
    await carla_says("Before", picture("boat.jpg", 1600, 900))
    await carla_says("", picture("tower.png", 300, 600), picture("field.jpg", 640, 480), picture("cat.png", 90, 90))
    await carla_says("After")
    bob = await sit_down("bob", server)
    released = asyncio.Event()

    async def hold(route: Route) -> None:
        await released.wait()
        await route.continue_()

    await bob.page.route(FILES, hold)
    await bob.open(f"/rooms/{room}/")
    await expect(bob.bubble("After")).to_be_visible()
    await expect(pictures_of(bob)).to_have_count(4)
    places = "#messages .message, #messages .picture"
    before = await boxes(bob, places)
    ratios = [box["width"] / box["height"] for box in await boxes(bob, "#messages .picture")]
    assert ratios[0] == pytest.approx(16 / 9, abs=0.02)
    heights = {round(box["height"]) for box in await boxes(bob, ".picture-row .picture")}
    assert len(heights) == 1, "in a row all are equally high"
    released.set()
    for image in await pictures_of(bob).locator("img").all():
        await is_shown(image)
    assert await boxes(bob, places) == before


async def test_the_placeholder_is_there_at_once_and_the_small_picture_is_the_one_that_is_loaded(
    server, room, sit_down, carla_says
):
    await carla_says("", picture("large.jpg", 2400, 1600, description="A white disc on blue"))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    image = pictures_of(bob).locator("img")
    await is_shown(image)
    assert "/thumb" in str(await image.get_attribute("src"))
    assert "data:image/" in await pictures_of(bob).evaluate("(button) => button.style.backgroundImage")
    await expect(image).to_have_attribute("alt", "A white disc on blue")
    await expect(pictures_of(bob)).to_have_accessible_name("A white disc on blue")


async def test_what_moves_moves_unless_its_reader_wants_less_of_that(server, room, sit_down, carla_says):
    await carla_says("", moving_picture("blink.gif", 200, 100))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    image = pictures_of(bob).locator("img")
    await is_shown(image)
    assert str(await image.get_attribute("src")).endswith("/blink.gif")
    await bob.page.emulate_media(reduced_motion="reduce")
    await bob.page.reload()
    await is_shown(image)
    assert str(await image.get_attribute("src")).endswith("/thumb")


async def test_sound_is_played_where_it_stands(server, room, sit_down, carla_says):
    await carla_says("Listen", sound("bell.wav", 0.5))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    audio = bob.page.locator("#messages audio")
    await audio.evaluate("(audio) => { audio.muted = true; return audio.play(); }")
    await audio.evaluate("(audio) => audio.ended || new Promise((done) => (audio.onended = done))")
    assert await audio.evaluate("(audio) => audio.duration") == pytest.approx(0.5)
    await expect(bob.page.locator("#messages .file-row")).to_contain_text("bell.wav")


RECORD = """async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 48 });
    const context = canvas.getContext("2d");
    const recorder = new MediaRecorder(canvas.captureStream(25), { mimeType: "video/webm" });
    const parts = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const over = new Promise((done) => (recorder.onstop = done));
    recorder.start();
    for (let n = 0; n < 10; n += 1) {
        context.fillStyle = n % 2 ? "red" : "blue";
        context.fillRect(0, 0, 64, 48);
        await new Promise((done) => requestAnimationFrame(done));
    }
    recorder.stop();
    await over;
    return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}"""


async def test_a_video_is_played_where_it_stands_and_what_cannot_be_played_is_a_row(server, room, sit_down, carla_says):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    recorded = bytes(await bob.page.evaluate(RECORD))
    await carla_says("Look", Sent("clip.webm", recorded, "video/webm"))
    video = bob.page.locator("#messages video")
    await expect(video).to_have_js_property("videoWidth", 64)
    await video.evaluate("(video) => { video.muted = true; return video.play(); }")
    await carla_says("Broken", Sent("broken.webm", recorded[:64], "video/webm"))
    row = bob.page.locator("#messages .file-row", has_text="broken.webm")
    await expect(row).to_be_visible()
    await expect(bob.page.locator("#messages .player", has=row).locator("video")).to_have_count(0)


@pytest.mark.parametrize(
    "name",
    ["Übersicht für März.pdf", "数字 📊.xlsx", "<img src=x onerror=alert(1)>.html", "100% of a?b#c.txt"],
)
async def test_any_other_file_is_a_row_that_downloads_it_under_its_name(server, room, sit_down, carla_says, name):
    await carla_says("", Sent(name, b"%PDF-1.4 and so on" * 100))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    row = bob.page.locator("#messages .file-row")
    await expect(row.locator(".file-name")).to_have_text(name)
    await expect(row.locator(".file-about")).to_contain_text("1.8 kB")
    async with bob.page.expect_download() as downloading:
        await row.click()
    download = await downloading.value
    path = await download.path()
    assert path.read_bytes() == b"%PDF-1.4 and so on" * 100
    # The system has a say in which signs a name may have.
    letters = re.compile(r"[\W_]")
    assert letters.sub("", download.suggested_filename) == letters.sub("", name)


async def test_a_message_without_files_has_no_node_for_them(server, room, sit_down, carla_says):
    await carla_says("Words alone")
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bubble = bob.bubble("Words alone").locator(".bubble")
    classes = await bubble.evaluate("(bubble) => [...bubble.children].map((child) => child.className)")
    assert classes == ["message-meta", "message-body", "message-state"]


async def test_who_listens_hears_what_a_message_carries_and_replies_quote_it_by_name(
    server, room, sit_down, carla_says
):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await carla_says("", picture("boat.png", 40, 30, description="A boat"))
    await expect(bob.page.locator("#announcer")).to_have_text("Carla Conti: Picture: A boat")
    message = bob.messages.last
    await message.focus()
    await expect(message).to_have_accessible_name(re.compile(r"^Carla Conti, .*: Picture: A boat$"))
    await bob.page.keyboard.press("Enter")
    await bob.page.get_by_role("button", name="Reply").click()
    await expect(bob.page.locator(".composer-mode-body")).to_have_text("Picture: A boat")
    answer = await bob.write("Nice")
    await expect(answer.locator(".quote-body")).to_have_text("boat.png")
    await bob.page.reload()
    await expect(bob.bubble("Nice").locator(".quote-body")).to_have_text("boat.png")


async def test_a_message_is_found_by_the_name_of_its_file(server, room, sit_down, carla_says):
    await carla_says("", Sent("harbour_dues 2027.pdf", b"%PDF-1"), Sent("else.txt", b"x"))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.keyboard.press("Control+Shift+F")
    await bob.page.get_by_role("searchbox").fill("harbour dues")
    found = bob.page.locator(".result")
    await expect(found).to_have_count(1)
    assert await found.locator(".result-file").all_inner_texts() == ["harbour_dues 2027.pdf", "else.txt"]
    await expect(found.locator("mark")).to_have_text(["harbour", "dues"])
    await found.click()
    await expect(bob.page.locator("#messages .marked .file-name").first).to_have_text("harbour_dues 2027.pdf")


# The viewer


@pytest_asyncio.fixture(loop_scope="session")
async def long_way(carla_says) -> AsyncIterator[None]:
    """Pictures at the beginning and at the end of a room, and between them more than is loaded."""
    await carla_says("first", picture("one.png", 40, 30), picture("two.png", 40, 30, description="The second"))
    for n in range(130):
        await carla_says(f"Message {n}")
    await carla_says("last", picture("three.png", 40, 30))
    yield


async def title(desk: Desk, name: str) -> None:
    await expect(viewer_of(desk).locator("h2")).to_have_text(name)
    await is_shown(viewer_of(desk).locator("img"))


async def test_the_viewer_leads_through_all_pictures_of_the_room_by_keys_and_the_focus_returns(
    server, room, sit_down, long_way
):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.locator(".jump-button.down").or_(bob.bubble("last")).first.wait_for()
    await bob.page.keyboard.press("Shift+Tab")
    while await bob.page.locator(".message:focus").count() == 0:
        await bob.page.keyboard.press("Shift+Tab")
    if await bob.page.locator(".jump-button.down").is_visible():
        await bob.page.locator(".jump-button.down").click()
        await bob.bubble("last").focus()
    await expect(bob.bubble("last")).to_be_focused()
    await bob.page.keyboard.press("Tab")
    await expect(pictures_of(bob)).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await title(bob, "three.png")
    await bob.page.keyboard.press("ArrowLeft")
    await title(bob, "two.png")
    await expect(viewer_of(bob).locator("img")).to_have_attribute("alt", "The second")
    await bob.page.keyboard.press("ArrowLeft")
    await title(bob, "one.png")
    await expect(viewer_of(bob).get_by_role("button", name="Previous")).to_be_hidden()
    await bob.page.keyboard.press("ArrowLeft")
    await bob.page.keyboard.press("ArrowRight")
    await title(bob, "two.png")
    await bob.page.keyboard.press("Escape")
    await expect(viewer_of(bob)).to_have_count(0)
    await expect(pictures_of(bob)).to_be_focused()


async def test_the_viewer_leads_to_the_message_and_downloads_the_picture(server, room, sit_down, long_way):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Files", exact=True).click()
    await bob.page.locator(".file-list .picture[title='one.png']").click()
    await title(bob, "one.png")
    async with bob.page.expect_download() as downloading:
        await viewer_of(bob).get_by_role("link", name="Download").click()
    assert (await downloading.value).suggested_filename == "one.png"
    await viewer_of(bob).get_by_role("button", name="Show in room").click()
    await expect(bob.page.locator("dialog")).to_have_count(0)
    await expect(bob.bubble("first")).to_be_in_viewport()


async def swipe(page: Page, way: int) -> None:
    """One finger goes sideways over the middle of the page."""
    devtools = await page.context.new_cdp_session(page)
    size = page.viewport_size
    assert size is not None
    x, y = size["width"] / 2 - way * 100, size["height"] / 2
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for n in range(1, 11):
        point = {"x": x + way * n * 20, "y": y}
        await devtools.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    await devtools.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_a_finger_leads_to_the_next_one(server, room, sit_down, carla_says):
    await carla_says("", picture("one.png", 400, 300), picture("two.png", 400, 300))
    bob = await sit_down("bob", server)
    await bob.page.set_viewport_size({"width": 390, "height": 760})
    await bob.open(f"/rooms/{room}/")
    await pictures_of(bob).first.click()
    await title(bob, "one.png")
    await swipe(bob.page, -1)
    await title(bob, "two.png")
    await swipe(bob.page, 1)
    await title(bob, "one.png")


async def test_a_picture_that_does_not_fit_is_shown_as_it_is_when_asked(server, room, sit_down, carla_says):
    await carla_says("", picture("wide.jpg", 3000, 2000), picture("tiny.png", 40, 30))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await pictures_of(bob).first.click()
    await title(bob, "wide.jpg")
    viewer = viewer_of(bob)
    fitting = await viewer.locator("img").bounding_box()
    assert fitting is not None
    assert fitting["width"] < 1280
    await viewer.get_by_role("button", name="Actual size").click()
    await expect(viewer.locator("img")).to_have_css("width", "3000px")
    await bob.page.keyboard.press("ArrowRight")
    await title(bob, "wide.jpg")
    await viewer.get_by_role("button", name="Fit to screen").click()
    await bob.page.keyboard.press("ArrowRight")
    await title(bob, "tiny.png")
    await expect(viewer.locator("img")).to_have_css("width", "40px")
    await expect(viewer.get_by_role("button", name="Actual size")).to_be_hidden()


# The room's files


async def listed(desk: Desk, *names: str) -> None:
    """Wait until these are listed, in this order."""
    await desk.page.wait_for_function(
        """(names) => {
            const shown = [...document.querySelectorAll(".file-list .picture, .file-list .file-name")];
            return JSON.stringify(shown.map((one) => one.title || one.textContent)) === JSON.stringify(names);
        }""",
        arg=list(names),
    )


async def test_a_rooms_files_are_listed_by_kind_and_found_by_name(server, room, sit_down, carla_says):
    await carla_says("", picture("boat.png", 40, 30), Sent("plan.pdf", b"%PDF-1"), picture("harbour.png", 30, 40))
    await carla_says("", Sent("boat trip.txt", b"Sunday"))
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Files", exact=True).click()
    await listed(bob, "harbour.png", "boat.png")
    await bob.page.get_by_role("searchbox").fill("boat")
    await listed(bob, "boat.png")
    await bob.page.get_by_text("Other files").click()
    await listed(bob, "boat trip.txt")
    await bob.page.get_by_role("searchbox").fill("")
    await listed(bob, "boat trip.txt", "plan.pdf")
    await bob.page.get_by_role("searchbox").fill("nothing like it")
    await expect(bob.page.get_by_role("status").get_by_text("Nothing has a name like this.")).to_be_visible()
    await bob.page.get_by_role("searchbox").fill("plan")
    await listed(bob, "plan.pdf")
    await bob.page.locator(".file-list").get_by_role("button").click()
    await expect(bob.page.locator("#messages .marked")).to_be_visible()


async def test_a_long_list_comes_in_pages_and_the_viewer_goes_on_beyond_them(server, room, sit_down, carla_says):
    for message in range(6):
        await carla_says("", *[picture(f"{message}-{n}.png", 8, 6) for n in range(10)])
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await bob.page.get_by_role("button", name="Files", exact=True).click()
    tiles = bob.page.locator(".file-list .picture")
    await expect(tiles).to_have_count(50)
    await tiles.last.click()
    await title(bob, "1-0.png")
    await bob.page.keyboard.press("ArrowLeft")
    await title(bob, "0-9.png")
    await bob.page.keyboard.press("Escape")
    await expect(tiles.last).to_be_focused()
    await bob.page.get_by_role("button", name="Show more").click()
    await expect(tiles).to_have_count(60)
    await expect(tiles.nth(50)).to_be_focused()
    await expect(bob.page.get_by_role("button", name="Show more")).to_be_hidden()


# What goes


async def delete(server: Server, message: int) -> None:
    async with server.client("carla") as carla:
        client_id = carla.new_id()
        await carla.send({"type": "delete", "client_id": client_id, "message": message})
        await carla.until_answered([client_id])


async def test_what_is_deleted_goes_from_the_message_the_viewer_and_the_list(server, room, sit_down, carla_says):
    kept = await carla_says("Kept", picture("kept.png", 40, 30))
    gone = await carla_says("", picture("gone.png", 40, 30))
    bob, beside = await sit_down("bob", server), await sit_down("alice", server)
    for desk in (bob, beside):
        await desk.open(f"/rooms/{room}/")
    await expect(pictures_of(bob)).to_have_count(2)
    link = await pictures_of(bob).last.locator("img").get_attribute("src")
    await pictures_of(bob).last.click()
    await title(bob, "gone.png")
    await beside.page.get_by_role("button", name="Files", exact=True).click()
    await listed(beside, "gone.png", "kept.png")
    await delete(server, gone["id"])
    await title(bob, "kept.png")
    await listed(beside, "kept.png")
    await bob.page.keyboard.press("Escape")
    await expect(pictures_of(bob)).to_have_count(1)
    await expect(bob.messages.last).to_contain_text("This message was deleted.")
    with server.browser("bob") as browser:
        assert browser.get(str(link)).status_code == 404
    await pictures_of(bob).click()
    await title(bob, "kept.png")
    await delete(server, kept["id"])
    await expect(viewer_of(bob)).to_have_count(0)


async def test_whoever_is_taken_out_of_the_room_sees_no_more_of_its_files(server, room, sit_down, carla_says):
    await carla_says("", picture("one.jpg", 400, 300))
    await carla_says("", picture("two.jpg", 400, 300))
    bob = await sit_down("bob", server)
    bob.expected = ["Failed to load resource"]
    await bob.open(f"/rooms/{room}/")
    await is_shown(pictures_of(bob).last.locator("img"))
    with server.browser("bob") as browser:
        link = str(await pictures_of(bob).last.locator("img").get_attribute("src"))
        assert browser.get(link).status_code == 200
        server.database.execute(
            "DELETE FROM chat_membership WHERE room_id = %s AND user_id = %s", [room, server.world.people["bob"].id]
        )
        await expect(bob.page.locator("#lost-room")).to_be_visible()
        assert browser.get(link).status_code == 404
    await expect(bob.page.get_by_role("button", name="Files", exact=True)).to_be_hidden()
    await pictures_of(bob).last.click()
    await expect(viewer_of(bob).get_by_role("alert")).to_have_text("This picture cannot be loaded just now.")


async def test_pictures_that_did_not_come_come_when_the_line_is_there_again(server, room, sit_down, carla_says):
    await carla_says("", picture("boat.png", 40, 30))
    bob = await sit_down("bob", server)
    bob.expected = ["Failed to load resource"]
    await bob.page.route(FILES, lambda route: route.abort())
    await bob.open(f"/rooms/{room}/")
    await expect(pictures_of(bob)).to_have_class(re.compile("missing"))
    await bob.page.unroute(FILES)
    await bob.line.cut()
    await is_shown(pictures_of(bob).locator("img"))
    await expect(pictures_of(bob)).not_to_have_class(re.compile("missing"))


# Many


async def test_of_many_pictures_those_alone_are_loaded_that_come_near(server, room, sit_down, carla_says):
    for n in range(60):
        await carla_says("", picture(f"{n}.png", 400, 300))
    bob = await sit_down("bob", server)
    asked: list[str] = []

    def note(request: Any) -> None:
        if FILES.match(request.url):
            asked.append(request.url)

    server.database.execute(
        "UPDATE chat_membership SET read_seq = %s WHERE room_id = %s AND user_id = %s",
        [server.head(room), room, server.world.people["bob"].id],
    )
    bob.page.on("request", note)
    await bob.open(f"/rooms/{room}/")
    await is_shown(pictures_of(bob).last.locator("img"))
    await bob.page.wait_for_load_state("networkidle")
    shown = await pictures_of(bob).count()
    assert shown >= 50
    assert 0 < len(asked) < shown / 2
    far = await pictures_of(bob).first.get_attribute("data-file")
    await expect(pictures_of(bob).first.locator("img")).to_have_count(0)
    await bob.page.locator("#messages").evaluate("(box) => box.scrollTo(0, 0)")
    await is_shown(bob.page.locator(f"#messages [data-file='{far}'] img"))


# For everybody


async def test_files_are_for_everybody(server, room, sit_down, carla_says):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    await carla_says("Look", picture("boat.jpg", 800, 600, description="A boat"), picture("cat.png", 300, 400))
    await carla_says("", picture("tower.jpg", 300, 900), moving_picture("blink.gif", 100, 100))
    await carla_says("", sound("bell.wav", 0.1), Sent("plan.pdf", b"%PDF-1"))
    await bob.page.emulate_media(reduced_motion="reduce")
    await bob.page.locator("#messages audio").wait_for()
    await is_accessible(bob)
    await pictures_of(bob).first.click()
    await title(bob, "boat.jpg")
    await is_accessible(bob)
    await bob.page.keyboard.press("Escape")
    await bob.page.set_viewport_size({"width": 1280, "height": 800})
    await bob.page.get_by_role("button", name="Files", exact=True).click()
    await expect(bob.page.locator(".file-list .picture")).to_have_count(4)
    await is_accessible(bob)
    await bob.page.get_by_text("Other files").click()
    await expect(bob.page.locator(".file-list .file-row")).to_have_count(2)
    await is_accessible(bob)
