"""Wherever GET is answered, HEAD is too: probes and link previews ask so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

VALUES = {"int": "1", "str": "one", "slug": "one", "path": "one", "uuid": "00000000-0000-0000-0000-000000000001"}


def addresses(patterns: list[URLPattern | URLResolver], before: str = "/") -> Iterator[str]:
    """A path for every pattern of the site, with something in the place of each parameter."""
    for pattern in patterns:
        if not hasattr(pattern.pattern, "_route"):
            continue  # the admin's last word, for what no other pattern matches
        path = before + pattern.pattern._route
        for name, converter in pattern.pattern.converters.items():
            kind = type(converter).__name__.removesuffix("Converter").lower().replace("string", "str")
            path = path.replace(f"<{kind}:{name}>", VALUES[kind]).replace(f"<{name}>", "one")
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, path)
        else:
            yield path


@pytest.mark.parametrize("person", [None, "alice"])
def test_head_is_refused_only_where_get_is(server, person):
    paths = list(addresses(get_resolver().url_patterns))
    assert len(paths) > 40
    assert not [path for path in paths if "<" in path]
    with server.browser(person) as browser:
        got = {path: browser.get(path).status_code for path in paths}
        headed = {path: browser.head(path).status_code for path in paths}
    refused = {path for path in paths if headed[path] == 405}
    assert refused == {path for path in paths if got[path] == 405}
    assert sum(status < 400 for status in headed.values()) > 40
