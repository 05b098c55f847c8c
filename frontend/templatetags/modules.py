"""The modules that a page's script is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from posixpath import dirname, join, normpath

from django import template
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

_IMPORT = re.compile(r"""(?m)^(?:import|export)\b[^"'\n]*["'](\.{1,2}/[^"']+)["']""")


@register.simple_tag
def preload_modules(name: str) -> SafeString:
    """A link for every module that this one imports, directly or not.

    A browser then asks for all of them at once. By itself it would learn of each level of imports only when it has the
    one before: a round trip for each. (HTML Standard, "Link type modulepreload".)
    """
    return format_html_join(
        "\n  ", '<link rel="modulepreload" href="{}">', ((static(each),) for each in imported(name))
    )


@lru_cache
def imported(name: str) -> list[str]:
    """The static files that a module needs before it can run, nearest first; not what it imports when it is wanted."""
    known = dict.fromkeys([name])
    level: Iterable[str] = [name]
    while level := [found for each in level for found in _imports(each) if found not in known]:
        known |= dict.fromkeys(level)
    return list(known)[1:]


def _imports(name: str) -> list[str]:
    file = finders.find(name)
    if file is None:
        raise FileNotFoundError(f"there is no static file {name}")
    return [normpath(join(dirname(name), found)) for found in _IMPORT.findall(Path(file).read_text())]
