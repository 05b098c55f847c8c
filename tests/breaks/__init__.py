"""Promises broken on purpose, and the tests that must notice: `python -m tests.breaks`."""
