"""What a sender has not been told is stored: one lane for each room, and go back N (docs/protocol.md, promise 3)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

ACK_SECONDS = 6.0
MAX_STRAYS = 3
Frame = dict[str, Any]


@dataclass
class Item:
    """A message on its way, and every ack that came for it. It keeps its `client_id` whatever happens to it.

    `files` are the hashes of its files by their upload's id; all of them are uploaded.
    """

    room: int
    client_id: str
    body: str
    files: dict[str, str] = field(default_factory=dict)
    acks: list[Frame] = field(default_factory=list)
    sent_at: float = 0.0
    strays: int = 0


@dataclass
class Lane:
    """One room's items in the order of sending. The first `in_flight` of them are with the server."""

    items: list[Item] = field(default_factory=list)
    in_flight: int = 0
    not_before: float = 0.0

    def go_back(self, until: float = 0.0) -> None:
        """Everything goes again, from the first on, with the same client ids."""
        self.in_flight = 0
        self.not_before = max(self.not_before, until)


class Outbox:
    """Everything that a sender ever said stays in `said`; `lanes` hold what is not confirmed."""

    def __init__(self) -> None:
        self.said: dict[str, Item] = {}
        self.lanes: dict[int, Lane] = {}
        self.refused: list[Frame] = []
        """Nacks that forbid to try again: there should be none."""
        self.replayed = 0
        self.resent = 0
        self.nacked = 0

    def put(self, item: Item) -> None:
        """A new message, or one that was acked already and goes once more."""
        lane = self.lanes.setdefault(item.room, Lane())
        self.replayed += item.client_id in self.said
        self.said[item.client_id] = item
        lane.items.append(item)

    def is_waiting(self, item: Item) -> bool:
        """Whether it is yet to be confirmed."""
        return item in self.lanes[item.room].items

    @property
    def waiting(self) -> int:
        """How many are yet to be confirmed."""
        return sum(len(lane.items) for lane in self.lanes.values())

    @property
    def in_flight(self) -> int:
        """How many are with the server."""
        return sum(lane.in_flight for lane in self.lanes.values())

    @property
    def acked(self) -> list[Item]:
        """Those that the server has said are stored, in the order of sending."""
        return [item for item in self.said.values() if item.acks]

    def launch(self, window: int, now: float) -> list[Item]:
        """What may go now, in order."""
        room_left = window - self.in_flight
        launched: list[Item] = []
        for lane in self.lanes.values():
            if now >= lane.not_before:
                go = lane.items[lane.in_flight : lane.in_flight + max(0, room_left - len(launched))]
                lane.in_flight += len(go)
                launched += go
        for item in launched:
            self.resent += item.sent_at > 0 and not item.acks
            item.sent_at = now
        return launched

    def wake_in(self, now: float) -> float:
        """In how many seconds to look again, unless something comes before."""
        waits = [lane.not_before - now for lane in self.lanes.values() if lane.items and lane.not_before > now]
        return min([1.0, *waits])

    def confirm(self, ack: Frame) -> None:
        """An ack. It may come for something that was taken back, or a second time."""
        item = self.said[ack["client_id"]]
        item.acks.append(ack)
        lane = self.lanes[item.room]
        if item in lane.items:
            lane.in_flight -= lane.items.index(item) < lane.in_flight
            lane.items.remove(item)

    def refuse(self, nack: Frame, now: float) -> bool:
        """A nack. Returns whether the server waits for something that will not come on this connection."""
        item = self.said[nack["client_id"]]
        lane = self.lanes[item.room]
        if not nack["retry"]:
            self.refused.append(nack)
            return False
        self.nacked += 1
        if item not in lane.items:
            return False
        first = lane.items[0] is item
        item.strays += nack["code"] == "order" and first
        lane.go_back(now + nack["after_ms"] / 1000)
        return item.strays >= MAX_STRAYS

    def overdue(self, now: float) -> None:
        """What was left without an answer for too long goes again."""
        for lane in self.lanes.values():
            if lane.in_flight and now - lane.items[0].sent_at > ACK_SECONDS:
                lane.go_back()

    def closed(self) -> None:
        """The connection is gone, and with it every answer that was on its way."""
        for lane in self.lanes.values():
            lane.in_flight = 0
            for item in lane.items:
                item.strays = 0
