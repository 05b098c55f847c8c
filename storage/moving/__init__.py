"""Moving an installation from one engine into an empty database of the other: `manage.py move`."""
