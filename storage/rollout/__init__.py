"""Rollout flags, and the guard that turns one back when figures get worse."""
