"""The first page is light: what a browser with an empty cache loads before it can be used."""

from __future__ import annotations

MOST_BYTES = 100_000


async def test_the_first_page_is_under_100_kilobytes(server, room, sit_down):
    bob = await sit_down("bob", server)
    session = await bob.page.context.new_cdp_session(bob.page)
    await session.send("Network.enable")
    addresses: dict[str, str] = {}
    loaded: dict[str, int] = {}
    session.on(
        "Network.responseReceived", lambda event: addresses.update({event["requestId"]: event["response"]["url"]})
    )
    session.on(
        "Network.loadingFinished",
        lambda event: loaded.update({addresses.get(event["requestId"], "?"): event["encodedDataLength"]}),
    )
    await bob.open(f"/rooms/{room}/")
    await bob.write("Hello")
    await bob.shows("Hello")
    assert any(address.endswith(".css") for address in loaded)
    assert sum(loaded.values()) < MOST_BYTES, sorted((size, address) for address, size in loaded.items())
