"""Hostile archives: nothing is read beyond a limit, nothing leads out, and what is wrong is told."""

from __future__ import annotations

import io
import lzma
import random
import stat
import struct
import tarfile
import tracemalloc
import zipfile
from contextlib import ExitStack

import pytest
from classes import tarred, zipped
from test_platforms import LIMITS, held, read

from autograder.model import UsageError
from autograder.sources import archives
from autograder.sources.choosing import choose
from autograder.sources.tree import Entry, Unreadable, safe_parts, tree_at

MIB = 1 << 20


def entries(content, tmp_path, name="in.zip"):
    path = tmp_path / name
    path.write_bytes(content)
    with ExitStack() as stack:
        return {each.path: str(each.problem or "") for each in tree_at(path, stack).entries}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("../../etc/passwd", "its path leads out of the archive"),
        ("a/../../b.py", "its path leads out of the archive"),
        ("..\\..\\b.py", "its path leads out of the archive"),
        ("/etc/passwd", "its path is absolute"),
        ("\\\\host\\share", "its path is absolute"),
        ("C:evil.py", "its path is absolute"),
        ("a\nb.py", "its name holds control characters"),
        ("a/" * 40 + "b.py", "its path is empty, too long or too deep"),
        ("x" * 300, "its path is empty, too long or too deep"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_and_told(tmp_path, name, why):
    with pytest.raises(ValueError, match=f"^{why}$"):
        safe_parts(name)
    for form, suffix in ((zipped, "zip"), (tarred, "tar.gz")):
        found = entries(form({name: b"x", "ok.py": b"y"}), tmp_path, f"in.{suffix}")
        assert sum(problem.endswith(why) for problem in found.values()) == 1
        assert found["ok.py"] == ""
        assert not any(".." in path.split("/") for path in found)


def with_mode(mode):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo("amy.py")
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("mode", "said"),
    [(stat.S_IFLNK | 0o777, "symbolic link"), (stat.S_IFCHR | 0o666, "no plain file"), (stat.S_IFIFO, "no plain file")],
)
def test_links_and_devices_in_a_zip_are_not_read(tmp_path, mode, said):
    (problem,) = entries(with_mode(mode), tmp_path).values()
    assert said in problem


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE, tarfile.BLKTYPE])
def test_links_and_devices_in_a_tar_are_not_read(tmp_path, kind):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo("amy.py")
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    (problem,) = entries(buffer.getvalue(), tmp_path, "in.tar").values()
    assert "amy.py is" in problem


def bomb(size=64 * MIB):
    return zipped({"amy.py": b"#" * size})


def test_a_bomb_costs_what_a_submission_may_hold(tmp_path):
    path = tmp_path / "in.zip"
    path.write_bytes(bomb())
    tracemalloc.start()
    found = held(read(path)[1])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found == {"amy": f"amy.py has {64 * MIB} bytes, 1000 is the limit"}
    assert peak < 4 * MIB


def test_a_bomb_that_lies_about_its_size_is_cut_off(tmp_path):
    content = bytearray(bomb(8 * MIB))
    true, false = struct.pack("<L", 8 * MIB), struct.pack("<L", 10)
    path = tmp_path / "in.zip"
    path.write_bytes(bytes(content).replace(true, false))
    (said,) = held(read(path)[1]).values()
    assert isinstance(said, str) or len(said) <= 10


def test_a_bomb_inside_a_students_zip_is_cut_off(tmp_path):
    path = tmp_path / "in.zip"
    large = zipped({"vectors.py": b"#" * (64 * MIB)})
    path.write_bytes(zipped({"amy.zip": large, "ben.zip": zipped({"a.zip": large})}))
    tracemalloc.start()
    found = held(read(path)[1])
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found["amy"] == f"vectors.py has {64 * MIB} bytes, 1000 is the limit"
    assert found["ben"] == "vectors.py was not handed in, only ben.zip"
    assert peak < 4 * MIB


def test_a_tar_bomb_ends_at_the_limit(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "TAR_BYTES", MIB)
    path = tmp_path / "in.tar.gz"
    path.write_bytes(tarred({"amy.py": b"#" * (8 * MIB)}))
    with pytest.raises(UsageError, match="the tar holds more than 1048576 bytes"):
        read(path)


def test_a_zip_that_claims_millions_of_files_is_refused_before_they_are_listed(tmp_path):
    content = bytearray(zipped({"amy.py": b"x"}))
    at = content.rfind(b"PK\x05\x06")
    struct.pack_into("<L", content, at + 12, 0xFFFFFFF0)
    path = tmp_path / "in.zip"
    path.write_bytes(content)
    with pytest.raises(UsageError, match="files are the limit"):
        read(path)


