from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.models.signals import post_migrate

from storage.watch.memory import keep_freed_memory


class StorageConfig(AppConfig):
    name = "storage"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from storage import checks  # noqa: F401, PLC0415 - it needs the apps; checks register themselves
        from storage.watch import metrics  # noqa: PLC0415 - likewise

        metrics.register()
        keep_freed_memory()
        post_migrate.connect(_make_flags, sender=self)


def _make_flags(using: str, **_: Any) -> None:
    """Give every known flag its row, so that the admin shows it."""
    from storage.models import RolloutFlag  # noqa: PLC0415 - models exist only once apps are ready

    for name in settings.ROLLOUT_FLAGS:
        RolloutFlag.objects.using(using).get_or_create(name=name)
