"""Posthorn's promise under torture: three servers on one database, and everything around them breaks.

`python -m tests.torture --minutes 5 --seed N` runs it long; `test_torture.py` runs it short.
"""
