"""What a file really is, and pictures made fit for others, in a process of its own (`chat.pictures.look`)."""
