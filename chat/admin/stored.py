"""How much is stored of whom, and where."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat

from chat.models import File


class ShowsStored(admin.ModelAdmin):
    """A list with a column of the files of each row, by which it can be ordered. `files_by`: the field of `File`.

    Each file counts in full, as it does for its person's share: on the disk the same bytes are kept once, with a
    thumbnail beside a picture.
    """

    files_by: ClassVar[str]

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        theirs = File.objects.filter(**{self.files_by: OuterRef("pk")}).order_by().values(self.files_by)
        total = Subquery(theirs.annotate(total=Sum("bytes")).values("total"))
        rows: QuerySet = super().get_queryset(request).annotate(stored=Coalesce(total, 0))
        return rows

    @admin.display(description="files", ordering="stored")
    def files_stored(self, row: Any) -> str:
        return filesizeformat(row.stored) if row.stored else "-"
