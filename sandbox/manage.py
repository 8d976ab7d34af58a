#!/usr/bin/env python
"""Run Django commands for the sandbox: ``python sandbox/manage.py <command>``."""

import os
import sys
from pathlib import Path

# Run as a script, Python puts sandbox/ itself on the path, where "sandbox.settings" is not found.
sys.path[0] = str(Path(__file__).resolve().parent.parent)


def main() -> None:
    """Hand the command line to Django, with the demo settings unless others are named."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.demo")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
