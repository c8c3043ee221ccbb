"""Names of files that are handed in: they say what, where and when, on any system."""

import re
from datetime import date

UNSAFE = re.compile(r'[\x00-\x1f\x7f\s<>:"/\\|?*_]+')
# five parts of three bytes a character stay under 255 bytes
LONGEST_PART = 20


def file_name(
    unit: str, title: str, from_on: date, to_on: date, exporter: str, extension: str
) -> str:
    """Return unit_title_from_to_exporter.extension, fit for any file system."""
    parts = (unit, title, from_on.isoformat(), to_on.isoformat(), exporter)
    name = "_".join(_safe_part(part) for part in parts)
    return f"{name}.{extension.lstrip('.')}"


def _safe_part(part: str) -> str:
    return UNSAFE.sub("-", part)[:LONGEST_PART].strip("-.") or "-"
