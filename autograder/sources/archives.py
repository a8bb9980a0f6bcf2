"""Zips and tars opened with limits that hold while they are read, whatever their headers claim."""

from __future__ import annotations

import io
import re
import stat
import struct
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from autograder.model import sentence
from autograder.sources.tree import DEPTH, LONGEST, MOST_ENTRIES, Entry, FileReader, Unreadable, _nothing, safe_parts

TAR_BYTES = 4 << 30
NESTED_BYTES = 64 << 20
NESTED_ENTRIES = 5000
DIRECTORY_BYTES = 256
AT_ONCE = 200
BEYOND = 64
PAX_BYTES = 1 << 15
PAX_WORK = 1 << 31  # bytes squared, a second or two of such a search: 2000 headers of a kilobyte
TARS = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
UNKNOWN = (".7z", ".rar", ".gz", ".bz2", ".xz", ".zst")
DECOMPRESSED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what zipfile unpacks no further than it is asked to
NAME = DEPTH * (LONGEST + 1)


def is_archive(name: str) -> bool:
    """Whether a file's name is that of an archive, of a kind that is opened or not."""
    return name.casefold().endswith((".zip", *TARS, *UNKNOWN))


def stem(name: str) -> str:
    """A file's name without its suffix, `.tar.gz` counting as one."""
    for suffix in TARS:
        if name.casefold().endswith(suffix):
            return name[: -len(suffix)]
    return name.rpartition(".")[0] or name


def entries(name: str, path: Path, stack: ExitStack) -> Iterator[Entry] | None:
    """The entries of an archive of the class, None if it is none. Raises Unreadable for a damaged one, also later."""
    if name.casefold().endswith(TARS):  # first: a tar whose last file is a zip ends as a zip does
        return _tarred(stack.enter_context(path.open("rb")), stack, MOST_ENTRIES, TAR_BYTES)
    if zipfile.is_zipfile(path):
        return _zipped(path, MOST_ENTRIES)
    return None


def nested(entry: Entry, stack: ExitStack) -> list[Entry]:
    """The entries of an archive that a student handed in. Raises Unreadable, TooLarge."""
    content = entry.read(NESTED_BYTES)
    if entry.name.casefold().endswith(TARS):
        return list(_tarred(io.BytesIO(content), stack, NESTED_ENTRIES, NESTED_BYTES))
    if zipfile.is_zipfile(io.BytesIO(content)):
        return list(_zipped(content, NESTED_ENTRIES))
    raise Unreadable("it is no zip or tar")


def _opened(place: Path | bytes) -> IO[bytes]:
    return place.open("rb") if isinstance(place, Path) else io.BytesIO(place)


def _zipped(place: Path | bytes, most: int) -> Iterator[Entry]:
    try:
        with _opened(place) as file:
            for info in _directory(file, most):
                if not info.is_dir():
                    yield _zip_entry(place, info)
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a parser of foreign bytes comes to
        raise Unreadable(f"the zip is damaged ({error})") from None


def _directory(file: IO[bytes], most: int) -> Iterator[zipfile.ZipInfo]:
    """What a zip lists, a piece of its directory at a time: each piece is given to `zipfile` as a zip of its own."""
    end, size, offset = _found_directory(file, most)
    start, at = end - size, end - size
    while at < end:
        piece, count = bytearray(), 0
        file.seek(at)
        while at + len(piece) < end and count < AT_ONCE:
            head = file.read(46)
            if len(head) < 46 or not head.startswith(b"PK\x01\x02"):
                raise Unreadable("the zip is damaged (its directory is cut off)")
            piece += head + file.read(sum(struct.unpack_from("<3H", head, 28)))
            count += 1
        at += len(piece)
        whole = piece + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(piece), 0, 0)
        for info in zipfile.ZipFile(io.BytesIO(whole)).infolist():
            info.header_offset += start - offset  # something may lie before the zip
            yield info


def _found_directory(file: IO[bytes], most: int) -> tuple[int, int, int]:
    """Where a zip's list of names ends, its bytes, and where it claims to begin. Raises Unreadable for a large one."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - 65_557 - 76))
    tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise Unreadable("the zip is damaged (its end is missing)")
    end = size - len(tail) + at
    claims = [(end, *struct.unpack_from("<H2L", tail, at + 10))]
    if at >= 20 and tail.startswith(b"PK\x06\x07", at - 20):
        places = (end - 20 - 56, *struct.unpack_from("<Q", tail, at - 12))
        claims += [(place, *found) for place in places if (found := _large_claim(file, place))]
    for _, count, length, _ in claims:
        if count > most or length > most * DIRECTORY_BYTES:
            raise Unreadable(f"the zip lists {count} files in {length} bytes; {most} files are the limit")
    end, _, length, offset = claims[1] if len(claims) > 1 else claims[0]
    if length > end:
        raise Unreadable("the zip is damaged (its directory is cut off)")
    return end, length, offset


def _large_claim(file: IO[bytes], place: int) -> tuple[int, int, int] | None:
    """What an end of the 64-bit form claims, if there is one at a place: Pythons differ in where they look for it."""
    if not 0 <= place < 1 << 62:
        return None
    file.seek(place)
    record = file.read(56)
    return struct.unpack_from("<3Q", record, 32) if len(record) == 56 and record.startswith(b"PK\x06\x06") else None


def _zip_entry(place: Path | bytes, info: zipfile.ZipInfo) -> Entry:
    name = _name(info)
    mode = info.external_attr >> 16
    try:
        parts = safe_parts(name)
    except ValueError as error:
        return _refused(name, error)
    if stat.S_ISLNK(mode):
        problem = sentence("{name} is a symbolic link, a plain file is expected", name=parts[-1])
        return Entry(parts, 0, _nothing, problem)
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        return Entry(parts, 0, _nothing, sentence("{name} is no plain file", name=parts[-1]))
    if info.flag_bits & 1:
        return Entry(parts, 0, _nothing, sentence("{name} is encrypted", name=parts[-1]))
    if info.compress_type not in DECOMPRESSED:
        return Entry(
            parts, 0, _nothing, sentence("{name} is compressed in an unusual way: make a plain zip", name=parts[-1])
        )
    return Entry(parts, info.file_size, ZipReader(place, info))


def _refused(name: str, why: ValueError) -> Entry:
    """An entry whose name leads elsewhere, under parts that lead nowhere: the first is kept to tell whose it is."""
    told = sentence("{name} is not taken: {why}", name=name[:LONGEST], why=str(why))
    return Entry(_shown(name[:NAME]), 0, _nothing, told)


def _shown(name: str) -> tuple[str, ...]:
    parts = [re.sub(r"[\x00-\x1f\ud800-\udfff]", "_", part)[:100] for part in re.split(r"[/\\]", name)]
    return tuple(part for part in parts if part not in ("", ".", ".."))[:32] or ("_",)


def _name(info: zipfile.ZipInfo) -> str:
    """The name, where an old program wrote UTF-8 without saying so too."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


