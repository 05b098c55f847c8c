"""A line that says it is open and is not, and clocks that are wrong."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

pytestmark = pytest.mark.any_engine("lines and clocks are the browser's")

# Date as it is on a machine whose clock is so many milliseconds off.
CLOCK_OFF = """(() => {
    const Real = Date;
    const now = () => Real.now() + %d;
    window.Date = class extends Real {
        constructor(...given) { given.length ? super(...given) : super(now()); }
        static now() { return now(); }
    };
})()"""
DAY_MS = 24 * 60 * 60 * 1000


async def test_a_line_that_is_open_but_silent_is_noticed_and_replaced(server, room, sit_down):
    bob = await sit_down("bob", server)
    await bob.open(f"/rooms/{room}/")
    bob.line.to_page = bob.line.to_server = lambda frame: False
    bubble = await bob.write("Is anybody there?")
    await expect(bob.connection).to_have_attribute("data-state", "reconnecting")
    bob.line.to_page = bob.line.to_server = lambda frame: True
    await bob.is_connected()
    await expect(bubble).to_have_class(re.compile(r"\bsent\b"))
    assert [body for _, body in server.messages(room)] == ["Is anybody there?"]


@pytest.mark.parametrize("off", [-DAY_MS, DAY_MS], ids=["a day behind", "a day ahead"])
async def test_a_clock_that_is_a_day_off_changes_no_order(server, room, sit_down, off):
    bob = await sit_down("bob", server)
    await bob.page.add_init_script(CLOCK_OFF % off)
    carla = await sit_down("carla", server)
    for person in (bob, carla):
        await person.open(f"/rooms/{room}/")
    said = []
    for number in range(4):
        person = (bob, carla)[number % 2]
        said.append(f"{number}")
        await person.write(f"{number}")
        for reader in (bob, carla):
            await reader.shows(*said)
    bob.line.to_page = lambda frame: frame["type"] not in {"ack", "events"}
    await bob.write("Pending")
    await carla.write("Meanwhile")
    await carla.shows(*said, "Pending", "Meanwhile")
    bob.line.release()
    await bob.shows(*said, "Pending", "Meanwhile")
    await bob.page.reload()
    await bob.shows(*said, "Pending", "Meanwhile")
    assert [body for _, body in server.messages(room)] == [*said, "Pending", "Meanwhile"]
