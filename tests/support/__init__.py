"""What the tests stand on: real servers, real clients, a real Redis and PostgreSQL, and a cast of people."""

# Links the newer SQLite before anybody asks for one: two libraries in one process would not see each other's locks.
import config  # noqa: F401
