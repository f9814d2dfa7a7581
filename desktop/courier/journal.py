"""What is known of a download that is not finished, in a small file beside its bytes.

The first line says which file it is, each further one what a block came to when it arrived. A line is added when a
block is complete, so a cut in the middle loses one line at most, and that block is looked at again.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import NamedTuple

import psutil

BLOCK = 8 * 1024 * 1024
"""Bytes of a block: the least that is fetched again when something on the disk is damaged."""
CLOCKS_DIFFER_S = 60.0


class Wanted(NamedTuple):
    """The file that is downloaded."""

    repo: str
    revision: str
    file: str
    size: int
    sha256: str


class Journal:
    """The journal of one download. Checksums are CRC-32: they find damage, the fingerprint alone decides."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._path = path
        self.wanted = wanted
        self.etag = ""
        self.blocks: dict[int, int] = {}
        self.same_boot = True
        """Whether the computer was on all the time since: else the disk may lack what was written last."""
        self._lock = threading.Lock()

    def read(self) -> bool:
        """Take in what was written before: whether it is about the same bytes, from wherever they came."""
        try:
            head, *lines = self._path.read_text("utf-8").splitlines()
            said = json.loads(head)
            if (said["size"], said["sha256"]) != (self.wanted.size, self.wanted.sha256):
                return False
            etag = said["etag"]
            self.same_boot = abs(said["boot"] - psutil.boot_time()) < CLOCKS_DIFFER_S
        except (OSError, ValueError, KeyError, TypeError):
            return False
        # Another commit's file has its name from another request.
        same = [said.get(name) for name in ("repo", "revision", "file")] == list(self.wanted[:3])
        self.etag = str(etag) if same else ""
        for line in lines:
            try:
                index, checksum = json.loads(line)
                self.blocks[int(index)] = int(checksum)
            except (ValueError, TypeError):
                break
        return True

    def begin(self, etag: str) -> None:
        """Write it anew, with what is known of the blocks."""
        self.etag = etag
        head = json.dumps(self.wanted._asdict() | {"etag": etag, "boot": psutil.boot_time()})
        with self._lock:
            lines = [json.dumps([index, checksum]) for index, checksum in sorted(self.blocks.items())]
            fresh = self._path.with_name(f"{self._path.name}.new")
            fresh.write_text("\n".join([head, *lines, ""]), "utf-8")
            fresh.replace(self._path)

    def add(self, index: int, checksum: int) -> None:
        """A block has arrived."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            self.blocks[index] = checksum
            file.write(json.dumps([index, checksum]) + "\n")

    def forget(self) -> None:
        """The download is over, one way or the other."""
        self._path.unlink(missing_ok=True)
        self._path.with_name(f"{self._path.name}.new").unlink(missing_ok=True)
