"""What ASGI applications need that answer without Django: who asks, whether they may change something, and answers.

They are for what Django cannot do without holding it in memory: bodies and answers that are larger than that.
"""
