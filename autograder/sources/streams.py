"""What a packed tar holds, as a stream of bounded work and memory."""

from __future__ import annotations

import io
import tarfile
from typing import IO, TYPE_CHECKING, Any

from autograder.sources.tree import Unreadable

if TYPE_CHECKING:
    import lzma

BEYOND = 64  # reads after the end
PAX_BYTES = 1 << 15
PAX_WORK = 1 << 31  # bytes squared, a second or two of such a search: 2000 headers of a kilobyte
UNPACKING_BYTES = 256 << 20  # of memory for a file that names itself how much it takes; `xz -9` takes 65 MiB


class Counted(io.RawIOBase):
    """A tar's stream that ends with Unreadable after so many bytes, or when it is read on and on beyond its end.

    tarfile goes over a file that claims to be 2⁶⁰ bytes long piece by piece, also where there is nothing any more.
    """

    def __init__(self, file: Any, most: int) -> None:
        self.file, self.left, self.most, self.beyond = file, most, most, 0

    def read(self, size: int = -1) -> bytes:
        """So many bytes, all that may come for -1."""
        content: bytes = self.file.read(size if size >= 0 else self.left + 1)
        self.left -= len(content)
        self.beyond += not content
        if self.beyond > BEYOND:
            raise Unreadable("the tar is damaged (it ends within a file)")
        if self.left < 0:
            raise Unreadable(f"the tar holds more than {self.most} bytes")
        return content


class Member(tarfile.TarInfo):
    """A tar's member whose extended header is of bounded work: tarfile of Python 3.11 searches one in its square."""

    def _proc_pax(self, archive: Any) -> Any:
        archive.work = getattr(archive, "work", 0) + self.size**2
        if self.size > PAX_BYTES or archive.work > PAX_WORK:
            raise Unreadable("the tar is damaged (its extended headers are larger than any that a program writes)")
        return super()._proc_pax(archive)  # type: ignore[misc]


def unpacked(file: IO[bytes]) -> Any:
    """What a file holds, unpacked as its first bytes say it is packed."""
    import bz2
    import gzip

    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(file)
    if head.startswith(b"BZh"):
        return bz2.open(file)
    return _Xz(file) if head.startswith(b"\xfd7zXZ") else file


class _Xz:
    """An .xz file unpacked a piece at a time: `lzma.open` takes as many gigabytes of memory as its header names."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file, self.unpacker = file, self._new()

    def _new(self) -> lzma.LZMADecompressor:
        import lzma

        return lzma.LZMADecompressor(lzma.FORMAT_XZ, UNPACKING_BYTES)

    def read(self, size: int) -> bytes:
        """At most so many bytes; none at the end. Raises LZMAError, EOFError."""
        while not self.unpacker.eof:
            packed = self.file.read(size) if self.unpacker.needs_input else b""
            if self.unpacker.needs_input and not packed:
                raise EOFError
            content = self.unpacker.decompress(packed, size)
            if content:
                return content
        return b""
