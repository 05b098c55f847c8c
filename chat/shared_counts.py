"""Counts of attempts that all processes of an installation share, in Redis: exact, and kept over restarts.

Only for what is rare and must be counted exactly; it costs a round trip. While Redis is away nothing is counted here,
and nobody waits for it: the first to notice waits `TIMEOUT` at most, and whoever comes in the seconds after that does
not ask.

Redis learns neither names nor addresses: a key is a hash of both with `SECRET_KEY`, under the installation's identity,
and expires as soon as it says nothing any more.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Hashable, Sequence
from time import monotonic
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError
from redis.retry import Retry

from chat.models import Installation

logger = logging.getLogger("chat")

TIMEOUT = 0.5
AGAIN_SECONDS = 2.0

# A key holds the time at which nothing will be missing; each attempt moves it on by the time that makes up for one.
BEGIN = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local full = {}
for place, key in ipairs(KEYS) do
    local at_once, every = tonumber(ARGV[2 * place - 1]), tonumber(ARGV[2 * place])
    full[place] = math.max(tonumber(redis.call('GET', key) or '0'), now) + every
    local wait = full[place] - now - at_once * every
    if wait > 0.000001 then
        return string.format('%.6f', wait)
    end
end
for place, key in ipairs(KEYS) do
    redis.call('SET', key, string.format('%.6f', full[place]), 'PX', math.ceil((full[place] - now) * 1000))
end
return '0'
"""
GIVE_BACK = """
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
for place, key in ipairs(KEYS) do
    local full = tonumber(redis.call('GET', key) or '0') - tonumber(ARGV[2 * place])
    if full > now then
        redis.call('SET', key, string.format('%.6f', full), 'PX', math.ceil((full - now) * 1000))
    else
        redis.call('DEL', key)
    end
end
return '0'
"""


class Count(NamedTuple):
    """What is counted: under a key of a name, `at_once` of them and then one `every` so many seconds."""

    name: str
    key: Hashable
    at_once: int
    every: float


class NotAccepted(Exception):
    """Redis is there, and does not let us do what is needed. Says why, without the password."""


class SharedCounts:
    """The counts in the Redis at `url`; without one, nothing is counted. Any thread may ask."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._again_at = 0.0
        self._is_away = False
        self._lock = threading.Lock()
        self._identity: str | None = None
        if url:
            options: dict[str, Any] = {"socket_timeout": TIMEOUT, "socket_connect_timeout": TIMEOUT}
            self._redis = Redis.from_url(url, retry=Retry(NoBackoff(), 0), **options)
            self._begin = self._redis.register_script(BEGIN)
            self._give_back = self._redis.register_script(GIVE_BACK)

    def begin(self, counts: Sequence[Count]) -> float:
        """Count one of each, or none if one of them is used up. Returns 0.0, or the seconds to wait.

        Also 0.0 while Redis is away.
        """
        return float(self._run("_begin", counts) or 0.0)

    def give_back(self, counts: Sequence[Count]) -> None:
        """One less of each."""
        self._run("_give_back", counts)

    def check(self) -> None:
        """Try whether Redis does what is needed. That it is away is no error, but said in the log.

        Raises:
            NotAccepted: it wants another password, or lacks a right.
        """
        if not self._url:
            return
        try:
            self._begin(keys=[], args=[])
        except (AuthenticationError, NoPermissionError) as error:
            at = urlsplit(self._url)
            where = f"{at.hostname}:{at.port or 6379}" if at.hostname else at.path
            raise NotAccepted(f"Redis at {where} does not accept what REDIS_URL says: {error}") from None
        except (RedisError, OSError) as error:
            self._went_away(error)

    def _run(self, script: str, counts: Sequence[Count]) -> bytes | None:
        if not (self._url and self._may_ask()):
            return None
        keys = [self._key(count) for count in counts]
        args = [number for count in counts for number in (count.at_once, count.every)]
        try:
            found: bytes = getattr(self, script)(keys=keys, args=args)
        except (RedisError, OSError) as error:
            self._went_away(error)
            return None
        self._came_back()
        return found

    def _key(self, count: Count) -> str:
        if self._identity is None:
            self._identity = Installation.objects.values_list("identity", flat=True).get()
        what = salted_hmac("posthorn.attempts", repr((count.name, count.key)), algorithm="sha256").hexdigest()[:32]
        return f"posthorn:{{{self._identity}}}:{what}"  # what stands in braces has a cluster keep them together

    def _may_ask(self) -> bool:
        """Whether Redis is there; while it is away, one asks now and then for all."""
        with self._lock:
            if self._is_away:
                if monotonic() < self._again_at:
                    return False
                self._again_at = monotonic() + AGAIN_SECONDS
            return True

    def _went_away(self, error: Exception) -> None:
        with self._lock:
            self._again_at = monotonic() + AGAIN_SECONDS
            before, self._is_away = self._is_away, True
        if not before:
            logger.warning("Redis is away (%s): each process counts attempts for itself", type(error).__name__)

    def _came_back(self) -> None:
        if self._is_away:
            self._is_away = False
            logger.warning("Redis is back: attempts are counted for all processes together")


shared_counts = SharedCounts(settings.REDIS_URL)
