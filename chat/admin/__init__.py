"""Inspection: find any message, see who is where. Texts are read-only; taking back and bringing back are actions.

The lists stay fast with a million messages: no page is counted (`NoCountPaginator`), text is found by the full-text
index, and related rows come with the page.
"""

from django.contrib import admin

from chat.admin import looks, messages, people, rooms
from chat.pages.forms import AdminLogInForm

__all__ = ["looks", "messages", "people", "rooms"]

admin.site.login_form = AdminLogInForm
