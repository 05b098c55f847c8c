"""The same Django project with another chat in it: the one that the Channels tutorial leads to."""

import os

from config.settings import *  # noqa: F403 - the same settings but for these
from config.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "benchmarks.idiomatic"]
ASGI_APPLICATION = "benchmarks.idiomatic.asgi.application"
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {
            # With redis-py's own limit of 5 s, which is also how long the layer asks for, consumers in which nothing
            # happens for 5 s end with an error.
            "hosts": [{"address": os.environ["IDIOMATIC_REDIS_URL"], "socket_timeout": None}],
            # The default of 100 drops messages at this load.
            "capacity": 1_000_000,
        },
    }
}
