"""Windows that are used again have a warm cache, and nothing else of who sat there before."""

from __future__ import annotations

import pytest

from tests.e2e.desk import Desk
from tests.e2e.windows import Windows

pytestmark = pytest.mark.any_engine("it is about the browser")

LEAVE = """async () => {
  localStorage.left = sessionStorage.left = 'left';
  document.cookie = 'left=left';
  await (await caches.open('left')).put('/left', new Response('left'));
  await new Promise((done, failed) => {
    const opening = indexedDB.open('left');
    opening.onupgradeneeded = () => opening.result.createObjectStore('left').put('left', 1);
    Object.assign(opening, { onsuccess: done, onerror: failed });
  });
}"""
LOOK = """async () => ({
  storages: [...Object.keys(localStorage), ...Object.keys(sessionStorage)],
  cookie: document.cookie,
  caches: await caches.keys(),
  databases: await indexedDB.databases(),
  notifications: (await navigator.permissions.query({ name: 'notifications' })).state,
  loaded: performance.getEntriesByType('resource').filter(({ transferSize }) => transferSize > 0).length,
})"""


async def test_what_somebody_left_is_gone_but_for_the_cache(server, browser):
    windows = Windows(browser, server)
    page = await windows.take()
    await page.goto("/login/")
    before = await page.evaluate(LOOK)
    assert before["loaded"]
    await page.evaluate(LEAVE)
    await page.context.grant_permissions(["notifications"])
    await page.context.new_page()
    await page.context.set_offline(True)
    await windows.give_back([Desk(page, server)])

    again = await windows.take()
    assert again.context is page.context
    assert again.context.pages == [again]
    assert not await again.context.cookies()
    await again.goto("/login/")
    assert await again.evaluate(LOOK) == {**before, "loaded": 0}
    await windows.give_back([Desk(again, server)])
    await windows.close()


async def test_a_window_whose_clock_was_set_is_not_used_again(server, browser):
    windows = Windows(browser, server)
    page = await windows.take()
    await page.clock.install()
    await windows.give_back([Desk(page, server)])
    other = await windows.take()
    assert other.context is not page.context
    await other.context.close()
