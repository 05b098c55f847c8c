"""Where the browser finds our modules."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

MODULES = ("frontend/js/", "frontend/vendor/")
ENDS = (".js", ".json")

register = template.Library()


@register.simple_tag(takes_context=True)
def import_map(context: dict[str, Any]) -> SafeString:
    """Say under which name each module is served. Modules name one another as they lie in the source tree.

    So what changes in one of them changes the name of no other, and browsers keep all the rest. It stands before the
    first module of a page. The nonce lets this one piece of script in the page pass the Content-Security-Policy.
    """
    nonce = context["request"].csp_nonce
    return format_html('<script type="importmap" nonce="{}">{}</script>', nonce, _import_map())


@cache
def _import_map() -> SafeString:
    names = getattr(staticfiles_storage, "hashed_files", {})
    wanted = sorted(name for name in names if name.startswith(MODULES) and name.endswith(ENDS))
    served = {f"{settings.STATIC_URL}{name}": staticfiles_storage.url(name) for name in wanted}
    return mark_safe(json.dumps({"imports": served}, separators=(",", ":")))  # noqa: S308 - names of files of ours
