"""A disk of a test's own, which may be filled up or made read-only."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


class Disk:
    """A file system of a few megabytes, mounted at `place`."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self._ballast = place / "ballast"

    def fill(self) -> None:
        """Write until nothing more goes in."""
        with self._ballast.open("wb", buffering=0) as opened:
            try:
                while True:
                    opened.write(b"x" * 4096)
            except OSError:
                return

    def make_room(self) -> None:
        """Take away what it was filled with."""
        self._ballast.unlink()

    def make_read_only(self) -> None:
        """Have it take no writes any more; nobody may have a file of it open for writing."""
        subprocess.run(["mount", "-o", "remount,ro", self.place], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A disk, where we may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    try:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=700", "tmpfs", place],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if mounted.returncode != 0:
        pytest.skip(f"mounting a file system is not permitted here: {mounted.stderr.strip()}")
    yield Disk(place)
    subprocess.run(["umount", place], check=True)
