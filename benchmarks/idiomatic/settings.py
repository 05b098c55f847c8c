"""The same Django project with another chat in it: the one that the Channels tutorial leads to."""

import os

from config.settings import *  # noqa: F403 - the same settings but for these
from config.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "benchmarks.idiomatic"]
ASGI_APPLICATION = "benchmarks.idiomatic.asgi.application"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # The default of 100 drops messages at this load.
        "CONFIG": {"hosts": [os.environ["IDIOMATIC_REDIS_URL"]], "capacity": 1_000_000},
    }
}