SPOILS = (lambda c: c[: len(c) // 2], lambda c: c[:-30] + bytes(30), lambda c: b"PK\x05\x06" + bytes(18))


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_damaged_archive_is_refused_or_holds_nothing(tmp_path, spoil):
    path = tmp_path / "in.zip"
    path.write_bytes(spoil(zipped({f"a{n}.py": b"x" * 50 for n in range(10)})))
    with pytest.raises(UsageError):
        read(path)


def test_a_students_damaged_or_unknown_archive_is_their_problem_alone(tmp_path):
    good = zipped({"vectors.py": b"good"})
    content = {"amy.zip": good, "ben.zip": good[:-10], "cem.7z": b"7z", "dan.tar.gz": b"no", "eve.zip": b""}
    path = tmp_path / "in.zip"
    path.write_bytes(zipped(content))
    found = held(read(path)[1])
    assert found.pop("amy") == b"good"
    assert sorted(found) == ["ben", "cem", "dan", "eve"]
    assert all("cannot be opened" in problem for problem in found.values())


def test_a_damaged_file_in_a_zip_costs_its_owner_alone(tmp_path):
    content = zipped({"amy/vectors.py": b"#" * 500, "ben/vectors.py": b"fine"})
    at = content.index(b"vectors.py") + 12
    path = tmp_path / "in.zip"
    path.write_bytes(content[:at] + b"\xff" + content[at + 1 :])
    found = held(read(path)[1])
    assert "cannot be read" in found["amy"]
    assert found["ben"] == b"fine"


def test_an_encrypted_file_says_so(tmp_path):
    content = bytearray(zipped({"amy.py": b"x"}))
    content[content.rfind(b"PK\x01\x02") + 8] |= 1
    (problem,) = entries(bytes(content), tmp_path).values()
    assert problem == "amy.py is encrypted"


def test_names_that_old_programs_wrote_in_utf_8_are_read_so(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("xxxxxx.py", b"x")
    content = buffer.getvalue().replace(b"xxxxxx", "张伟".encode())
    assert list(entries(content, tmp_path)) == ["张伟.py"]


class Named:
    def __init__(self, *names):
        from autograder.sources.tree import Entry

        self.entries = [Entry(tuple(name.split("/")), 1, lambda most: b"x") for name in names]


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["vectors.py", "other.py"], "vectors.py"),
        (["Vectors.PY"], "Vectors.PY"),
        (["vectors-1.py", "vectors.py", "vectors-2.py"], "vectors-2.py"),
        (["vectors (1).py"], "vectors (1).py"),
        (["a/b/vectors.py", "vectors.py"], "vectors.py"),
        (["vectors/solution.py", "x.py"], "vectors/solution.py"),
        (["homework.py"], "homework.py"),
        (["vectors.py", "vectors.ipynb"], "vectors.py and vectors.ipynb were both handed in: which one counts?"),
        (["notes.txt", "__pycache__/vectors.py"], "vectors.py was not handed in, only notes.txt"),
        ([], "vectors.py was not handed in"),
        (["a.py", "b.py"], "several files could be vectors.py: a.py, b.py"),
        (["a/vectors.py", "b/vectors.py"], "several files could be vectors.py: a/vectors.py, b/vectors.py"),
        (["vectors.py", "VECTORS.py"], "VECTORS.py and vectors.py are one name on many systems; one of them counts"),
        (["vectors.py", "vectors.py"], "vectors.py and vectors.py are one name on many systems; one of them counts"),
    ],
)
def test_which_file_counts_or_why_none_does(names, chosen):
    entry, problem, note = choose(Named(*names).entries, "vectors", LIMITS, lenient=True)
    assert (entry.path if entry else str(problem)) == chosen
    assert (note is not None) == (entry is not None and entry.name not in ("vectors.py", "vectors.ipynb"))


def test_without_leave_a_file_of_another_name_is_not_taken():
    entry, problem, _ = choose(Named("homework1.py").entries, "vectors", LIMITS)
    assert (entry, str(problem)) == (None, "vectors.py was not handed in, only homework1.py")


def test_names_that_differ_in_composition_alone_collide():
    entry, problem, _ = choose(Named("e\u0301/vectors.py", "\u00e9/vectors.py").entries, "vectors", LIMITS)
    assert entry is None
    assert "are one name on many systems" in str(problem)


