"""From samples to figures: medians, and ratios of runs of the same round. Written as JSON and read again."""

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.loads import LOADS
from bench.sitting import Found, Plan, Sample


@dataclass(frozen=True, slots=True)
class Row:
    """What a server did with a load: medians over the rounds. Times in seconds; `rates` are the lowest and highest."""

    server: str
    load: str
    workers: int
    rate: float
    rates: tuple[float, float]
    p50: float
    p99: float
    cpu: float
    database_cpu: float
    busy: float
    ratios: dict[str, float]  # its requests/s by those of each other server


def rows(samples: Sequence[Sample]) -> list[Row]:
    """One row for each server, load and number of workers."""
    by_run: dict[tuple[int, str, str], list[Sample]] = {}
    for sample in samples:
        by_run.setdefault((sample.workers, sample.load, sample.server), []).append(sample)
    made = []
    for (workers, load, server), mine in by_run.items():
        rivals = {name: theirs for (w, lo, name), theirs in by_run.items() if (w, lo) == (workers, load)}
        made.append(
            Row(
                server=server,
                load=load,
                workers=workers,
                rate=median(one.rate for one in mine),
                rates=(min(one.rate for one in mine), max(one.rate for one in mine)),
                p50=median(one.p50 for one in mine),
                p99=median(one.p99 for one in mine),
                cpu=median(one.cpu for one in mine),
                database_cpu=median(one.database_cpu for one in mine),
                busy=median(one.busy for one in mine),
                ratios={name: _ratio(mine, theirs) for name, theirs in rivals.items() if name != server},
            )
        )
    order = list(LOADS)
    return sorted(made, key=lambda row: (row.workers, order.index(row.load)))


def _ratio(mine: Sequence[Sample], theirs: Sequence[Sample]) -> float:
    """The median of the ratios round by round."""
    other = {sample.round: sample.rate for sample in theirs}
    pairs = [sample.rate / other[sample.round] for sample in mine if other.get(sample.round)]
    return median(pairs) if pairs else 0.0


def as_json(found: Found, plan: Plan, machine: dict[str, str], titles: dict[str, str]) -> dict[str, Any]:
    """Everything that was found, for programs."""
    return {
        "machine": machine,
        "servers": titles,
        "plan": dataclasses.asdict(plan) | {"loads": [load.name for load in plan.loads], "connections": 32},
        "shared_cores": found.shared_cores,
        "results": [dataclasses.asdict(row) for row in rows(found.samples)],
        "first_answer_seconds": _flat({key: median(times) for key, times in found.starts.items()}),
        "idle_mb": _flat(found.idle_mb),
        "loaded_mb": _flat({key: {"requests": after, "mb": mb} for key, (after, mb) in found.loaded_mb.items()}),
        "others": median(sample.others for sample in found.samples) if found.samples else 0.0,
        "failures": found.failures,
        "samples": [dataclasses.asdict(sample) for sample in found.samples],
    }


def write(file: Path, results: dict[str, Any]) -> None:
    """Write them to a file."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


def _flat(by_server: dict[tuple[str, int], Any]) -> dict[str, dict[str, Any]]:
    flat: dict[str, dict[str, Any]] = {}
    for (server, workers), value in by_server.items():
        flat.setdefault(server, {})[str(workers)] = value
    return flat
