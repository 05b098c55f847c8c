"""What is SQLite's alone: the Django backend (`ENGINE: "storage.sqlite"`), its file, its log, its connections."""
