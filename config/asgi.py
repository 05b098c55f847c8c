"""The ASGI application: Django for pages, the chat consumer for the socket."""

import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
http = get_asgi_application()

from chat.files.serving import files  # noqa: E402 - needs the settings and the apps
from chat.servers.door import HttpDoor, SocketDoor  # noqa: E402 - needs the settings
from chat.servers.health import Probes  # noqa: E402 - needs the settings and the apps
from chat.servers.origin import SameOrigin  # noqa: E402 - likewise
from chat.servers.routing import websocket_urlpatterns  # noqa: E402 - likewise
from chat.uploads.tus import uploads  # noqa: E402 - likewise

application = ProtocolTypeRouter(
    {
        "http": Probes(HttpDoor(http, {"/api/v1/uploads/": uploads, "/files/": files})),
        "websocket": SocketDoor(SameOrigin(AuthMiddlewareStack(URLRouter(websocket_urlpatterns)))),
    }
)
