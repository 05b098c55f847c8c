"""Everything that changes rows. Each action is a function of a `storage.store.Connection` inside a transaction:

- on the event loop by way of `chat.live.commit_queue`, which commits many together,
- in views, commands and the admin by `store.run_transaction`.

A change that others shall see writes its event by `log.append_event` in the same transaction.
"""
