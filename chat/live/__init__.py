"""What happens while people are connected: their sockets, the queue of what they change, and who hears of it.

Nothing here is stored. What a process holds for all its connections stands in `chat.live.process`.
"""
