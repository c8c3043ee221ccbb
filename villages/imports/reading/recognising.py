"""What a file is, by its first bytes; and what of it cannot be read, in words that say
what to do.
"""

import io
import zipfile
from enum import Enum

from django.utils.translation import gettext as _

from minshi.errors import InputRefused
from villages.imports.reading.sheets import MOST_ROWS, MOST_SHEETS

MEGABYTE = 1_048_576
LARGEST_FILE = 20 * MEGABYTE
# of a packed file: what it may become, in all and for each byte
LARGEST_UNPACKED = 200 * MEGABYTE
HIGHEST_RATIO = 100
# below that a ratio is no harm: empty rows pack well
HARMLESS = 20 * MEGABYTE

# .ods and .xlsb: how far their cells reach is not known before they are laid out
OPEN_DOCUMENT = "content.xml"
BINARY_BOOK = "xl/workbook.bin"
# what an OpenDocument file says it is, in its first entry
SAYS_KIND = b"opendocument."
SAYS_SHEET = b"opendocument.spreadsheet"
SAID_WITHIN = 200  # bytes
OF_NUMBERS = ".iwa"  # what the parts of a spreadsheet of Apple's are called
NO_SHEETS = ("word/", "ppt/", "visio/")
ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
# RAR, 7z, gzip
ARCHIVES = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b")
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF")
# of a bitmap: these two letters, and its size in four bytes; a list of text may begin
# with them, for a column is often called BM (编码, 部门)
BITMAP = b"BM"
HEAD_OF_BITMAP = 14
# names in the directory of a compound file, as they stand there
PACKAGE = "EncryptedPackage".encode("utf-16-le")
BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
WORDS_OF_WORD = "WordDocument".encode("utf-16-le")
# a record of BIFF8 that says the sheet is encrypted, behind the first one
FILEPASS = b"\x2f\x00"


class Form(Enum):
    """The form in which a file is read."""

    WORKBOOK = "workbook"
    DELIMITED = "delimited"


def form_of(content: bytes) -> Form:
    """Return in which form a file is read. InputRefused: in none, with what to do."""
    if not content.strip():
        raise refused(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise refused(
            _("The file is larger than %(most)s MB. Split it, or save it as .xlsx.")
            % {"most": LARGEST_FILE // MEGABYTE}
        )

    if content.startswith(ZIP):
        _refuse_bomb(content)
        return Form.WORKBOOK
    if content.startswith(COMPOUND):
        _refuse_what_is_no_book(content)
        return Form.WORKBOOK
    if content.startswith(OLD_BIFF):
        raise refused(save_anew(_("This is a very old form of spreadsheet.")))

    _refuse_markup(content)
    _refuse_other_kinds(content)
    return Form.DELIMITED


def refused(words: str) -> InputRefused:
    return InputRefused.at(file=words)


def save_anew(what: str) -> str:
    """Return what a file is, and the way to one that can be read."""
    return what + _(" Open it in WPS or Excel and save it as .xlsx.")


def _refuse_bomb(content: bytes) -> None:
    """InputRefused: unpacked it would fill the memory, or it is no workbook."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            parts = packed.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise damaged() from error

    _refuse_ambiguous(parts)
    _refuse_other_packed(content, [part.filename for part in parts])

    size = sum(part.file_size for part in parts)
    packed_size = max(1, sum(part.compress_size for part in parts))
    is_too_dense = size > HARMLESS and size / packed_size > HIGHEST_RATIO
    if size > LARGEST_UNPACKED or is_too_dense:
        raise refused(too_large())


def _refuse_ambiguous(parts: list[zipfile.ZipInfo]) -> None:
    """InputRefused: two parts go by one name, or Python reads a name otherwise than it
    is written (up to a NUL). Another reader would open another part than we look at.
    """
    names = {part.filename for part in parts}
    is_as_written = all(part.filename == part.orig_filename for part in parts)
    if len(names) < len(parts) or not is_as_written:
        raise damaged()


def _refuse_other_packed(content: bytes, names: list[str]) -> None:
    """InputRefused: a packed file that is no .xlsx, by the names of its parts."""
    if any(name.startswith(NO_SHEETS) for name in names):
        raise refused(_no_spreadsheet())
    if OPEN_DOCUMENT in names:
        said = content[:SAID_WITHIN]
        if SAYS_KIND in said and SAYS_SHEET not in said:
            raise refused(_no_spreadsheet())
        raise refused(save_anew(_("This is an OpenDocument spreadsheet (.ods).")))
    if BINARY_BOOK in names:
        raise refused(save_anew(_("This is a binary workbook (.xlsb).")))
    if any(name.endswith(OF_NUMBERS) for name in names):
        raise refused(
            _(
                "This is a spreadsheet of Numbers on an Apple device. Export it there"
                " as Excel and send that."
            )
        )
    if not any(name.startswith("xl/") for name in names):
        raise refused(_packed())


def _packed() -> str:
    return _("This is a packed file, no spreadsheet. Unpack it and send what is in it.")


def _refuse_what_is_no_book(content: bytes) -> None:
    """InputRefused: a compound file that is encrypted, or of another program."""
    if PACKAGE in content:
        raise refused(with_password())
    if WORDS_OF_WORD in content:
        raise refused(_no_spreadsheet())
    if not any(name in content for name in BOOKS):
        raise refused(save_anew(_("No sheet was found in this file.")))


def damaged() -> InputRefused:
    return refused(save_anew(_("The file is damaged.")))


def too_large() -> str:
    return _(
        "Unpacked, this file is too large to be read. Copy the rows that hold"
        " something into a new sheet and send that."
    )


def too_many_merged() -> str:
    return _("Too many cells are merged. Split them and upload the list again.")


def too_many_sheets() -> str:
    words = _("The file has more than %(most)s sheets. Split it by village.")
    return words % {"most": MOST_SHEETS}


def too_many_rows() -> str:
    words = _("The list has more than %(most)s rows. Split it by village.")
    return words % {"most": MOST_ROWS}


def with_password() -> str:
    return _(
        "The file is protected by a password. Open it, take the password off (File,"
        " Protect), save it and send it again."
    )


def _refuse_markup(content: bytes) -> None:
    """InputRefused: a page of the web or XML that is only called .xls."""
    beginning = content[:2000].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if beginning.startswith(
        (b"<!doctype html", b"<html", b"<table", b"<meta", b"<style")
    ):
        raise refused(
            save_anew(_("This is a page of the web that is only called a spreadsheet."))
        )
    if beginning.startswith((b"<?xml", b"<workbook", b"<?mso")):
        raise refused(
            save_anew(_("This is an XML file that is only called a spreadsheet."))
        )


def _refuse_other_kinds(content: bytes) -> None:
    if content.startswith(ARCHIVES):
        raise refused(_packed())
    is_bitmap = content.startswith(BITMAP) and b"\0" in content[:HEAD_OF_BITMAP]
    if is_bitmap or content.startswith((b"%PDF", b"{\\rtf", *PICTURES)):
        raise refused(_no_spreadsheet())


def _no_spreadsheet() -> str:
    return _(
        "This is no spreadsheet. Copy the table into WPS or Excel, save it as .xlsx and"
        " send that."
    )
