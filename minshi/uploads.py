"""Files on their way in, as they are written beside the memory."""

import contextlib
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler

from minshi.errors import StorageFailed
from minshi.refusals import BodyRefused


class TemporaryFile(TemporaryFileUploadHandler):
    """Django's own, which says in words when the disk takes no more."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        try:
            super().new_file(*args, **kwargs)
        except OSError as error:
            raise BodyRefused(StorageFailed()) from error

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError as error:
            self._drop()
            raise BodyRefused(StorageFailed()) from error

    def file_complete(self, file_size: int) -> Any:
        try:
            return super().file_complete(file_size)  # writes what is left in the buffer
        except OSError as error:
            self._drop()
            raise BodyRefused(StorageFailed()) from error

    def _drop(self) -> None:
        """Close the file, which removes it. That it cannot be written is said already,
        and closing tries to write what is left once more.
        """
        with contextlib.suppress(OSError):
            self.file.close()
