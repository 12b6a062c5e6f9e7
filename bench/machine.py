"""The machine that everything is measured on: its cores, who gets which, and what its processes have used.

Linux only: cores are pinned with taskset and read from /proc.
"""

import os
import platform
import socket
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Cores:
    """Who runs where. `shared` says in words who has to share a core, where there are too few."""

    server: tuple[int, ...]
    load: tuple[int, ...]
    database: tuple[int, ...]
    shared: str

    @property
    def all(self) -> frozenset[int]:
        """Every core that is used."""
        return frozenset((*self.server, *self.load, *self.database))


def share_out(workers: int) -> Cores:
    """Cores for a server of `workers` processes, the load generator and the database server, of those that we may use.

    With too few of them the database server shares the load generator's, as if it were another machine, and the load
    generator shares the server's last one."""
    have = sorted(os.sched_getaffinity(0))
    if len(have) < 2:
        raise RuntimeError("The bench needs two cores: one for the server, one for the load generator.")
    server = tuple(have[:workers])
    free = have[workers:]
    if not free:
        return Cores(server, server[-1:], server[-1:], "the load generator and PostgreSQL share the server's last core")
    if len(free) == 1:
        return Cores(server, (free[0],), (free[0],), "PostgreSQL shares the load generator's core")
    return Cores(server, (free[0],), tuple(free[1:]), "")


def pinned(cores: Iterable[int], command: Sequence[str]) -> list[str]:
    """The command line that runs `command` on these cores only."""
    return ["taskset", "--cpu-list", ",".join(map(str, cores)), *command]


def free_port() -> int:
    """A TCP port of this computer that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def family(leader: int) -> list[int]:
    """A process and all that come of it."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            children.setdefault(int(stat[1]), []).append(int(entry.name))
    found, waiting = [], [leader]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting += children.get(pid, [])
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes, and those children that have ended, have used so far."""
    return sum(sum(map(int, stat[11:15])) for pid in pids if (stat := _stat(pid))) / _TICK


def busy_seconds(cores: frozenset[int]) -> float:
    """Time that these cores have not been idle since the machine started, whoever it was."""
    total = 0.0
    for line in Path("/proc/stat").read_text("ascii").splitlines():
        name, *fields = line.split()
        if name.startswith("cpu") and name[3:].isdigit() and int(name[3:]) in cores:
            user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, fields[:8])
            total += (user + nice + system + irq + softirq + steal) / _TICK
    return total


def resident_mb(pid: int) -> float:
    """Memory that a process has in use (VmRSS), in units of 1,000,000 bytes; 0 where it has ended."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text("ascii", "replace").splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024 / 1e6
    except OSError:
        pass
    return 0.0


def description() -> dict[str, str]:
    """What a reader has to know of this machine."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    return {
        "processor": f"{model}, {len(os.sched_getaffinity(0))} cores",
        "system": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "sqlite": sqlite3.sqlite_version,
    }


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the third, the state, on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return None
