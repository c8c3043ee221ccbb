"""Files of backups: read in blocks, and brought to the disk."""

import os
from pathlib import Path

BLOCK = 262_144  # bytes read at a time


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk, as fsync does for what files hold."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
