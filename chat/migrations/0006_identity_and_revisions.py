"""What tells installations on one Redis apart, and marks of what has changed, renewed by triggers.

A later migration that makes Django rebuild `chat_membership`, `chat_user` or `django_session` drops the triggers with
the old table: it has to create them again (tests/chat/test_revisions.py notices).
"""

from django.db import migrations, models

import chat.models

RENEW = """
    INSERT INTO chat_revision (name, mark) VALUES ('{name}', random()) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark
"""
TRIGGERS = [
    ("chat_membership_came", "memberships", "INSERT ON chat_membership"),
    ("chat_membership_went", "memberships", "DELETE ON chat_membership"),
    ("chat_membership_moved", "memberships", "UPDATE OF room_id, user_id ON chat_membership"),
    (
        "chat_user_credential_changed",
        "credentials",
        """UPDATE OF password, is_active ON chat_user
        WHEN old.password <> new.password OR old.is_active <> new.is_active""",
    ),
    ("chat_user_went", "credentials", "DELETE ON chat_user"),
    (
        "chat_session_shortened",
        "credentials",
        "UPDATE OF expire_date ON django_session WHEN new.expire_date < old.expire_date",
    ),
    ("chat_session_ended", "credentials", "DELETE ON django_session"),
]


class Migration(migrations.Migration):
    dependencies = [("chat", "0008_deleted_people"), ("sessions", "0001_initial")]

    operations = [
        migrations.AddField(
            "installation", "identity", models.CharField(max_length=16, default=chat.models.new_identity, editable=False)
        ),
        migrations.CreateModel(
            "Revision",
            [
                ("name", models.CharField(max_length=16, primary_key=True, serialize=False)),
                ("mark", models.BigIntegerField()),
            ],
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {trigger} AFTER {change} BEGIN {RENEW.format(name=name)}; END",
                f"DROP TRIGGER {trigger}",
            )
            for trigger, name, change in TRIGGERS
        ),
    ]
