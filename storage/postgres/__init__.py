"""What is PostgreSQL's alone: the Django backend (`ENGINE: "storage.postgres"`), its connections, its dialect."""
