"""Permission-checked reads. What travels to a client is JSON that the database builds, never Python objects.

The SQL here and in `chat.actions` is what engines share; what SQLite says in words of its own comes from
`storage.store.dialect` and `text_search`.
"""
