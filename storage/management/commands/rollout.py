"""`manage.py rollout list | set NAME on|off|PERCENT [--guard ...] | history`"""

from __future__ import annotations

import getpass
import os
import re
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from storage.models import RolloutChange, RolloutFlag
from storage.rollout.flags import UnknownFlag, check_name, set_percent
from storage.rollout.guard import Guard, RolledBack, read


def percentage(text: str) -> int:
    """`on`, `off`, `25` or `25%` as a whole percentage."""
    words = {"on": 100, "off": 0}
    value = words.get(text.lower())
    if value is None:
        digits = text.removesuffix("%")
        value = int(digits) if digits.isascii() and digits.isdigit() else -1
    if not 0 <= value <= 100:
        raise CommandError(f"{text!r} is neither on, off nor a whole percentage from 0 to 100")
    return value


def duration(text: str) -> float:
    """`90s`, `10m` or `1h` in seconds."""
    match = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([smh])", text)
    if match is None:
        raise CommandError(f"{text!r} is no duration; say 90s, 10m or 1h")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600}[match[2]]


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in many containers
        return f"uid {os.getuid()}"


class Command(BaseCommand):
    help = "Show and turn the rollout flags. Running servers follow within two seconds; nothing in flight is lost."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="every flag, how far it is on, and what it does")
        turn = verbs.add_parser("set", help="turn one flag")
        turn.add_argument("name")
        turn.add_argument("value", help="on, off, or a percentage")
        turn.add_argument("--reason", default="", help="kept in the history")
        turn.add_argument("--guard", action="store_true", help="go there in steps, and back by itself if it is worse")
        turn.add_argument("--steps", help="with --guard: percentages on the way (default: 5,25,50 and the value)")
        turn.add_argument("--every", default="10m", help="with --guard: how long to stay on a step (90s, 10m, 1h)")
        turn.add_argument("--watch", action="append", help="with --guard: the /metrics of a server; may be repeated")
        history = verbs.add_parser("history", help="who turned what when, newest first")
        history.add_argument("name", nargs="?")

    def handle(self, *, verb: str, **options: Any) -> None:
        try:
            getattr(self, f"_{verb}")(**options)
        except UnknownFlag as error:
            raise CommandError(str(error)) from error

    def _list(self, **_: Any) -> None:
        percents = dict(RolloutFlag.objects.values_list("name", "percent"))
        for name, purpose in sorted(settings.ROLLOUT_FLAGS.items()):
            self.stdout.write(f"{name:<16} {percents.get(name, 100):>3} %  {purpose}")
        if settings.STORAGE_WORKERS is not None:
            forced = "on" if settings.STORAGE_WORKERS else "off"
            self.stdout.write(f"STORAGE_WORKERS is set in the environment here: sqlite_workers is {forced}.")

    def _set(self, *, name: str, value: str, reason: str, guard: bool, **guarded: Any) -> None:
        check_name(name)
        percent = percentage(value)
        if guard:
            self._set_guarded(name, percent, **guarded)
            return
        set_percent(name, percent, by=_who(), reason=reason)
        self.stdout.write(f"{name} is now at {percent} %. Running servers follow within two seconds.")

    def _set_guarded(
        self, name: str, percent: int, *, steps: str | None, every: str, watch: list[str] | None, **_: Any
    ) -> None:
        if name != "sqlite_workers":
            raise CommandError("--guard compares storage's two paths: it is for sqlite_workers")
        if settings.STORAGE_WORKERS is not None:
            raise CommandError("STORAGE_WORKERS is set in the environment: the flag decides nothing, unset it first")
        if not settings.METRICS_TOKEN:
            raise CommandError("--guard reads the servers' /metrics: set METRICS_TOKEN for them and for this command")
        urls = watch or [settings.METRICS_URL]
        if any(urlsplit(url).scheme not in {"http", "https"} for url in urls):
            raise CommandError("--watch wants an address that begins with http:// or https://")
        path = [percentage(step) for step in steps.split(",")] if steps else [s for s in (5, 25, 50) if s < percent]
        start = RolloutFlag.objects.get(name=name).percent
        guard = Guard(name, start, _who(), look=lambda: read(urls, settings.METRICS_TOKEN), say=self._say)
        try:
            guard.run(path if path[-1:] == [percent] else [*path, percent], duration(every))
        except RolledBack as why:
            raise CommandError(str(why)) from None

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _history(self, *, name: str | None, **_: Any) -> None:
        changes = RolloutChange.objects.all()
        if name is not None:
            check_name(name)
            changes = changes.filter(flag=name)
        for change in changes:
            self.stdout.write(
                f"{change.at:%Y-%m-%d %H:%M:%S %Z}  {change.flag}: {change.old_percent} -> {change.new_percent} %"
                f"  by {change.by}" + (f"  ({change.reason})" if change.reason else "")
            )
