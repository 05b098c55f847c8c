"""Messages are found by the names of their files.

On SQLite triggers keep the index current. A later migration that makes Django rebuild `chat_filenames` drops them with
the old table: it has to create them again (tests/chat/test_search.py notices).
"""

import django.db.models.deletion
from django.db import migrations, models

from storage.migration import text_index


class Migration(migrations.Migration):
    dependencies = [("chat", "0010_whose_changes")]

    operations = [
        migrations.CreateModel(
            "FileNames",
            [
                (
                    "message",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="chat.message",
                    ),
                ),
                ("names", models.TextField()),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.room",
                    ),
                ),
            ],
        ),
        text_index("chat_filenames", "names", part="room_id"),
    ]
