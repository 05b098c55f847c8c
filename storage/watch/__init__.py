"""What is known of the database and its queues: figures, metrics, health, and how late the event loop is."""
