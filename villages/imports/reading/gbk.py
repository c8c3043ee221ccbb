"""Old .xls files whose words are bytes of GBK, and which say so.

The reader of workbooks takes each byte of them for a character of its own and loses
those that are none. Told that the file is in Unicode it takes bytes of one by one for
Latin letters instead: nothing is lost, and the letters are turned back here.
"""

from villages.imports.reading.recognising import COMPOUND

# the record that says by which code page the words of the file are written
SAYS_GBK = b"\x42\x00\x02\x00\xa8\x03"
SAYS_UNICODE = b"\x42\x00\x02\x00\xb0\x04"


def is_in_gbk(content: bytes) -> bool:
    """Tell whether a file is an old workbook that says its words are in GBK."""
    return content.startswith(COMPOUND) and SAYS_GBK in content


def as_unicode(content: bytes) -> bytes:
    """Return such a file as one that says it is in Unicode."""
    return content.replace(SAYS_GBK, SAYS_UNICODE, 1)


def from_letters(text: str) -> str:
    """Return the words behind Latin letters that were read for bytes of GBK. What is
    none stays as it is: words that stand in the file in Unicode after all.
    """
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode("gbk")
    except UnicodeError:
        return text
