"""What distinguishes this installation from others."""

from __future__ import annotations

from storage.store import Connection, store


async def identity() -> str:
    """A name of this installation that no other has, and that never changes."""
    name: str = await store.fetch_value("SELECT identity FROM chat_installation")
    return name


def epoch(connection: Connection) -> str:
    """The name of its present history; it changes when a backup is restored."""
    name: str = connection.fetch_value("SELECT epoch FROM chat_installation")
    return name
