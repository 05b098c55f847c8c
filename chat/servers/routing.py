from channels.security.websocket import WebsocketDenier
from django.urls import path, re_path

from chat.live.consumer import ChatConsumer

websocket_urlpatterns = [
    path("ws/chat/", ChatConsumer.as_asgi()),
    # Without this, a path that nobody serves would be an error of ours in the log.
    re_path("", WebsocketDenier.as_asgi()),
]
