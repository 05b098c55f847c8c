"""Files that people send: how they come, where they lie, how they are given out."""