@dataclass(frozen=True)
class ZipReader:
    """Reads at most so many bytes, and one more, of a file in a zip. place: the zip's, or all its bytes."""

    place: Path | bytes
    info: zipfile.ZipInfo

    def __call__(self, most: int) -> bytes:
        """The bytes. Raises Unreadable for damaged ones."""
        try:
            with _opened(self.place) as file:
                file.seek(self.info.header_offset)
                head = file.read(30)
                if not head.startswith(b"PK\x03\x04"):
                    raise zipfile.BadZipFile
                file.seek(sum(struct.unpack_from("<2H", head, 26)), io.SEEK_CUR)
                with zipfile.ZipExtFile(file, "r", self.info, None, True) as member:
                    return member.read(most + 1)
        except Exception as error:  # noqa: BLE001 - see _zipped
            raise Unreadable(f"it is damaged in the zip ({type(error).__name__})") from None


class _Counted(io.RawIOBase):
    """A stream that ends with an exception after so many bytes, or when it is read on and on beyond its end.

    tarfile goes over a file that claims to be 2⁶⁰ bytes long piece by piece, also where there is nothing any more.
    """

    def __init__(self, file: Any, most: int) -> None:
        self.file, self.left, self.most, self.beyond = file, most, most, 0

    def read(self, size: int = -1) -> bytes:
        content: bytes = self.file.read(size if size >= 0 else self.left + 1)
        self.left -= len(content)
        self.beyond += not content
        if self.beyond > BEYOND:
            raise Unreadable("the tar is damaged (it ends within a file)")
        if self.left < 0:
            raise Unreadable(f"the tar holds more than {self.most} bytes")
        return content


class _Member(tarfile.TarInfo):
    """A tar's member whose extended header is of bounded work: tarfile of Python 3.11 searches one in its square."""

    def _proc_pax(self, archive: Any) -> Any:
        archive.work = getattr(archive, "work", 0) + self.size**2
        if self.size > PAX_BYTES or archive.work > PAX_WORK:
            raise Unreadable("the tar is damaged (its extended headers are larger than any that a program writes)")
        return super()._proc_pax(archive)  # type: ignore[misc]


def _tarred(file: IO[bytes], stack: ExitStack, most: int, most_bytes: int) -> Iterator[Entry]:
    """A tar can be read only from its beginning: its small files are copied, under numbers, to a place of our own."""
    place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="autograder-")))
    try:
        with tarfile.open(fileobj=_Counted(_unpacked(file), most_bytes), mode="r|", tarinfo=_Member) as archive:
            yield from _tar_entries(archive, place, most)
    except Unreadable:
        raise
    except Exception as error:  # noqa: BLE001 - see _zipped; LZMAError has no parent but this
        raise Unreadable(f"the tar is damaged ({type(error).__name__})") from None


def _unpacked(file: IO[bytes]) -> Any:
    import bz2
    import gzip
    import lzma

    head = file.read(6)
    file.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.open(file)
    if head.startswith(b"BZh"):
        return bz2.open(file)
    return lzma.open(file) if head.startswith(b"\xfd7zXZ") else file


def _tar_entries(archive: tarfile.TarFile, place: Path, most: int) -> Iterator[Entry]:
    for number, member in enumerate(iter(archive.next, None)):
        archive.members.clear()  # type: ignore[attr-defined] # a stream is never asked for them
        if number >= most:
            raise Unreadable(f"the tar lists more than {most} files")
        if not member.isdir():
            yield _tar_entry(archive, member, place / str(number))


def _tar_entry(archive: tarfile.TarFile, member: tarfile.TarInfo, copy: Path) -> Entry:
    try:
        parts = safe_parts(member.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
    except ValueError as error:
        return _refused(member.name, error)
    if member.issym() or member.islnk():
        problem = sentence("{name} is a symbolic link, a plain file is expected", name=parts[-1])
        return Entry(parts, 0, _nothing, problem)
    if not member.isfile() or member.issparse():  # a sparse one holds gigabytes in a line
        return Entry(parts, 0, _nothing, sentence("{name} is no plain file", name=parts[-1]))
    if member.size <= NESTED_BYTES:
        content = archive.extractfile(member)
        assert content is not None
        with copy.open("wb") as file:
            while piece := content.read(1 << 20):
                file.write(piece)
    return Entry(parts, member.size, FileReader(str(copy)))
