#!/usr/bin/env python3
"""Posthorn's commands: `manage.py help` lists them."""

import os
import sys

if __name__ == "__main__":
    os.umask(0o077)  # what a server makes is for its owner alone
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured
        from django.core.management import execute_from_command_line
        from django.db import OperationalError
    except ImportError:
        sys.exit("Django is not installed in this Python. `make run` sets everything up in .venv.")
    import config  # noqa: F401 - links the newer SQLite before Django looks for one

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"{error}")  # a setting that cannot be understood: one line, see config/env.py
    except OperationalError as error:
        sys.exit(f"The database cannot be used: {' '.join(str(error).split())}")
