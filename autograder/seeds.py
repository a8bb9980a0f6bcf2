"""The course's secret, and each student's own seed, which is derived from it."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import re
import secrets
from pathlib import Path

from autograder.model import AutograderError

SECRET_BYTES = 32


def course_secret(root: Path) -> bytes:
    """The secret that fresh seeds are derived from: made once, in a file that only its owner reads.

    Raises AutograderError for a file that holds another thing: an empty secret is one that everybody knows.
    """
    path = root / "course.secret"
    if not path.exists():
        _make_secret(path)
    text = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(rf"[0-9a-f]{{{2 * SECRET_BYTES}}}", text):
        raise AutograderError(
            f"{path} holds no secret of {SECRET_BYTES} bytes in hexadecimal; put back the one that seeds were derived "
            "from, or delete the file to have a new one made"
        )
    return bytes.fromhex(text)


def _make_secret(path: Path) -> None:
    """Written aside and linked: there whole or not at all, and never in the place of another batch's."""
    aside, text = path.with_name(f"{path.name}.{os.getpid()}.partial"), secrets.token_hex(SECRET_BYTES) + "\n"
    _write_secret(aside, text, os.O_TRUNC)
    try:
        with contextlib.suppress(FileExistsError):  # another batch was first
            _link_or_write(aside, path, text)
    finally:
        aside.unlink()


def _link_or_write(aside: Path, path: Path, text: str) -> None:
    """Raises FileExistsError. exFAT and many network folders know no links: there the file is made and then filled."""
    try:
        os.link(aside, path)
    except FileExistsError:
        raise
    except OSError:
        _write_secret(path, text, os.O_EXCL)


def _write_secret(path: Path, text: str, how: int) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)


def seed_for(secret: bytes, topic: str, student: str) -> str:
    """A student's own seed: nobody without the secret can know it, everybody with the report can use it again."""
    message = f"{topic}/{student}".encode("utf-8", "surrogatepass")
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:8]
