"""The result of a trial in words, for the screen and for docs/reliability.md."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from tests.torture.faults import Counts
from tests.torture.trial import Result

ENGINES = ("sqlite", "postgres")


def marks(engine: str) -> tuple[str, str]:
    """What stands before and after the last result on this engine."""
    begin = f"<!-- the last result: written by `python -m tests.torture --database {engine} --write` -->"
    return begin, f"<!-- end of the last result on {engine} -->"


def table(result: Result) -> str:
    """A Markdown table of what was done and what was found."""
    verdict, counts, plan = result.verdict, result.counts, result.plan
    rows = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "seed": plan.seed,
        "seconds of faults": f"{plan.seconds:.0f}",
        "messages sent": result.messages,
        "files sent with them": result.files,
        "acks received, those of repeats included": result.acks,
        "refused for now (over the window, or behind such a one)": result.nacks,
        "sent again because no answer came, or not yet": result.resent,
        "stored by a sending whose ack was lost": result.acks_lost,
        "servers killed (`kill -9`)": counts.kills,
        "servers stopped (SIGTERM)": counts.terms,
        "Redis killed": counts.redis_restarts,
        **_of_database(counts),
        "sockets dropped": counts.dropped_sockets,
        "acked frames replayed": counts.replayed_frames,
        "events applied by clients": result.events_heard,
        "**lost**": len(verdict.lost),
        "**duplicated**": len(verdict.duplicated),
        "**reordered**": len(verdict.reordered),
        "wrong acks": len(verdict.wrong_acks),
        "rooms with a hole": len(verdict.holes),
        "clients whose log is the database's": f"{result.agreeing} of {result.clients}",
        "anything else": len(verdict.other),
    }
    lines = ["| | |", "|---|---:|", *(f"| {name} | {value} |" for name, value in rows.items())]
    return "\n".join(lines)


def _of_database(counts: Counts) -> dict[str, int]:
    if not counts.promotions:
        return {}
    return {
        "primaries lost and standbys promoted": counts.promotions,
        "PostgreSQL crashed (`pg_ctl stop -m immediate`)": counts.crashes,
        "processes of PostgreSQL killed": counts.backends,
    }


def write(result: Result, file: Path, engine: str) -> None:
    """Put the table between the two marks of the page that are this engine's."""
    begin, end = marks(engine)
    before, rest = file.read_text().split(begin)
    _, after = rest.split(end)
    file.write_text(f"{before}{begin}\n\n{table(result)}\n\n{end}{after}")
