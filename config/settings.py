"""Django settings. Secure by default; what can be changed from outside comes from `config.env`."""

from typing import Any

from csp.constants import NONCE, NONE, SELF

from config import env
from config.database_url import database
from config.logs import brief

BASE_DIR = env.BASE_DIR
VAR_DIR = env.VAR_DIR
SECRET_KEY = env.SECRET_KEY
DEBUG = env.DEBUG
ALLOWED_HOSTS = env.ALLOWED_HOSTS
HOST = env.HOST
PORT = env.PORT
SERVER = env.SERVER

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "storage",
    "chat",
    "frontend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "chat.pages.context_processors.site",
            ],
        },
    },
]

# Storage
ENGINES: dict[str, dict[str, Any]] = {
    "storage.sqlite": {  # Django's, for a file that has to stay where it is
        "OPTIONS": {
            # A deferred transaction that turns into a write fails at once when another one writes.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,  # seconds to wait for the write lock; a disk that stalls must delay, not fail
            # Only storage's checkpointer moves the log into the file (wal_autocheckpoint = 0).
            "init_command": (
                f"PRAGMA journal_mode = WAL; PRAGMA synchronous = {env.SQLITE_SYNCHRONOUS};"
                "PRAGMA wal_autocheckpoint = 0"
            ),
        },
        # A file also under test: an in-memory database locks by other rules.
        "TEST": {"NAME": str(env.VAR_DIR / "test.sqlite3")},
    },
    "storage.postgres": {},
}
DATABASES = {"default": {**ENGINES[env.DATABASE["ENGINE"]], **env.DATABASE}}


def DATABASE_OF_URL(url: str) -> dict[str, Any]:  # noqa: N802 - it is a setting
    """What `DATABASES` would say if this were `DATABASE_URL`."""
    named = database(url, BASE_DIR)
    return {**ENGINES[named["ENGINE"]], **named}


DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STORAGE_WORKERS = env.STORAGE_WORKERS
STORAGE_WORKER_COUNT = env.STORAGE_WORKER_COUNT
STORAGE_MAX_QUEUE_SIZE = env.STORAGE_MAX_QUEUE_SIZE
STORAGE_MAX_READ_SECONDS = env.STORAGE_MAX_READ_SECONDS
DISK_RESERVE_MB = env.DISK_RESERVE_MB
ROLLOUT_FLAGS = {
    "sqlite_workers": "database work of the chat runs on Posthorn's own worker threads",
    "chat_queue": "the browser sends through its outbox and does not wait for the server",
}

# More than one process: hints between them go through Redis.
REDIS_URL = env.REDIS_URL
CHANNEL_LAYERS: dict[str, Any] = (
    {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [env.REDIS_URL], "prefix": "posthorn"},
        }
    }
    if env.REDIS_URL
    else {}
)

# People
AUTH_USER_MODEL = "chat.User"
PASSWORD_HASHERS = ["chat.hashing.QueuedPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SITE_NAME = env.SITE_NAME
SENDS_PER_SECOND = env.SENDS_PER_SECOND
FRAMES_PER_SECOND = env.FRAMES_PER_SECOND
CONNECTIONS_PER_USER = env.CONNECTIONS_PER_USER
ROOMS_PER_HOUR = env.ROOMS_PER_HOUR
CONNECTIONS_PER_ADDRESS = env.CONNECTIONS_PER_ADDRESS
REQUEST_SECONDS = env.REQUEST_SECONDS
MAX_FILE_MB = env.MAX_FILE_MB
MAX_STORAGE_GB = env.MAX_STORAGE_GB
MAX_PERSON_GB = env.MAX_PERSON_GB
DRAIN_SECONDS = env.DRAIN_SECONDS
METRICS_TOKEN = env.METRICS_TOKEN
# Where a process of this machine finds the server: an address that stands for all of them is none to go to.
_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(env.HOST, env.HOST)  # noqa: S104 - nothing is bound to it
METRICS_URL = f"http://{f'[{_HERE}]' if ':' in _HERE else _HERE}:{env.PORT}/metrics"

# Security
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "chat.pages.views.csrf_failure"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
HTTPS = env.HTTPS
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
# The style sheet that the emoji picker puts into its shadow root (frontend/static/frontend/vendor).
EMOJI_PICKER_STYLE = "'sha256-rg2BpwZ4T9EADaas/dlxn0KsISPDXXIabE9pnJ++3UQ='"
# What people sent, where browsers fetch it.
FILES_FROM = [SELF, env.FILES["OPTIONS"]["endpoint_url"]] if env.FILES else [SELF]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],  # the nonce is for the import map alone
        "style-src": [SELF, EMOJI_PICKER_STYLE],
        # blob: what this browser keeps of files that it has not sent yet.
        "img-src": [*FILES_FROM, "data:", "blob:"],
        "media-src": [*FILES_FROM, "blob:"],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Static files, served by the same process under names that change with their content
STATIC_URL = "static/"
STATIC_ROOT = env.VAR_DIR / "static"
FILE_UPLOAD_PERMISSIONS = 0o600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.static.StaticFiles"},
    **({"files": env.FILES} if env.FILES else {}),
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

LANGUAGE_CODE = "en-us"
USE_I18N = False
TIME_ZONE = env.TIME_ZONE
USE_TZ = True


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"brief": {"()": "django.utils.log.CallbackFilter", "callback": brief}},
    "formatters": {"plain": {"()": "config.logs.Formatter", "fmt": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain", "filters": ["brief"]}},
    "root": {"handlers": ["console"], "level": env.LOG_LEVEL},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "daphne": {"level": "WARNING"},
        "asyncio": {"level": "WARNING"},
        "uvicorn": {"level": "WARNING"},
        # While Redis is away it logs a traceback every second; that hints are lost, `chat.live.hints` says in a line.
        "channels_redis": {"level": "CRITICAL"},
    },
}
