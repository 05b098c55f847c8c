"""What a `FILES_URL` says, as Django's `STORAGES` want it. No complaint repeats any of it: it holds a password."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

FORM = "s3://KEY:SECRET@HOST/BUCKET?region=REGION"
_ENCODED = "in a key or secret / is written as %2F, + as %2B, @ as %40, % as %25"
_OPTIONS = {"region", "tls"}


def files(url: str) -> dict[str, Any]:
    """The storage of files. Its `endpoint_url` is where browsers fetch them.

    Raises:
        ValueError: it cannot be understood; one line says why.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(f"it is not of the form {FORM} ({_ENCODED})") from None
    bucket, _, folder = parts.path.strip("/").partition("/")
    if parts.scheme != "s3" or not host or not bucket or not parts.username or not parts.password:
        raise ValueError(f"it is not of the form {FORM} ({_ENCODED})")
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    if not options.keys() <= _OPTIONS or options.get("tls", "1") not in {"0", "1"}:
        raise ValueError("after its ? may stand region=REGION, and tls=0 for a store without TLS")
    origin = f"{'http' if options.get('tls') == '0' else 'https'}://{host}{f':{port}' if port else ''}"
    return {
        "BACKEND": "storages.backends.s3.S3Storage",
        "OPTIONS": {
            "access_key": unquote(parts.username),
            "secret_key": unquote(parts.password),
            "endpoint_url": origin,
            "bucket_name": bucket,
            "location": folder,
            "region_name": options.get("region") or "us-east-1",
            "client_config": _config(),
            "default_acl": None,
        },
    }


def _config() -> Any:
    from botocore.config import Config  # noqa: PLC0415 - a large library, where it is wanted

    return Config(
        signature_version="s3v4",
        s3={"addressing_style": "path"},  # what every store understands
        connect_timeout=5,
        read_timeout=30,
        retries={"max_attempts": 2},
        # Not every store knows the newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
