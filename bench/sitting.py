"""One sitting: every server, every load, round after round, one server at a time and in turns.

In turns, so that whatever the machine does meanwhile (heat, a neighbour, a full disk) hits all of them alike; the
comparison of two servers is that of their runs of the same round.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.loads import LOADS, Load, wrk
from bench.loads.wrk import LoadFailed, Measured, RanOut
from bench.machine import Cores, busy_seconds, share_out
from bench.servers.base import Server, Unavailable

SPARE = 1.6  # how many times more requests are prepared than the last run used
STARTS = 3
SCALING = ("client_credentials", "introspection")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `grants`: after how many of them the memory of our own workers is looked at again; 0 for not."""

    loads: tuple[Load, ...]
    workers: tuple[int, ...]
    rounds: int
    seconds: int
    warm_up: int
    grants: int

    def loads_with(self, workers: int) -> tuple[Load, ...]:
        """What to measure with so many workers: everything with the fewest; a write and a read show how it scales."""
        few = workers == min(self.workers)
        return tuple(load for load in self.loads if few or load.name in SCALING)


@dataclass(frozen=True, slots=True)
class Sample:
    """One run. `cpu` and `database_cpu`: seconds of processor time for each request, of the server and of the database
    server; `others`: the share of the cores' time that went to programs which have nothing to do with the bench."""

    server: str
    load: str
    workers: int
    round: int
    rate: float
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    busy: float
    others: float


@dataclass(slots=True)
class Found:
    """What came of a sitting. Seconds until the first answer, and MB of the largest process, by server and workers."""

    samples: list[Sample] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    starts: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    idle_mb: dict[tuple[str, int], float] = field(default_factory=dict)
    loaded_mb: dict[tuple[str, int], tuple[int, float]] = field(default_factory=dict)  # after how many requests
    shared_cores: dict[int, str] = field(default_factory=dict)


