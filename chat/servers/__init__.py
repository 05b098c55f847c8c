"""The servers that can carry the chat, each made to wait for slow clients and to end in good order."""
