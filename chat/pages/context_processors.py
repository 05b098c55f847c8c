from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, str]:  # noqa: ARG001 - Django's interface
    """What every page may say of this installation."""
    return {"site_name": settings.SITE_NAME}
