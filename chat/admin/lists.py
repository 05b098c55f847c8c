"""Lists of large tables, and tables that are looked at and never changed by hand."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest


class NoCountPaginator(Paginator):
    """Pages of a large table without ever counting it: looks one row past the page to see whether there is a next.

    `number` is the page that is about to be shown, from 1.
    """

    def __init__(self, object_list: Any, per_page: int, *, number: int) -> None:
        super().__init__(object_list, per_page)
        self._number = max(number, 1)

    @cached_property
    def count(self) -> int:
        """The rows up to the end of this page, and one more if there are more."""
        start = (self._number - 1) * self.per_page
        rows: Any = self.object_list
        return start + len(rows[start : start + self.per_page + 1].values_list("pk", flat=True))


class Uncounted(admin.ModelAdmin):
    """A list of a large table."""

    list_per_page = 50
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_max_show_all = 0

    def get_paginator(self, request: HttpRequest, queryset: QuerySet, per_page: int, *_: Any, **__: Any) -> Any:
        page = request.GET.get("p", "1")
        return NoCountPaginator(queryset, per_page, number=int(page) if page.isdecimal() and len(page) < 10 else 1)


class ReadOnly(admin.ModelAdmin):
    """Rows that are looked at, never made or changed by hand."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
