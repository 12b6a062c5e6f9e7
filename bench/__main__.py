"""`python -m bench`: run the servers, print what was found, and write it where asked."""

import argparse
import shutil
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from bench import docs, results
from bench.loads import LOADS
from bench.machine import description
from bench.plot import svg
from bench.servers import SERVERS
from bench.sitting import Plan, Sitting
from bench.tables import for_a_terminal, tables

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "bench"
NEEDED = {"wrk": "wrk", "taskset": "util-linux"}
MUCH = 0.1  # the share of the cores' time that others may have before a reader is warned

progress = Console(stderr=True, highlight=False)
screen = Console(highlight=False, width=None if sys.stdout.isatty() else 160)


def main(arguments: Sequence[str] | None = None) -> int:
    """0: all was measured. 1: something failed, or something is missing."""
    asked = _arguments(arguments)
    if sys.platform != "linux":
        progress.print("The bench pins processes to cores and reads /proc, so it needs Linux.")
        return 1
    chosen = [server for server in SERVERS if not asked.only or server.name in asked.only]
    needed = NEEDED | {command: package for server in chosen for command, package in server.needs.items()}
    missing = [package for command, package in needed.items() if shutil.which(command) is None]
    if missing:
        packages = " ".join(dict.fromkeys(missing))
        progress.print(f"The bench needs {packages} (Debian: apt-get install {packages}), or leave out with --only")
        progress.print("what needs it.")
        return 1
    plan = _plan(asked)
    servers = [server(BUILD) for server in chosen]
    runs = plan.rounds * sum(
        w in server.workers and server.can(load, w)
        for w in plan.workers
        for load in plan.loads_with(w)
        for server in servers
    )
    progress.print(f"{runs} runs of {plan.seconds} s: about {runs * (plan.seconds + 2) / 60:.0f} minutes.")
    sitting = Sitting(servers, plan, lambda line: progress.print(line, soft_wrap=True))
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # what is started here must be ended here
    try:
        found = sitting.run()
    except KeyboardInterrupt:
        progress.print("Stopped; all servers are down.")
        return 1
    titles = {server.name: server.title for server in chosen}
    report = results.as_json(found, plan, description(), titles)
    for table in tables(report):
        screen.print(for_a_terminal(table))
    _remarks(report)
    results.write(BUILD / "results.json", report)
    if asked.json:
        results.write(asked.json, report)
    (BUILD / "results.svg").write_text(svg(report, plan.workers[0]), "utf-8")
    progress.print(f"Written: {BUILD / 'results.json'} and {BUILD / 'results.svg'}")
    if asked.write_docs:
        docs.write(ROOT, report)
        progress.print("Written: docs/performance.md and docs/images/performance.svg")
    return 1 if found.failures else 0


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bench", description="Measure Gatelodge, the floor under it, and its peers.")
    names = [server.name for server in SERVERS]
    parser.add_argument("--only", nargs="+", choices=names, metavar="NAME", help=f"only these: {', '.join(names)}")
    parser.add_argument("--loads", nargs="+", choices=list(LOADS), metavar="LOAD", help=f"of {', '.join(LOADS)}")
    parser.add_argument(
        "--workers",
        nargs="+",
        type=int,
        choices=(1, 2),
        metavar="N",
        help="1, 2 or both (the default; with 2 a write and a read)",
    )
    parser.add_argument("--quick", action="store_true", help="two short rounds, to see that everything runs")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default 3)")
    parser.add_argument("--seconds", type=int, help="how long each time (default 6)")
    parser.add_argument("--grants", type=int, help="weigh our workers after this many grants (default 1,000,000)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as well")
    parser.add_argument("--write-docs", action="store_true", help="write the results into docs/performance.md")
    return parser.parse_args(arguments)


def _plan(asked: argparse.Namespace) -> Plan:
    def one(given: int | None, full: int, quick: int) -> int:
        return given if given is not None else quick if asked.quick else full

    return Plan(
        loads=tuple(load for name, load in LOADS.items() if not asked.loads or name in asked.loads),
        workers=tuple(sorted(asked.workers or (1, 2))),
        rounds=one(asked.rounds, 3, 2),
        seconds=one(asked.seconds, 6, 2),
        warm_up=1 if asked.quick else 2,
        grants=one(asked.grants, 1_000_000, 0),
    )


def _remarks(report: dict[str, object]) -> None:
    others = report["others"]
    if isinstance(others, float) and others > MUCH:
        progress.print(
            f"Other programs had {others:.0%} of the cores' time, so that requests/s and latencies are worth little. "
            "CPU µs, which counts the server's own time only, is still good for a comparison.",
            soft_wrap=True,
        )
    failures = report["failures"]
    for failure in failures if isinstance(failures, list) else []:
        progress.print(f"Failed: {failure}", soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
