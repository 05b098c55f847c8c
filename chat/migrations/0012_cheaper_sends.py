"""On PostgreSQL a send costs less: the log does not look up again what the same transaction has just written."""

from django.db import migrations

from storage.migration import SQLByEngine

# Each of these was a query at COMMIT for each row. An event is written with its message, whose own constraints hold its
# room and its sender; nothing but `chat.actions` writes to the log (`chat.models.Event`).
UNCHECKED = """
    DO $$
    DECLARE
        name text;
    BEGIN
        FOR name IN SELECT conname FROM pg_constraint WHERE conrelid = 'chat_event'::regclass AND contype = 'f' LOOP
            EXECUTE format('ALTER TABLE chat_event DROP CONSTRAINT %I', name);
        END LOOP;
    END $$
"""


class Migration(migrations.Migration):
    dependencies = [("chat", "0011_file_names")]

    operations = [SQLByEngine({"postgresql": [UNCHECKED]}, {})]
