"""The backup as a file: a tar inside a seal, written and read in one pass.

about.json          format, moment, version, kind of database, migrations, settings
database/000000 …   the dump, in parts, as its length is not known beforehand
heads.csv           number, events and last hash of every case's chain
media/…  heads/…    the files; of attachments, and with the heads of each day
files.sha256        their sums, as `sha256sum --check` reads them
closing.json        rows of every table, files, and those that were missing
"""

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any, cast

from minshi.sealing import OpeningReader, SealingWriter
from supervision.backups.files import BLOCK

FORMAT = 1
ABOUT = "about.json"
DATABASE = "database"
CHAIN_HEADS = "heads.csv"
MEDIA = "media"
DAY_HEADS = "heads"
SUMS = "files.sha256"
CLOSING = "closing.json"

PART = 8_388_608  # bytes of a dump in one entry, and in memory


class ArchiveWriter:
    """Writes the entries of a backup, one after the other."""

    def __init__(self, tar: tarfile.TarFile, sums: IO[bytes]) -> None:
        self._tar = tar
        self._sums = sums
        self.files = 0
        self.bytes = 0

    def add_json(self, name: str, content: dict[str, Any]) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1)
        self.add_bytes(name, text.encode())

    def add_bytes(self, name: str, content: bytes) -> None:
        self._add(name, io.BytesIO(content), len(content))

    def add_scratch(self, name: str, file: IO[bytes]) -> None:
        """Add what was written into a temporary file."""
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        self._add(name, file, size)

    def add_file(self, name: str, path: Path) -> None:
        """Add a file and note its sum. FileNotFoundError: it is gone."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            hashed = _Hashed(file, size)
            self._add(name, hashed, size)

        self._sums.write(f"{hashed.sum}  {name}\n".encode())
        self.files += 1
        self.bytes += size

    @contextmanager
    def parts(self, folder: str) -> Iterator[IO[bytes]]:
        """Give a file to write into whose length need not be known."""
        parts = _Parts(self, folder)
        yield cast("IO[bytes]", parts)
        parts.end()

    def finish(self, closing: dict[str, Any]) -> None:
        self.add_scratch(SUMS, self._sums)
        self.add_json(CLOSING, closing | {"files": self.files, "bytes": self.bytes})

    def _add(self, name: str, file: Any, size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size = size
        entry.mode = 0o600
        self._tar.addfile(entry, file)
        _forget(self._tar)


def _forget(tar: tarfile.TarFile) -> None:
    """Let go of the entries gone by: a tar remembers every one, and there may be a
    million.
    """
    tar.members.clear()  # type: ignore[attr-defined]


class _Hashed:
    """A file read once, for the tar and for its sum.

    What grows meanwhile is read up to the size it had; what shrinks is an OSError.
    """

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file = file
        self._left = size
        self._hash = hashlib.sha256()

    def read(self, count: int) -> bytes:
        block = self._file.read(min(count, self._left))
        self._left -= len(block)
        self._hash.update(block)
        return block

    @property
    def sum(self) -> str:
        return self._hash.hexdigest()


class _Parts(io.RawIOBase):
    """What is written becomes entries of at most PART bytes."""

    def __init__(self, archive: ArchiveWriter, folder: str) -> None:
        self._archive = archive
        self._folder = folder
        self._waiting = bytearray()
        self._nth = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._waiting += data
        while len(self._waiting) >= PART:
            self._add(bytes(self._waiting[:PART]))
            del self._waiting[:PART]
        return len(data)

    def end(self) -> None:
        self._add(bytes(self._waiting))

    def _add(self, part: bytes) -> None:
        self._archive.add_bytes(f"{self._folder}/{self._nth:06}", part)
        self._nth += 1


@contextmanager
def writing(file: IO[bytes], key: bytes, folder: Path) -> Iterator[ArchiveWriter]:
    """Write an archive into `file`; `folder` has room for what is on the way into it.

    Where the block fails it stays without its end.
    """
    sealed = SealingWriter(file, key)
    with (
        TemporaryFile(dir=folder) as sums,
        tarfile.open(mode="w|", fileobj=sealed, format=tarfile.PAX_FORMAT) as tar,
    ):
        yield ArchiveWriter(tar, sums)
    sealed.finish()


class ArchiveReader:
    """Reads the entries of a backup in the order in which they were written."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._next = tar.next()

    def name(self) -> str:
        """Return the name of the entry that comes next; empty after the last."""
        return self._next.name if self._next else ""

    def read_json(self, name: str) -> dict[str, Any]:
        with self.entry(name) as file:
            content: dict[str, Any] = json.load(file)
        return content

    @contextmanager
    def entry(self, name: str) -> Iterator[IO[bytes]]:
        """Give the entry that comes next, which has this name, to be read.

        tarfile.ReadError: another comes, or none.
        """
        if self.name() != name:
            raise tarfile.ReadError(f"{self.name()!r} instead of {name}")
        yield self.open_next()
        self.advance()

    @contextmanager
    def parts(self, folder: str) -> Iterator[IO[bytes]]:
        """Give the parts of `folder` that come next as one file."""
        joined = _Joined(self, folder)
        yield io.BufferedReader(joined, BLOCK)
        joined.skip()

    def files(self) -> Iterator[tuple[PurePosixPath, IO[bytes]]]:
        """Yield the files that come next, each with its name; it is read before the
        next is asked for.
        """
        while self.name().startswith((f"{MEDIA}/", f"{DAY_HEADS}/")):
            yield _safe(self.name()), self.open_next()
            self.advance()

    def open_next(self) -> IO[bytes]:
        if self._next is None or not self._next.isreg():
            raise tarfile.ReadError(self.name())
        opened = self._tar.extractfile(self._next)
        if opened is None:
            raise tarfile.ReadError(self.name())
        return opened

    def advance(self) -> None:
        self._next = self._tar.next()
        _forget(self._tar)


class _Joined(io.RawIOBase):
    """The parts of one folder of the archive, read as one file."""

    def __init__(self, archive: ArchiveReader, folder: str) -> None:
        self._archive = archive
        self._folder = f"{folder}/"
        self._part: IO[bytes] | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while self._archive.name().startswith(self._folder):
            if self._part is None:
                self._part = self._archive.open_next()
            block = self._part.read(len(buffer))
            if block:
                buffer[: len(block)] = block
                return len(block)
            self.skip()
        return 0

    def skip(self) -> None:
        """Go on to what follows the part under way."""
        if self._part is not None:
            self._part = None
            self._archive.advance()


def _safe(name: str) -> PurePosixPath:
    """Return the name as a path that stays inside its folder. tarfile.ReadError: it
    leads out.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise tarfile.ReadError(name)
    return path


@contextmanager
def reading(file: IO[bytes], key: bytes) -> Iterator[ArchiveReader]:
    """Read an archive from `file`. SealBroken and its kinds: minshi/sealing.py."""
    opened = io.BufferedReader(OpeningReader(file, key), BLOCK)
    with tarfile.open(mode="r|", fileobj=opened) as tar:
        yield ArchiveReader(tar)
    # to the last piece, which proves that nothing was cut off
    while opened.read(BLOCK):
        pass
