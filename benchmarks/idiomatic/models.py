from __future__ import annotations

from django.conf import settings
from django.db import models


class Message(models.Model):
    """A message, as most chats keep it."""

    room_id = models.IntegerField(db_index=True)
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    client_id = models.CharField(max_length=64)
    body = models.TextField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects: models.Manager[Message] = models.Manager()

    def __str__(self) -> str:
        return f"message {self.pk}"
