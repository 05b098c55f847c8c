"""Wiring: the environment, the settings, the ASGI application."""

import sys

# Before Django looks for `sqlite3`: the wheel's SQLite is newer than the WAL-reset bug and builds JSON faster. Where
# there is no wheel the system's is used, and `storage.checks` says if that is unsafe.
try:
    import pysqlite3
except ImportError:
    pass
else:
    sys.modules["sqlite3"] = pysqlite3
    sys.modules["sqlite3.dbapi2"] = pysqlite3.dbapi2
