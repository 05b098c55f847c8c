"""The rollout flags and who turned them when."""

from __future__ import annotations

from django.db import models


class RolloutFlag(models.Model):
    """A switch for a new path: on for so many percent of its keys. A flag without a row is fully on."""

    name = models.CharField(max_length=64, unique=True)
    percent = models.PositiveSmallIntegerField(default=100)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("name",)
        constraints = (
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="storage_rolloutflag_percent_0_to_100"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.percent} %"


class RolloutChange(models.Model):
    """One turn of a flag, kept for ever."""

    flag = models.CharField(max_length=64, db_index=True)
    old_percent = models.PositiveSmallIntegerField()
    new_percent = models.PositiveSmallIntegerField()
    at = models.DateTimeField(auto_now_add=True)
    by = models.CharField(max_length=150, help_text="Who turned it: a user of this machine, or of the admin.")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.flag} {self.old_percent} -> {self.new_percent} %"
