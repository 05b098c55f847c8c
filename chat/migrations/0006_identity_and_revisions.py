"""What tells installations on one Redis apart, and marks of what has changed, renewed by triggers.

A later migration that makes Django rebuild `chat_membership`, `chat_user` or `django_session` on SQLite drops the
triggers with the old table: it has to create them again (tests/chat/test_revisions.py notices).
"""

from django.db import migrations, models

import chat.models
from storage.migration import SQLByEngine

# What is marked, by the table and the kind of change, and when.
CHANGES = [
    ("chat_membership_came", "memberships", "INSERT ON chat_membership", ""),
    ("chat_membership_went", "memberships", "DELETE ON chat_membership", ""),
    ("chat_membership_moved", "memberships", "UPDATE OF room_id, user_id ON chat_membership", ""),
    (
        "chat_user_credential_changed",
        "credentials",
        "UPDATE OF password, is_active ON chat_user",
        "old.password <> new.password OR old.is_active <> new.is_active",
    ),
    ("chat_user_went", "credentials", "DELETE ON chat_user", ""),
    (
        "chat_session_shortened",
        "credentials",
        "UPDATE OF expire_date ON django_session",
        "new.expire_date < old.expire_date",
    ),
    ("chat_session_ended", "credentials", "DELETE ON django_session", ""),
]

# SQLite has one writer: the one row of a name gets another mark.
RENEW = """
    INSERT INTO chat_revision (name, mark) VALUES ('{name}', random()) ON CONFLICT (name) DO UPDATE SET mark = excluded.mark
"""
SQLITE = [
    f"CREATE TRIGGER {trigger} AFTER {change}{when and ' WHEN '}{when} BEGIN {RENEW.format(name=name)}; END"
    for trigger, name, change, when in CHANGES
]

# On PostgreSQL a row that every such transaction changes would have them wait for one another, each with locks that the
# others want: who waits for whom depends on what else they do, and a circle is a deadlock. So nobody changes a row: a
# name has several, all of them together are its mark, and a transaction adds one (the setting is the transaction's own,
# and of a part of it that is undone). Now and then those that nobody else is about to fold become one that stands for
# the same.
FOLD = 32
FUNCTION = f"""
    CREATE FUNCTION chat_mark_change() RETURNS trigger LANGUAGE plpgsql AS $function$
    DECLARE
        marked CONSTANT text := 'posthorn.' || TG_ARGV[0];
    BEGIN
        IF coalesce(current_setting(marked, true), '') = '' THEN
            PERFORM set_config(marked, 'yes', true);
            INSERT INTO chat_revision (name, mark)
            VALUES (TG_ARGV[0], hashtextextended(gen_random_uuid()::text, 0));
            IF random() * {FOLD} < 1 THEN
                WITH these AS (SELECT ctid FROM chat_revision WHERE name = TG_ARGV[0] FOR UPDATE SKIP LOCKED),
                gone AS (DELETE FROM chat_revision WHERE ctid IN (SELECT ctid FROM these) RETURNING mark)
                INSERT INTO chat_revision (name, mark) SELECT TG_ARGV[0], bit_xor(mark) FROM gone HAVING count(*) > 0;
            END IF;
        END IF;
        RETURN NULL;
    END
    $function$
"""  # noqa: S608 - our own words
POSTGRESQL = [
    "ALTER TABLE chat_revision DROP CONSTRAINT chat_revision_pkey",
    FUNCTION,
    *(
        f"CREATE TRIGGER {trigger} AFTER {change} FOR EACH ROW {when and f'WHEN ({when})'}"
        f" EXECUTE FUNCTION chat_mark_change('{name}')"
        for trigger, name, change, when in CHANGES
    ),
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
        SQLByEngine(
            {"sqlite": SQLITE, "postgresql": POSTGRESQL},
            {
                "sqlite": [f"DROP TRIGGER {trigger}" for trigger, *_ in CHANGES],
                "postgresql": ["DROP FUNCTION chat_mark_change CASCADE"],
            },
        ),
    ]