def test_an_unreadable_nested_kind_is_told(tmp_path):
    with pytest.raises(Unreadable, match="it is no zip or tar"), ExitStack() as stack:
        archives.nested(Named("x.rar").entries[0], stack)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_file_packed_in_a_way_that_is_unpacked_whole_is_not_opened(tmp_path, method):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.writestr("amy.py", "#" * MIB)
    found = entries(buffer.getvalue(), tmp_path)
    assert found == {"amy.py": "amy.py is compressed in an unusual way: make a plain zip"}


def gnu(kind, size, real):
    """The header of one file in a tar of GNU's form, with any sizes."""
    header = bytearray(512)
    for at, field in {0: b"amy.py", 100: b"0000644", 156: kind, 257: b"ustar  ", 483: b"%011o" % real}.items():
        header[at : at + len(field)] = field
    header[124:136] = b"\x80" + size.to_bytes(11, "big")
    header[386:409] = b"%011o\0%011o" % (real, 0)
    header[148:156] = b"%06o\0 " % sum(header[:148] + b" " * 8 + header[156:])
    return bytes(header)


def test_a_sparse_file_in_a_tar_is_not_written_out(tmp_path):
    found = entries(gnu(b"S", 0, 60 * MIB) + bytes(1024), tmp_path, "in.tar")
    assert found == {"amy.py": "amy.py is no plain file"}


@pytest.mark.parametrize("kind", [b"0", b"x", b"K"])
def test_a_tar_that_claims_a_file_without_end_is_left_when_it_ends(tmp_path, kind):
    with pytest.raises(UsageError, match="the tar is damaged"):
        entries(gnu(kind, 1 << 60, 0) + bytes(1024), tmp_path, "in.tar")


@pytest.mark.parametrize(("size", "members"), [(10 * MIB, 1), (30_000, 5)])
def test_an_extended_header_of_digits_is_no_work_for_the_square_of_its_length(tmp_path, size, members):
    """Python 3.11.7 looks for `digits hdrcharset=` from every digit on: ten megabytes of them would take years."""
    header = tarfile.TarInfo("x")
    header.type, header.size = tarfile.XHDTYPE, size
    one = header.tobuf() + b"1" * size + bytes(-size % 512)
    content = lzma.compress(one * members + bytes(1024), preset=0)
    with pytest.raises(UsageError, match="the tar is damaged"):
        entries(content, tmp_path, "in.tar.xz")


def test_long_names_and_other_marks_of_a_tar_are_read(tmp_path):
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for number in range(300):
            info = tarfile.TarInfo(f"{'folder/' * 20}{number}-{'名' * 60}.py")
            info.pax_headers = {"LIBARCHIVE.xattr.com.apple.provenance": "x" * 500}
            archive.addfile(info)
    assert len(entries(made.getvalue(), tmp_path, "in.tar")) == 300


def test_a_damaged_archive_of_any_kind_is_told_of(tmp_path):
    content = bytearray(tarred({"amy.py": random.Random(1).randbytes(5000)}, "w:xz"))
    content[200:260] = bytes(60)
    with pytest.raises(UsageError, match=r"the tar is damaged \(LZMAError\)"):
        entries(bytes(content), tmp_path, "in.tar.xz")


def test_a_name_of_megabytes_is_cut_before_it_is_looked_at():
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT) as archive:
        archive.addfile(tarfile.TarInfo("a/" * MIB))
    with ExitStack() as stack:
        (found,) = archives.nested(Entry(("a.tar",), 0, lambda most: buffer.getvalue()), stack)
    assert len(found.path) < 10_000
    assert len(str(found.problem)) < 400


@pytest.mark.parametrize("padding", [0, 100_000])
def test_the_64_bit_end_of_a_zip_is_believed_wherever_it_stands(tmp_path, padding):
    plain = zipped({"amy.py": b"x"})
    at = plain.rfind(b"PK\x05\x06")
    large = struct.pack("<4sQHHLLQQQQ", b"PK\x06\x06", 44 + padding, 45, 45, 0, 0, 1 << 30, 1 << 30, 1 << 36, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, at, 1)
    path = tmp_path / "in.zip"
    path.write_bytes(plain[:at] + large + bytes(padding) + locator + plain[at:])
    with pytest.raises(UsageError, match="files are the limit"):
        read(path)


def test_only_some_of_a_students_archives_are_looked_into():
    opened = []

    def load(number):
        return lambda most: opened.append(number) or zipped({"other.txt": b"x"})

    files = [Entry((f"{number:03}.zip",), 0, load(number)) for number in range(100)]
    assert choose(files, "vectors", LIMITS)[0] is None
    assert len(opened) < 10
