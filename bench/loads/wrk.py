"""Running wrk and reading what it found."""

import json
import os
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bench.loads import Load
from bench.machine import pinned

CONNECTIONS = 32
_SCRIPT = Path(__file__).with_name("replay.lua")


class LoadFailed(Exception):
    """The load could not be put on the server, or it answered something else than what it was asked for."""


class RanOut(LoadFailed):
    """There were too few prepared requests: the server is faster than it seemed to be."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What wrk saw. Times in seconds; `sent` is how many lines of the file are used up."""

    requests: int
    seconds: float
    p50: float
    p99: float
    sent: int
    cpu: float


def run(port: int, load: Load, asks: Path, *, seconds: int, cores: Iterable[int]) -> Measured:
    """Ask the server at `port` for `seconds`, on 32 connections that stay open. Raises LoadFailed."""
    mode = "once" if load.once else "again"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "60s", "--latency", "-s", str(_SCRIPT)]
    # The first line was sent already, to see whether the server answers as it should.
    command += [f"http://127.0.0.1:{port}/", "--", str(asks), "1", mode]
    before = os.times()
    done = subprocess.run(pinned(cores, command), capture_output=True, text=True, check=False)
    after = os.times()
    line = next((line for line in done.stdout.splitlines() if line.startswith("RESULT ")), None)
    if done.returncode or line is None:
        raise LoadFailed(f"wrk failed: {(done.stderr or done.stdout).strip()}")
    found = json.loads(line.removeprefix("RESULT "))
    if found["refused"] or found["broken"]:
        raise LoadFailed(f"{found['refused']} requests were refused and {found['broken']} broke off")
    if found["ran_out"]:
        raise RanOut("there were too few prepared requests")
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Measured(
        requests=found["requests"],
        seconds=found["microseconds"] / 1e6,
        p50=found["p50"] / 1e6,
        p99=found["p99"] / 1e6,
        sent=found["sent"],
        cpu=cpu,
    )
