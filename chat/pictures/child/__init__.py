"""The process that takes pictures apart. It knows no settings, no database, no network and no paths: what it reads and
writes are open files that it is handed."""