class Sitting:
    """Runs a plan. `tell` is given a line for a person after each step."""

    def __init__(self, servers: Sequence[Server], plan: Plan, tell: Callable[[str], None]) -> None:
        self._servers = list(servers)
        self._plan = plan
        self._tell = tell
        self._rates: dict[tuple[str, str], float] = {}
        self._answered: dict[str, int] = {}
        self.found = Found()

    def run(self) -> Found:
        """Do it all. What fails is noted, and the others go on."""
        try:
            for server in list(self._servers):
                self._set_up(server)
            for workers in self._plan.workers:
                self._with_workers(workers, share_out(workers))
        finally:
            for server in self._servers:
                server.stop()
                server.tear_down()
        return self.found

    def _set_up(self, server: Server) -> None:
        began = time.perf_counter()
        try:
            server.set_up()
        except (Unavailable, LoadFailed) as error:
            self._drop(server, str(error))
            return
        self._tell(f"{server.title}: set up in {time.perf_counter() - began:.0f} s")

    def _with_workers(self, workers: int, cores: Cores) -> None:
        self.found.shared_cores[workers] = cores.shared
        servers = [server for server in self._servers if workers in server.workers]
        self._answered = {}
        for number in range(STARTS):
            for server in list(servers):
                server.stop()
                server.place_database(cores)
                try:
                    taken = server.start(workers, cores)
                except Unavailable as error:
                    servers.remove(server)
                    self._drop(server, str(error))
                    continue
                self.found.starts.setdefault((server.name, workers), []).append(taken)
                if number == STARTS - 1:
                    self.found.idle_mb[server.name, workers] = server.worker_mb()
        for load in self._plan.loads_with(workers):
            self._measure(load, [one for one in servers if one.can(load, workers)], workers, cores)
        for server in servers:
            self.found.loaded_mb[server.name, workers] = (self._answered.get(server.name, 0), server.worker_mb())
        if workers == min(self._plan.workers) and self._plan.grants:
            for server in servers:
                if server.ours:
                    self._grant(server, cores, workers)
        for server in servers:
            server.stop()

    def _measure(self, load: Load, servers: list[Server], workers: int, cores: Cores) -> None:
        for server in list(servers):
            try:
                seconds = max(self._plan.warm_up, server.least_seconds)
                self._once(server, load, seconds, cores, self._rates.get((server.name, load.name)))
            except (LoadFailed, OSError) as error:
                servers.remove(server)
                self._fail(server, load, error)
        for number in range(self._plan.rounds):
            turn = number % len(servers) if servers else 0
            for server in servers[turn:] + servers[:turn]:
                try:
                    sample = self._sample(server, load, workers, number, cores)
                except (LoadFailed, OSError) as error:
                    self._fail(server, load, error)
                    continue
                self.found.samples.append(sample)
                self._tell(
                    f"{load.title}, {workers} worker{'s' * (workers > 1)}, round {number + 1}: {server.title} "
                    f"{sample.rate:,.0f}/s, p99 {sample.p99 * 1000:.1f} ms"
                )

    def _sample(self, server: Server, load: Load, workers: int, number: int, cores: Cores) -> Sample:
        try:
            return self._try(server, load, workers, number, cores, self._rates.get((server.name, load.name)))
        except RanOut:
            return self._try(server, load, workers, number, cores, None)

    def _try(self, server: Server, load: Load, workers: int, number: int, cores: Cores, rate: float | None) -> Sample:
        seconds = max(self._plan.seconds, server.least_seconds)
        asks = self._prepare(server, load, seconds, rate)
        server.rest()
        used, database = server.cpu_seconds(), server.database_cpu_seconds()
        busy, began = busy_seconds(cores.all), time.perf_counter()
        measured = wrk.run(server.port, load, asks, seconds=seconds, cores=cores.load)
        passed = (time.perf_counter() - began) * len(cores.all)
        used, database = server.cpu_seconds() - used, server.database_cpu_seconds() - database
        others = busy_seconds(cores.all) - busy - used - database - measured.cpu
        self._note(server, load, measured)
        return Sample(
            server=server.name,
            load=load.name,
            workers=workers,
            round=number,
            rate=measured.requests / measured.seconds,
            p50=measured.p50,
            p99=measured.p99,
            cpu=used / measured.requests,
            database_cpu=database / measured.requests,
            busy=used / measured.seconds,
            others=max(0.0, others / passed),
        )

    def _once(self, server: Server, load: Load, seconds: int, cores: Cores, rate: float | None) -> None:
        asks = self._prepare(server, load, seconds, rate)
        server.prove(load, asks)
        self._note(server, load, wrk.run(server.port, load, asks, seconds=seconds, cores=cores.load))

    def _prepare(self, server: Server, load: Load, seconds: int, rate: float | None) -> Path:
        return server.supply(load, int((server.guess if rate is None else rate * SPARE) * seconds) + 500)

    def _note(self, server: Server, load: Load, measured: Measured) -> None:
        key = (server.name, load.name)
        self._rates[key] = max(self._rates.get(key, 0.0), measured.requests / measured.seconds)
        self._answered[server.name] = self._answered.get(server.name, 0) + measured.requests

    def _grant(self, server: Server, cores: Cores, workers: int) -> None:
        """Have tokens granted until there are as many as the plan asks for, and weigh the server again."""
        load, done = LOADS["client_credentials"], 0
        while done < self._plan.grants:
            rate = self._rates.get((server.name, load.name), 1000.0)
            seconds = max(1, min(30, int((self._plan.grants - done) / rate) + 1))
            try:
                measured = wrk.run(server.port, load, server.supply(load, 0), seconds=seconds, cores=cores.load)
            except LoadFailed as error:
                self._fail(server, load, error)
                return
            done += measured.requests
            self._note(server, load, measured)
        self.found.loaded_mb[server.name, workers] = (self._answered[server.name], server.worker_mb())
        self._tell(f"{server.title}: {server.worker_mb():.0f} MB after {self._answered[server.name]:,} requests")

    def _drop(self, server: Server, why: str) -> None:
        self._servers.remove(server)
        server.stop()
        server.tear_down()
        self.found.failures.append(f"{server.title} is not in it: {why}")
        self._tell(self.found.failures[-1])

    def _fail(self, server: Server, load: Load, why: Exception) -> None:
        self.found.failures.append(f"{server.title}, {load.title}: {why}")
        self._tell(self.found.failures[-1])
