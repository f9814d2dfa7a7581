"""Snug: talk to open-weight language models on your own computer, offline."""

__version__ = "0.1.0"
__date__ = "2026-11-21"
"""When this version was made: Snug tells its age, and asks nobody for a newer one."""

APP_ID = "org.snug.Snug"
"""How desktops know Snug: its menu entry, its icon and its description have this name, and its windows say it."""
