"""A chat as Channels' documentation teaches it: the ORM's `acreate`, `group_send`, one consumer for each socket."""

from __future__ import annotations

from typing import Any

from channels.generic.websocket import AsyncJsonWebsocketConsumer

from benchmarks.idiomatic.models import Message

ROOM = "room"


class ChatConsumer(AsyncJsonWebsocketConsumer):
    """Stores what is sent, tells the sender so, and tells everybody."""

    async def connect(self) -> None:
        if not self.scope["user"].is_authenticated:
            await self.close()
            return
        await self.channel_layer.group_add(ROOM, self.channel_name)
        await self.accept()

    async def disconnect(self, code: int) -> None:  # noqa: ARG002 - theirs
        await self.channel_layer.group_discard(ROOM, self.channel_name)

    async def receive_json(self, content: dict[str, Any], **_: Any) -> None:
        if content["type"] == "hello":
            await self.send_json({"type": "welcome"})
            return
        user = self.scope["user"]
        message = await Message.objects.acreate(
            room_id=content["room"], sender=user, client_id=content["client_id"], body=content["body"]
        )
        await self.send_json({"type": "ack", "client_id": message.client_id, "id": message.pk})
        await self.channel_layer.group_send(
            ROOM,
            {
                "type": "chat.message",
                "id": message.pk,
                "client_id": message.client_id,
                "sender": {"id": user.pk, "name": user.name},
                "body": message.body,
                "at": message.created_at.isoformat(),
            },
        )

    async def chat_message(self, event: dict[str, Any]) -> None:
        """To one socket of the group."""
        await self.send_json({**event, "type": "event"})
