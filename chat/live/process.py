"""What this process has once, for all its connections and requests."""

from __future__ import annotations

from chat.limits import Allowances
from chat.live.commit_queue import CommitQueue
from chat.live.cut_history import CutHistory
from chat.live.hub import Hub

hub = Hub()
commit_queue = CommitQueue(hub.publish)
allowances = Allowances()
cut_history = CutHistory()
