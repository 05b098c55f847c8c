"""The HTTP half of the chat: what is asked for now and then, rooms, people and search (docs/http.md).

An address is made of handlers by `endpoint`; each handler checks what was sent, acts through `chat.actions` or reads
through `chat.queries`, and tells the hub what it changed.
"""
