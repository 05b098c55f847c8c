import os

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.core.asgi import get_asgi_application
from django.urls import path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.idiomatic.settings")
http = get_asgi_application()

from benchmarks.idiomatic.consumers import ChatConsumer  # noqa: E402 - needs the apps

websocket = AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter([path("ws/chat/", ChatConsumer.as_asgi())])))
application = ProtocolTypeRouter({"http": http, "websocket": websocket})
