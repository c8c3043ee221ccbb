"""Names of files that are handed in: they say what, where and when, on any system."""

import re
from datetime import date

from django.utils.translation import gettext as _

UNSAFE = re.compile(r'[\x00-\x1f\x7f\s<>:"/\\|?*_]+')
# three parts of so many characters of three bytes, and a name of half, are under 255
LONGEST_PART = 20


def file_name(
    unit: str,
    title: str,
    from_on: date | None,
    to_on: date,
    exporter: str,
    extension: str,
    *,
    conditions: str = "",
) -> str:
    """Return unit_title_from_to_exporter.extension, fit for any file system; the
    conditions by which rows were taken stand behind the title.
    """
    begin = from_on.isoformat() if from_on else _("up to")
    parts = [_safe_part(unit), _safe_part(title)]
    if conditions:
        parts.append(_safe_part(conditions))
    parts += [begin, to_on.isoformat(), _safe_part(exporter, LONGEST_PART // 2)]
    return f"{'_'.join(parts)}.{extension.lstrip('.')}"


def _safe_part(part: str, most: int = LONGEST_PART) -> str:
    return UNSAFE.sub("-", part)[:most].strip("-.") or "-"
