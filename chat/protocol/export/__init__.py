"""What follows from the declaration of the frames, for people and other languages. Nothing here runs in a server."""
