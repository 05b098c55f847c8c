"""How people come in, over HTTP, against a real server."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.client import Client
from tests.support.seed import PASSWORD

OWNER = {"name": "Olga Owner", "username": "olga", "password": "horns are loud at dawn"}


def submit(browser: httpx.Client, path: str, **fields: str) -> httpx.Response:
    """Open a page, fill in its form and send it off."""
    return post(browser, path, token(browser.get(path)), **fields)


def post(browser: httpx.Client, path: str, csrf: str, **fields: str) -> httpx.Response:
    return browser.post(path, data={"csrfmiddlewaretoken": csrf, **fields})


def token(page: httpx.Response) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
    assert found, page.text
    return found[1]


def invitation(browser: httpx.Client) -> str:
    """The path of a new invite link."""
    assert submit(browser, "/invite/").status_code == 302
    found = re.search(r"https?://[^/]+(/join/[\w-]+/)", browser.get("/invite/").text)
    assert found
    return found[1]


@pytest.fixture
def visitor(server):
    with server.browser() as browser:
        yield browser


@pytest.fixture
def alice(server):
    with server.browser("alice") as browser:
        yield browser


@pytest.fixture
def bob(server):
    with server.browser("bob") as browser:
        yield browser


# The first visitor


async def test_the_first_visitor_sets_up_and_nobody_after_them(start_server):
    server = start_server(empty=True)
    with server.browser() as first:
        assert first.get("/").headers["location"] == "/setup/"
        assert first.get("/login/").headers["location"] == "/setup/"
        assert submit(first, "/setup/", **OWNER).headers["location"] == "/"
        assert "Olga Owner" in first.get("/").text
        async with Client(server.address, first.cookies["sessionid"]) as olga:
            assert [room["name"] for room in olga.welcome["rooms"]] == ["Everyone"]
            assert olga.welcome["user"]["name"] == "Olga Owner"
            await olga.say(olga.welcome["rooms"][0]["id"], "Is anybody here?")
        assert first.get("/admin/").status_code == 200

    with server.browser() as second:
        assert second.get("/setup/").headers["location"] == "/"
        answer = post(second, "/setup/", token(second.get("/login/")), **{**OWNER, "username": "olaf"})
        assert answer.headers["location"] == "/"
        assert second.get("/").headers["location"].startswith("/login/")
    assert server.rows("SELECT username, is_superuser FROM chat_user") == [("olga", 1)]


def test_of_two_first_visitors_at_once_one_becomes_the_owner(start_server):
    server = start_server(empty=True)
    with server.browser() as one, server.browser() as other, ThreadPoolExecutor() as threads:
        tokens = [token(browser.get("/setup/")) for browser in (one, other)]
        people = [OWNER, {**OWNER, "username": "olaf", "name": "Olaf Other"}]
        answers = list(
            threads.map(
                lambda browser, csrf, person: post(browser, "/setup/", csrf, **person), (one, other), tokens, people
            )
        )
        assert [answer.status_code for answer in answers] == [302, 302]
        assert sorted(browser.get("/").status_code for browser in (one, other)) == [200, 302]
    assert len(server.rows("SELECT * FROM chat_user")) == 1
    assert len(server.rows("SELECT * FROM chat_room")) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("password", ""),
        ("password", "2 short"),
        ("password", "1234567890"),
        ("password", "password1234"),
        ("password", "Olga Owner"),
        ("name", ""),
        ("name", "   "),
        ("name", "O\u202elga"),
        ("name", "O\0lga"),
        ("name", "x" * 81),
        ("username", ""),
        ("username", "with spaces"),
        ("username", "x" * 151),
        ("username", "bob"),
        ("username", "Bob"),
    ],
)
def test_an_account_that_does_not_meet_the_rules_is_refused(server, alice, visitor, field, value):
    path = invitation(alice)
    fields = {**OWNER, field: value}
    before = server.rows("SELECT count(*) FROM chat_user")
    answer = submit(visitor, path, **fields)
    assert answer.status_code == 200
    assert "problems" in answer.text
    assert not re.search(r'<input type="password"[^>]*value', answer.text)
    assert server.rows("SELECT count(*) FROM chat_user") == before


# Invites


async def test_an_invited_person_joins_and_talks(server, alice, visitor):
    path = invitation(alice)
    assert "Alice Adler" in visitor.get(path).text
    person = {"name": "Dora Dahl", "username": "dora", "password": "three quiet geese"}
    assert submit(visitor, path, **person).headers["location"] == "/"
    async with Client(server.address, visitor.cookies["sessionid"]) as dora, server.client("bob") as bob:
        assert "Everyone" in [room["name"] for room in dora.welcome["rooms"]]
        assert server.world.closed not in [room["id"] for room in dora.welcome["rooms"]]
        ack = await dora.say(server.world.everyone, "Hello, I am new here")
        await bob.until_seen(server.world.everyone, ack["seq"])
    assert server.rows("SELECT is_staff, is_superuser FROM chat_user WHERE username = 'dora'") == [(0, 0)]


def test_a_link_that_was_replaced_lets_nobody_in(server, alice, visitor):
    old = invitation(alice)
    csrf = token(visitor.get(old))
    new = invitation(alice)
    assert visitor.get(old).status_code == 404
    assert post(visitor, old, csrf, **{**OWNER, "username": "late"}).status_code == 404
    assert visitor.get(new).status_code == 200
    assert not server.rows("SELECT * FROM chat_user WHERE username = 'late'")


@pytest.mark.parametrize("link", ["made-up", "x" * 500, "%00", "%ff", "' OR 1=1", "..%2f"])
def test_a_made_up_link_lets_nobody_in(visitor, link):
    assert visitor.get(f"/join/{link}/").status_code == 404


def test_a_link_is_nothing_to_those_who_are_in(alice, bob):
    assert bob.get(invitation(alice)).headers["location"] == "/"


def test_only_staff_make_invites(server, bob, visitor):
    before = server.rows("SELECT count(*) FROM chat_invite")
    assert bob.get("/invite/").status_code == 403
    assert post(bob, "/invite/", token(bob.get("/"))).status_code == 403
    assert visitor.get("/invite/").headers["location"].startswith("/login/")
    assert server.rows("SELECT count(*) FROM chat_invite") == before


# Logging in and out


@pytest.mark.parametrize("username", ["carla", "Carla"])
async def test_a_person_logs_in_talks_and_logs_out(server, visitor, username):
    assert visitor.get("/").headers["location"] == "/login/?next=/"
    answer = submit(visitor, "/login/", username=username, password=PASSWORD)
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert visitor.get("/login/").headers["location"] == "/"
    session = visitor.cookies["sessionid"]
    async with Client(server.address, session) as carla:
        await carla.say(server.world.everyone, "I am in")
    assert post(visitor, "/logout/", token(visitor.get("/"))).headers["location"] == "/login/"
    assert visitor.get("/").headers["location"] == "/login/?next=/"
    stranger = Client(server.address, session, hello=False)
    await stranger.connect()
    assert await stranger.closed() == 4401


@pytest.mark.parametrize("password", ["wrong", "", PASSWORD.upper(), PASSWORD + " "])
def test_a_wrong_password_is_refused_without_saying_who_exists(visitor, password):
    csrf = token(visitor.get("/login/"))
    pages = []
    for username in ("carla", "nobody"):
        answer = post(visitor, "/login/", csrf, username=username, password=password)
        assert answer.status_code == 200
        pages.append(re.sub(r'value="\w*"', "", answer.text))
    assert pages[0] == pages[1]


@pytest.mark.parametrize("target", ["https://example.org/", "//example.org/", "javascript:alert(1)", "\\\\example.org"])
def test_logging_in_leads_nowhere_else(server, target):
    with server.browser() as visitor:
        answer = submit(visitor, "/login/", username="carla", password=PASSWORD, next=target)
        assert answer.headers["location"] == "/"


# What protects them


@pytest.mark.parametrize("path", ["/login/", "/logout/", "/invite/", "/setup/"])
def test_forms_from_elsewhere_are_refused(server, path):
    with server.browser("alice" if path in {"/logout/", "/invite/"} else None) as browser:
        assert browser.post(path, data=OWNER).status_code == 403
        page = browser.get("/login/" if path in {"/login/", "/setup/"} else "/")
        data = {"csrfmiddlewaretoken": token(page), **OWNER}
        answer = browser.post(path, data=data, headers={"Origin": "https://example.org"})
        assert answer.status_code == 403
        assert browser.get("/invite/").status_code in {200, 302}


@pytest.mark.parametrize("path", ["/", "/login/", "/invite/", "/join/made-up/", "/rooms/1/", "/nowhere/", "/admin/"])
def test_every_page_is_guarded_by_headers(alice, path):
    headers = alice.get(path).headers
    policy = dict(part.strip().partition(" ")[::2] for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    # The nonce is for the import map, where a page has modules.
    assert re.fullmatch(r"'self'( 'nonce-[\w+/=-]{16,}')?", policy["script-src"])
    assert policy["connect-src"] == policy["form-action"] == "'self'"
    # Besides our own styles, one sheet that a component brings, by its hash.
    assert re.fullmatch(r"'self' 'sha256-[\w+/]{43}='", policy["style-src"])
    assert policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    for cookie in headers.get_list("set-cookie"):
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie


def test_pages_of_people_are_not_kept_by_caches(alice):
    for path in ("/", "/invite/"):
        assert "Cookie" in alice.get(path).headers["vary"]


def test_behind_tls_cookies_travel_over_tls_only(start_server):
    server = start_server(HTTPS="1")
    with server.browser() as visitor:
        assert visitor.get("/login/").headers["location"].startswith("https://")
        page = visitor.get("/login/", headers={"X-Forwarded-Proto": "https"})
        assert page.status_code == 200
        assert "Secure" in page.headers["set-cookie"]
        assert "max-age" in page.headers["strict-transport-security"]


def test_a_host_that_is_not_ours_is_refused(visitor):
    assert visitor.get("/login/", headers={"Host": "example.org"}).status_code == 400


def test_supervisors_are_answered(visitor):
    assert visitor.get("/healthz").json() == {"status": "ok"}
