"""Files come into the composer's tray by the clip, by paste and by drop; what is done with them there."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from tests.e2e.desk import Desk
from tests.e2e.giving import Way, answer, arrived, as_sent, choose, drop, is_sent, paste, png, tray
from tests.e2e.test_accessibility import is_accessible

CAT = png(60, 40)


async def open_room(sit_down, server, room: int, person: str = "bob") -> Desk:
    desk: Desk = await sit_down(person, server)
    await desk.open(f"/rooms/{room}/")
    return desk


async def test_several_are_chosen_and_sent_with_a_text_and_another_sees_them(server, room, sit_down):
    bob, carla = await open_room(sit_down, server, room), await open_room(sit_down, server, room, "carla")
    await choose(bob, cat_png=CAT, notes_bin=b"some notes")
    await expect(tray(bob)).to_have_count(2)
    await expect(tray(bob).first.locator("img")).to_be_visible()
    await expect(bob.composer).to_be_focused()
    await bob.write("Look at these")
    await expect(tray(bob)).to_have_count(0)
    for desk in (bob, carla):
        await desk.shows("Look at these")
        await is_sent(desk, "cat.png", "notes.bin")
    names = [name for name, _, _ in arrived(server, room)]
    assert names == ["cat.png", "notes.bin"]
    assert arrived(server, room)[1] == as_sent("notes.bin", b"some notes")


async def test_a_pasted_screenshot_is_sent_without_words_and_text_with_a_picture_of_it_is_text(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    await paste(bob, "cell.png", CAT, text="A cell")
    await expect(tray(bob)).to_have_count(0)
    await paste(bob, "image.png", CAT)
    await expect(tray(bob)).to_have_count(1)
    await bob.composer.press("Enter")
    await expect(tray(bob)).to_have_count(0)
    await expect(bob.messages).to_have_count(1)
    await is_sent(bob, "image.png")
    assert [name for name, _, _ in arrived(server, room)] == ["image.png"]


@pytest.mark.parametrize("target", ["#messages", "#composer textarea", "#sidebar"])
async def test_files_dropped_anywhere_are_taken_and_the_page_stays(server, room, sit_down, tmp_path, target):
    for name in ("one.txt", "two.txt"):
        (tmp_path / name).write_text(name)
    bob = await open_room(sit_down, server, room)
    await bob.composer.fill("half a sen")
    await drop(bob, target, tmp_path / "one.txt", tmp_path / "two.txt")
    await expect(tray(bob)).to_have_count(2)
    await expect(bob.page.locator("body")).not_to_have_class(re.compile("dropping"))
    await expect(bob.composer).to_have_value("half a sen")
    assert len(bob.page.context.pages) == 1


async def test_a_dropped_folder_is_refused_in_a_sentence(server, room, sit_down, tmp_path):
    (tmp_path / "folder").mkdir()
    bob = await open_room(sit_down, server, room)
    await drop(bob, "#messages", tmp_path / "folder")
    await expect(bob.page.get_by_role("alert").filter(has_text="A folder cannot be sent")).to_be_visible()
    await expect(tray(bob)).to_have_count(0)


async def test_an_upload_shows_how_far_it_is_and_is_gone_when_it_is_taken_out(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    way = Way(bob)
    await way.shut()
    await choose(bob, cat_png=CAT, dog_png=png(30, 30))
    await way.waits()
    await expect(bob.page.get_by_role("progressbar", name="Upload of cat.png")).to_be_visible()
    await bob.page.get_by_role("button", name="Remove cat.png").click()
    await expect(tray(bob)).to_have_count(1)
    await expect(bob.page.get_by_role("button", name="Remove dog.png")).to_be_focused()
    await bob.page.keyboard.press("Enter")
    await expect(bob.composer).to_be_focused()
    await way.open()
    await bob.page.reload()
    await bob.is_connected()
    await expect(tray(bob)).to_have_count(0)
    await bob.write("Nothing with it")
    await bob.shows("Nothing with it")
    assert arrived(server, room) == []


async def test_what_is_in_the_tray_stays_with_its_room_and_outlives_a_reload(server, room, sit_down):
    other = server.new_room()
    bob = await open_room(sit_down, server, room)
    await choose(bob, cat_png=CAT)
    await expect(tray(bob)).to_have_count(1)
    await bob.open_room(other)
    await expect(tray(bob)).to_have_count(0)
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}']")).to_contain_text("draft", ignore_case=True)
    await bob.page.reload()
    await bob.is_connected()
    await bob.open_room(room)
    await expect(tray(bob).locator("img")).to_be_visible()
    await bob.composer.press("Enter")
    await is_sent(bob, "cat.png")


async def test_what_a_picture_shows_is_said_and_reaches_the_others(server, room, sit_down):
    bob, carla = await open_room(sit_down, server, room), await open_room(sit_down, server, room, "carla")
    await choose(bob, cat_png=CAT)
    await bob.page.get_by_role("button", name="Describe cat.png").click()
    dialog = bob.page.get_by_role("dialog", name="Describe cat.png")
    await dialog.get_by_label("For those who cannot see it").fill("A cat that sleeps")
    await bob.page.keyboard.press("Enter")
    await expect(bob.page.get_by_role("button", name="Described cat.png")).to_be_focused()
    await bob.composer.press("Enter")
    await is_sent(carla, "cat.png")
    await expect(carla.messages.last.get_by_alt_text("A cat that sleeps")).to_be_visible()


@pytest.mark.parametrize(
    ("status", "words"), [(413, "too large for this server"), (404, "not uploaded")], ids=["too large", "no such room"]
)
async def test_what_the_server_will_not_take_is_said_and_not_sent(server, room, sit_down, status, words):
    bob = await open_room(sit_down, server, room)
    bob.expected = ["Failed to load resource"]
    await answer(bob, status, "too_large")
    await choose(bob, big_bin=b"0123456789")
    await expect(tray(bob)).to_contain_text(words)
    await bob.write("With it")
    await expect(bob.page.get_by_role("alert").filter(has_text="big.bin cannot be sent")).to_be_visible()
    await expect(bob.messages).to_have_count(0)
    await bob.page.get_by_role("button", name="Remove big.bin").click()
    await bob.composer.press("Enter")
    await bob.shows("With it")


async def test_more_than_a_message_takes_and_larger_than_the_server_takes_are_left_out_with_a_word(
    server, room, sit_down
):
    bob = await open_room(sit_down, server, room)
    await bob.page.evaluate(
        """() => {
            const clipboardData = new DataTransfer();
            const large = new File([new Uint8Array(101 * 1024 * 1024)], "film.mkv");
            for (let n = 0; n < 12; n++) clipboardData.items.add(new File(["x"], `${n}.txt`));
            clipboardData.items.add(large);
            document.activeElement.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true }));
        }"""
    )
    await expect(tray(bob)).to_have_count(10)
    problem = bob.page.locator("#composer-problem")
    await expect(problem).to_contain_text("film.mkv is too large: this server takes files of up to 100 MB.")
    await expect(problem).to_contain_text("A message takes up to 10 files: 2 were left out.")


async def test_files_are_not_added_to_a_message_that_was_sent(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    await bob.write("Said")
    await bob.shows("Said")
    await bob.composer.press("ArrowUp")
    await paste(bob, "cat.png", CAT)
    await expect(bob.page.get_by_role("alert").filter(has_text="Files cannot be added")).to_be_visible()
    await expect(tray(bob)).to_have_count(0)


async def test_the_tray_is_accessible_and_worked_by_keys(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    await choose(bob, cat_png=CAT, notes_bin=b"x")
    await expect(tray(bob).locator("progress:visible")).to_have_count(0)
    await is_accessible(bob)
    await bob.composer.press("Tab")
    await expect(bob.page.get_by_role("button", name="Add files")).to_be_focused()
    await bob.composer.press("Shift+Tab")
    await expect(bob.page.get_by_role("button", name="Remove notes.bin")).to_be_focused()
    await bob.page.get_by_role("button", name="Describe cat.png").press("Enter")
    await expect(bob.page.get_by_role("dialog")).to_be_visible()
    await is_accessible(bob)


async def test_leaving_a_room_and_logging_out_ask_where_files_are_not_sent(server, room, sit_down):
    bob = await open_room(sit_down, server, room)
    bob.expected = ["/api/v1/uploads/"]  # what was begun in a room that one has left is not found any more
    await choose(bob, cat_png=CAT)
    await bob.page.get_by_role("button", name="Members and more").click()
    await bob.page.get_by_role("dialog").get_by_role("button", name="Leave").click()
    leaving = bob.page.get_by_role("dialog", name="Leave")
    await expect(leaving).to_contain_text("The file that you have not sent there will be thrown away.")
    await leaving.get_by_role("button", name="Leave").click()
    await expect(bob.page.locator(f"#rooms a[data-room-id='{room}']")).to_have_count(0)

    await bob.open_room(server.world.everyone)
    await choose(bob, cat_png=CAT, dog_png=CAT)
    await bob.page.locator("#log-out").get_by_role("button", name="Log out").click()
    dialog = bob.page.get_by_role("dialog", name="Log out?")
    await expect(dialog).to_contain_text("What you began to write in a room, with 2 files, will be thrown away.")
    await dialog.get_by_role("button", name="Log out").click()
    await expect(bob.page).to_have_url(re.compile("/login/"))
    user = server.world.people["bob"].id
    left = await bob.page.evaluate(
        """async (user) => {
            const asked = (request) => new Promise((done) => { request.onsuccess = () => done(request.result); });
            const database = await asked(indexedDB.open(`posthorn-files-${user}`));
            return asked(database.transaction("bytes").objectStore("bytes").getAllKeys());
        }""",
        user,
    )
    assert left == []
