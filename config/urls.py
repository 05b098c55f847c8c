from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    # One place to change one's password, where guessing the present one is throttled.
    path("admin/password_change/", RedirectView.as_view(pattern_name="account")),
    path("admin/", admin.site.urls),
    path("", include("chat.urls")),
]

handler400 = "chat.pages.errors.bad_request"
handler500 = "chat.pages.errors.server_error"
