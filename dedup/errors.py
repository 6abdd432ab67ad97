"""The errors that a user can cause and mend: each message says what to do, none shows a traceback."""

from __future__ import annotations


class DedupError(Exception):
    """Something that the user can mend; the command line prints it in one line and exits with 2."""


class ConfigError(DedupError):
    """A setting, option or selector that means nothing."""


class PackError(DedupError):
    """A rule pack that breaks its format or its own examples."""


class DocumentError(DedupError):
    """A file that cannot be read as an article."""


class OutputError(DedupError):
    """An output folder that cannot be used."""
