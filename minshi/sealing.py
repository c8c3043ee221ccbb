"""Streams sealed piece by piece with AES-GCM, so that gigabytes pass through a megabyte
of memory.

A sealed stream is MAGIC, the mark of its key, a salt, then pieces: four bytes of
length, the highest bit of which marks the last piece, and the sealed bytes. The key of
a stream is drawn from the key and the salt (HKDF); the nonce counts the pieces, and the
header and the mark of the last piece are authenticated with each. So no piece can be
changed, left out, moved, or cut off at the end unseen.
"""

import base64
import binascii
import hashlib
import io
import secrets
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"minshi-sealed-1\n"
KEY_BYTES = 32
MARK_BYTES = 4
SALT_BYTES = 16
TAG_BYTES = 16
NONCE_BYTES = 12
LENGTH_BYTES = 4
PIECE = 1_048_576  # bytes
LAST = 1 << 31


class SealBroken(Exception):
    """A sealed stream cannot be opened. Its kinds say why."""


class NotSealed(SealBroken):
    """It does not begin as a sealed stream does."""


class OtherKey(SealBroken):
    """It was sealed under another key. `mark` names that one."""

    def __init__(self, mark: str) -> None:
        super().__init__(mark)
        self.mark = mark


class CutOff(SealBroken):
    """It ends before its last piece."""


class Altered(SealBroken):
    """A piece is not what was sealed."""


def key_from(text: str) -> bytes:
    """Return the key that 32 bytes of url-safe base64 stand for. ValueError: they do
    not.
    """
    try:
        key = base64.urlsafe_b64decode(text)
    except (binascii.Error, ValueError) as error:
        raise ValueError("not url-safe base64") from error

    if len(key) != KEY_BYTES:
        raise ValueError(f"{len(key)} bytes instead of {KEY_BYTES}")
    return key


def mark_of(key: bytes) -> str:
    """Return eight hex digits by which people tell keys apart; they give nothing of the
    key away.
    """
    return hashlib.sha256(b"minshi key mark" + key).digest()[:MARK_BYTES].hex()


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    derived = HKDF(SHA256(), KEY_BYTES, salt, b"minshi sealed stream 1")
    return AESGCM(derived.derive(key))


def _nonce(nth: int) -> bytes:
    return nth.to_bytes(NONCE_BYTES, "big")


class SealingWriter(io.RawIOBase):
    """Writes to `file` what is written to it, sealed under `key`.

    Without `finish` the stream counts as cut off.
    """

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        salt = secrets.token_bytes(SALT_BYTES)
        self._file = file
        self._cipher = _cipher(key, salt)
        self._header = MAGIC + bytes.fromhex(mark_of(key)) + salt
        self._waiting = bytearray()
        self._nth = 0
        file.write(self._header)

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self._waiting += data
        # one piece is kept back: the last is marked as such
        while len(self._waiting) > PIECE:
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]
        return len(data)

    def finish(self) -> None:
        """Write the last piece; nothing can be written after it."""
        self._seal(bytes(self._waiting), is_last=True)
        self._waiting.clear()

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        sealed_with = self._header + bytes([is_last])
        sealed = self._cipher.encrypt(_nonce(self._nth), piece, sealed_with)
        length = len(sealed) | (LAST if is_last else 0)
        self._file.write(length.to_bytes(LENGTH_BYTES, "big") + sealed)
        self._nth += 1


class OpeningReader(io.RawIOBase):
    """Reads what was sealed in `file` under `key`, each piece once it is proved.

    NotSealed, OtherKey, CutOff or Altered, as soon as it is seen.
    """

    def __init__(self, file: IO[bytes], key: bytes) -> None:
        magic = file.read(len(MAGIC))
        if magic != MAGIC:
            raise NotSealed

        rest = file.read(MARK_BYTES + SALT_BYTES)
        if len(rest) < MARK_BYTES + SALT_BYTES:
            raise CutOff
        mark = rest[:MARK_BYTES].hex()
        if mark != mark_of(key):
            raise OtherKey(mark)

        self._file = file
        self._header = magic + rest
        self._cipher = _cipher(key, rest[MARK_BYTES:])
        self._piece = memoryview(b"")
        self._nth = 0
        self._is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        while not self._piece and not self._is_over:
            self._piece = memoryview(self._open())

        count = min(len(buffer), len(self._piece))
        buffer[:count] = self._piece[:count]
        self._piece = self._piece[count:]
        return count

    def _open(self) -> bytes:
        head = self._file.read(LENGTH_BYTES)
        if len(head) < LENGTH_BYTES:
            raise CutOff

        length = int.from_bytes(head, "big")
        is_last = bool(length & LAST)
        length &= LAST - 1
        if not TAG_BYTES <= length <= PIECE + TAG_BYTES:
            raise Altered
        sealed = self._file.read(length)
        if len(sealed) < length:
            raise CutOff

        try:
            sealed_with = self._header + bytes([is_last])
            piece = self._cipher.decrypt(_nonce(self._nth), sealed, sealed_with)
        except InvalidTag as error:
            raise Altered from error

        self._nth += 1
        self._is_over = is_last
        if is_last and self._file.read(1):
            raise Altered
        return piece
