"""What is sealed opens under its key alone, whole and unchanged, in little memory."""

import io
import secrets
import tracemalloc

import pytest

from minshi.sealing import (
    PIECE,
    Altered,
    CutOff,
    NotSealed,
    OpeningReader,
    OtherKey,
    SealingWriter,
    key_from,
    mark_of,
)

pytestmark = pytest.mark.any_database
KEY = bytes(range(32))
HEADER = 16 + 4 + 16


def sealed(content, key=KEY):
    file = io.BytesIO()
    writer = SealingWriter(file, key)
    writer.write(content)
    writer.finish()
    return file.getvalue()


def opened(stream, key=KEY):
    return io.BufferedReader(OpeningReader(io.BytesIO(stream), key)).read()


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE])
def test_what_was_sealed_is_read_back(size):
    content = secrets.token_bytes(size)

    assert opened(sealed(content)) == content


def test_nothing_of_it_stands_in_the_stream_and_no_two_are_alike():
    content = b"the phone is 13909391234" * 10

    first, second = sealed(content), sealed(content)

    assert b"13909391234" not in first
    assert first != second


def test_another_key_is_named_by_its_mark():
    with pytest.raises(OtherKey) as refused:
        opened(sealed(b"words"), bytes(32))

    assert refused.value.mark == mark_of(KEY)


@pytest.mark.parametrize("kept", [5, HEADER - 1, HEADER, HEADER + 3, HEADER + 100])
def test_a_cut_stream_is_refused(kept):
    stream = sealed(secrets.token_bytes(2 * PIECE))

    with pytest.raises(CutOff if kept > 16 else NotSealed):
        opened(stream[:kept])


def test_a_stream_cut_between_two_pieces_is_refused():
    stream = sealed(secrets.token_bytes(2 * PIECE))

    with pytest.raises(CutOff):
        opened(stream[: HEADER + 4 + PIECE + 16])


@pytest.mark.parametrize("place", [HEADER - 1, HEADER + 4, HEADER + 50, -1])
def test_a_changed_byte_is_refused(place):
    stream = bytearray(sealed(b"words" * 100))
    stream[place] ^= 1

    with pytest.raises(Altered):
        opened(bytes(stream))


def test_pieces_out_of_order_or_after_the_end_are_refused():
    stream = sealed(secrets.token_bytes(2 * PIECE))
    piece = 4 + PIECE + 16
    first = stream[HEADER : HEADER + piece]
    second = stream[HEADER + piece :]

    for wrong in (second + first, first + first + second, first + second + b"x"):
        with pytest.raises((Altered, CutOff)):
            opened(stream[:HEADER] + wrong)


def test_forty_megabytes_pass_through_less_than_six_of_memory(tmp_path):
    path = tmp_path / "large"
    piece = secrets.token_bytes(100_000)

    tracemalloc.start()
    with path.open("wb") as file:
        writer = SealingWriter(file, KEY)
        for _nth in range(400):
            writer.write(piece)
        writer.finish()
    with path.open("rb") as file:
        reader = io.BufferedReader(OpeningReader(file, KEY))
        while read := reader.read(100_000):
            assert read == piece
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert most < 6_000_000


@pytest.mark.parametrize("text", ["", "short", "AAAA", "!" * 44, "A" * 64])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r"bytes|base64"):
        key_from(text)
