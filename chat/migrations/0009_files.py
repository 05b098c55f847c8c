"""Files: what is uploaded, what is kept of it, and what of it travels with a message.

`chat_message.files` may be null so that SQLite adds it without copying the table, and the release before goes on writing.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import chat.models


class Migration(migrations.Migration):
    dependencies = [("chat", "0006_identity_and_revisions")]

    operations = [
        migrations.AddField("message", "files", models.TextField(editable=False, null=True)),
        migrations.CreateModel(
            "Content",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sha256", models.CharField(max_length=64)),
                ("key", models.CharField(max_length=96, unique=True)),
                ("bytes", models.PositiveBigIntegerField()),
                ("doomed_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("doomed_at__isnull", False)), fields=["id"], name="chat_content_doomed"
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("doomed_at__isnull", True)), fields=("sha256",), name="chat_content_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            "File",
            [
                (
                    "id",
                    models.CharField(
                        default=chat.models.new_file_id, max_length=22, primary_key=True, serialize=False
                    ),
                ),
                ("upload_id", models.CharField(max_length=64, null=True)),
                ("name", models.TextField()),
                ("declared", models.TextField(default="")),
                ("description", models.TextField(default="")),
                ("type", models.TextField(default="")),
                ("bytes", models.PositiveBigIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                ("preview", models.TextField(null=True)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("place", models.PositiveSmallIntegerField(default=0)),
                (
                    "content",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.content",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.message",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="chat.room",
                    ),
                ),
                (
                    "thumb",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chat.content",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["room", "message"], name="chat_file_of_room"),
                    models.Index(fields=["owner", "bytes"], name="chat_file_of_owner"),
                    models.Index(
                        condition=models.Q(("message__isnull", True)), fields=["created_at"], name="chat_file_unsent"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("upload_id__isnull", False)),
                        fields=("owner", "upload_id"),
                        name="chat_file_uploaded_once",
                    )
                ],
            },
        ),
    ]
