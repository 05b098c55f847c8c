"""Whom a request is counted by: the same address, however a server or a proxy writes it."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory

from chat.addresses import client_address, client_networks
from chat.attempts import Attempts
from chat.pages import logins


def both(peer: str, *forwarded: str) -> str:
    """The address of such a request, which Django's requests and ASGI's scopes must agree on."""
    headers = {"X-Forwarded-For": ",".join(forwarded)} if forwarded else None
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    scope = {"client": [peer, 4711], "headers": [(b"x-forwarded-for", line.encode()) for line in forwarded]}
    assert client_address(request) == client_address(scope)
    return client_address(request)


@pytest.mark.parametrize(
    ("written", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:5678", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:192.0.2.1]:80", "192.0.2.1"),
        ("2001:db8::1", "2001:db8::/64"),
        ("2001:DB8:0:0:0:0:0:2", "2001:db8::/64"),
        ("[2001:db8::3]:443", "2001:db8::/64"),
        ("[2001:db8::4]", "2001:db8::/64"),
        ('"[2001:db8::5]:443"', "2001:db8::/64"),
        ("2001:db8:0:1::1", "2001:db8:0:1::/64"),
    ],
)
def test_an_address_is_the_same_however_a_proxy_writes_it(settings, written, counted):
    settings.HTTPS = True
    assert both("10.0.0.1", written) == counted
    assert both("10.0.0.1", "198.51.100.1, " + written) == counted
    assert both("10.0.0.1", "198.51.100.1", written) == counted


def test_where_no_proxy_is_trusted_the_header_says_nothing(settings):
    settings.HTTPS = False
    assert both("192.0.2.9", "198.51.100.1") == "192.0.2.9"


@pytest.mark.parametrize("written", ["", "unknown", "_hidden", "1.2.3.4.5", "[", "a:b:c", "\xff"])
def test_what_is_no_address_counts_as_the_proxy(settings, written):
    settings.HTTPS = True
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=written)
    assert client_address(request) == "10.0.0.1"


def test_a_connection_is_counted_by_its_network_and_by_its_site():
    connection = {"client": ("2001:db8:7:1::1", 4711), "headers": []}
    assert client_networks(connection) == ("2001:db8:7:1::/64", "2001:db8:7::/48")
    assert client_networks({"client": ("192.0.2.1", 4711), "headers": []}) == ("192.0.2.1",)


def test_another_port_does_not_make_another_visitor(settings, monkeypatch):
    settings.HTTPS = True
    monkeypatch.setattr(logins, "by_person", Attempts("test as", at_once=3, then_every=3_600))
    outcomes = []
    for port in range(5):
        request = RequestFactory().post("/login/", HTTP_X_FORWARDED_FOR=f"192.0.2.1:{40_000 + port}")
        with pytest.raises(ValidationError) as refused, logins.attempt(request, "bob"):
            raise ValidationError("wrong", code="wrong")
        outcomes.append(refused.value.code)
    assert outcomes == ["wrong"] * 3 + [logins.THROTTLED] * 2
