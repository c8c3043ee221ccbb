"""Static files as they are served: named by their content, compressed beforehand."""

from collections.abc import Collection, Iterator
from typing import Any

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTED = r"""(?P<matched>from "(?P<url>\./[\w-]+\.js)";)"""
IMPORTED_LATER = r"""(?P<matched>import\("(?P<url>\./[\w-]+\.js)"\))"""
# Ours, and of what packages ship the two that every page loads.
ON_PAGES = (
    "css/",
    "js/",
    "icon.",
    "js-lib-bootstrap5/css/bootstrap.min.",
    "django_htmx/htmx-2.min.",
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Our modules import each other by these names as well, or a browser would mix
    releases. Django's own switch reads packages' scripts too, and stops at an import
    that one of them ships without.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "js/*.js",
            (
                (IMPORTED, 'from "%(url)s";'),
                (IMPORTED_LATER, 'import("%(url)s")'),
            ),
        ),
    )
    by_brotli = True

    def compress_files(self, paths: Collection[str]) -> Iterator[tuple[str, str]]:
        """Compress what browsers ask for, and by Brotli what villages' slow lines carry
        daily: all 1,100 files, most of them never asked for, took 50 s of CPU at the
        first start.
        """
        hashed = set(self.hashed_files.values())
        asked_for = [
            path for path in paths if path in hashed and not path.endswith(".map")
        ]
        on_pages = [path for path in asked_for if path.startswith(ON_PAGES)]
        elsewhere = [path for path in asked_for if not path.startswith(ON_PAGES)]

        self.by_brotli = True
        yield from super().compress_files(on_pages)
        self.by_brotli = False
        yield from super().compress_files(elsewhere)

    def create_compressor(self, **options: Any) -> Compressor:
        return Compressor(use_brotli=self.by_brotli, **options)
