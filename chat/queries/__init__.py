"""Permission-checked reads. What travels to a client is JSON that the database builds, never Python objects.

The SQL here and in `chat.actions` is SQLite's; what another engine would say otherwise is its JSON and date functions.
"""
