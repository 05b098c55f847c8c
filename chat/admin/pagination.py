from __future__ import annotations

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator


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
