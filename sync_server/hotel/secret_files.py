"""Secrets of a hotel link: files beside the databases, never settings.

Rule: what cannot be read is named, with its place, so that whoever set the link up knows what to
put where. Used by `opening` and `fias.security`.
"""

from pathlib import Path


class SecretFault(ValueError):
    """A key or certificate that cannot be used; the words say which file and why."""


def text_of(path: Path) -> str:
    """The text of a secret; `SecretFault` when the file is missing or is no text."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SecretFault(f"{path} of the hotel link cannot be read: {error}") from error
