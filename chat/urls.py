from django.contrib.auth.views import LogoutView
from django.urls import include, path

from chat.pages import views

urlpatterns = [
    path("", views.home, name="home"),
    path("rooms/<int:room_id>/", views.home, name="room"),
    path("login/", views.LogIn.as_view(), name="login"),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("setup/", views.setup, name="setup"),
    path("join/<slug:token>/", views.join, name="join"),
    path("account/", views.account, name="account"),
    path("account/name/", views.account, {"part": "name"}, name="account_name"),
    path("account/password/", views.account, {"part": "password"}, name="account_password"),
    path("invite/", views.invite, name="invite"),
    path("api/", include("chat.api.urls")),
    path("metrics", views.metrics, name="metrics"),
    path("favicon.ico", views.favicon),
]
