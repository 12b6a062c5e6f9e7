"""A second process on the same database: what only a second process can show."""

import subprocess
import sys
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parents[2]


class Child:
    """A Python process that runs one of our modules and talks in lines."""

    def __init__(self, module: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> str:
        """The next line; empty at the end."""
        return self._out.readline().rstrip("\n")

    def tell(self, line: str) -> None:
        """Say a line to it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def kill(self) -> list[str]:
        """End it without a warning (SIGKILL); the lines that it had still said."""
        self._process.kill()
        rest = self._out.read().splitlines()
        self.leave()
        return rest

    def leave(self) -> int:
        """Wait until it has ended by itself; its exit status."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        status = self._process.wait()
        self._out.close()
        return status

    @property
    def _out(self) -> IO[str]:
        assert self._process.stdout is not None
        return self._process.stdout
