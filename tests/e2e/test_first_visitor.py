"""From an empty installation to two people talking, by hand."""

from __future__ import annotations

from playwright.async_api import expect


async def test_the_first_visitor_sets_up_invites_and_they_talk(start_server, sit_down):
    server = start_server(empty=True)
    olga, petra = await sit_down(None, server), await sit_down(None, server)

    await olga.page.goto("/")
    await expect(olga.page).to_have_url(f"{server.address}/setup/")
    await olga.page.fill("input[name=name]", "Olga Owner")
    await olga.page.fill("input[name=username]", "olga")
    await olga.page.fill("input[name=password]", "horns are loud at dawn")
    await olga.page.get_by_role("button", name="Make my account").click()
    await olga.is_connected()
    await expect(olga.page.get_by_role("heading", name="Everyone")).to_be_visible()
    await olga.write("Is anybody here?")
    await olga.shows("Is anybody here?")

    await olga.page.get_by_role("link", name="Invite people").click()
    await olga.page.get_by_role("button", name="Make a link").click()
    link = await olga.page.locator(".invite-link").inner_text()
    await olga.page.get_by_role("link", name="Back to the chat").click()
    await olga.is_connected()

    await petra.page.goto(link)
    await expect(petra.page.get_by_role("heading", name="Olga Owner invites you")).to_be_visible()
    await petra.page.fill("input[name=name]", "Petra Pohl")
    await petra.page.fill("input[name=username]", "petra")
    await petra.page.fill("input[name=password]", "three quiet geese")
    await petra.page.get_by_role("button", name="Join").click()
    await petra.is_connected()
    await petra.shows("Is anybody here?")
    await petra.write("I am!")
    await olga.shows("Is anybody here?", "I am!")
    await olga.write("Welcome.")
    await petra.shows("Is anybody here?", "I am!", "Welcome.")


async def test_logging_in_leads_back_to_where_one_wanted_to_go(server, room, sit_down):
    carla = await sit_down(None, server)
    await carla.page.goto(f"/rooms/{room}/")
    await expect(carla.page).to_have_url(f"{server.address}/login/?next=/rooms/{room}/")
    await carla.page.fill("input[name=username]", "carla")
    await carla.page.fill("input[name=password]", "a wrong password")
    await carla.page.get_by_role("button", name="Log in").click()
    await expect(carla.page.get_by_role("alert")).to_be_visible()
    await carla.page.fill("input[name=password]", "a long enough password")
    await carla.page.get_by_role("button", name="Log in").click()
    await expect(carla.page).to_have_url(f"{server.address}/rooms/{room}/")
    await carla.is_connected()
    await carla.page.get_by_role("button", name="Log out").click()
    await expect(carla.page).to_have_url(f"{server.address}/login/")
