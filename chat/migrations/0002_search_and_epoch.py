"""Full-text search over messages, kept current by triggers, and the installation's first epoch.

A later migration that makes Django rebuild `chat_message` drops these triggers with the old table: it has to create
them again (tests/chat/test_search.py notices).
"""

from django.db import migrations

CREATE = [
    """
    CREATE VIRTUAL TABLE chat_message_fts USING fts5(
        body, content = 'chat_message', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER chat_message_fts_insert AFTER INSERT ON chat_message BEGIN
        INSERT INTO chat_message_fts (rowid, body) VALUES (new.id, new.body);
    END
    """,
    """
    CREATE TRIGGER chat_message_fts_delete AFTER DELETE ON chat_message BEGIN
        INSERT INTO chat_message_fts (chat_message_fts, rowid, body) VALUES ('delete', old.id, old.body);
    END
    """,
    """
    CREATE TRIGGER chat_message_fts_update AFTER UPDATE OF body ON chat_message BEGIN
        INSERT INTO chat_message_fts (chat_message_fts, rowid, body) VALUES ('delete', old.id, old.body);
        INSERT INTO chat_message_fts (rowid, body) VALUES (new.id, new.body);
    END
    """,
]
DROP = [
    "DROP TRIGGER chat_message_fts_update",
    "DROP TRIGGER chat_message_fts_delete",
    "DROP TRIGGER chat_message_fts_insert",
    "DROP TABLE chat_message_fts",
]


def begin_history(apps, schema_editor):
    apps.get_model("chat", "Installation").objects.create()


def end_history(apps, schema_editor):
    apps.get_model("chat", "Installation").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("chat", "0001_initial")]

    operations = [
        migrations.RunSQL([(sql, None) for sql in CREATE], [(sql, None) for sql in DROP]),
        migrations.RunPython(begin_history, end_history),
    ]
