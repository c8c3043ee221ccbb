"""Static files as they are served: named by their content, compressed beforehand."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORTED = r"""(?P<matched>from "(?P<url>\./[\w-]+\.js)";)"""


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Our modules import each other by these names as well, or a browser would mix
    releases. Django's own switch reads packages' scripts too, and stops at an import
    that one of them ships without.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        ("js/*.js", ((IMPORTED, 'from "%(url)s";'),)),
    )
