"""Work on its way to a database: the bounded queue, the threads that read, the one that writes, and the stock path."""
