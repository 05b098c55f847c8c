"""What this process has once, for all its connections and requests."""

from __future__ import annotations

from chat.live.allowances import Allowances
from chat.live.commit_queue import CommitQueue
from chat.live.cut_history import CutHistory
from chat.live.hints import Hints
from chat.live.hub import Hub
from chat.live.neighbours import Neighbours
from chat.live.sweep import Sweep
from chat.queries.installation import identity

hints = Hints(identity)
neighbours = Neighbours(hints)
hub = Hub(hints, neighbours)
commit_queue = CommitQueue(hub.publish)
allowances = Allowances(hints, neighbours)
cut_history = CutHistory()
sweep = Sweep()
