"""Full-text search over messages, and the installation's first epoch.

On SQLite triggers keep the index current. A later migration that makes Django rebuild `chat_message` drops them with the
old table: it has to create them again (tests/chat/test_search.py notices).
"""

from django.db import migrations

from storage.migration import text_index


def begin_history(apps, schema_editor):
    apps.get_model("chat", "Installation").objects.create()


def end_history(apps, schema_editor):
    apps.get_model("chat", "Installation").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [
        text_index("chat_message", "body", part="room_id"),
        migrations.RunPython(begin_history, end_history),
    ]
