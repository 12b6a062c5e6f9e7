"""The results as tables: each a title, column heads and rows of words, to be printed or written into a page."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.loads import LOADS

FLOOR = "floor"
OURS = {"gatelodge-sqlite": "SQLite", "gatelodge-postgres": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column is words, the others are figures."""

    title: str
    heads: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


def tables(results: dict[str, Any]) -> list[Table]:
    """One for each load and number of workers, then memory and start."""
    made = []
    for workers in results["plan"]["workers"]:
        for load in LOADS.values():
            rows = [row for row in results["results"] if (row["workers"], row["load"]) == (workers, load.name)]
            if rows:
                title = f"{load.title[0].upper()}{load.title[1:]}, {workers} worker{'s' if workers > 1 else ''}"
                made.append(_of_load(title, rows, results["servers"]))
    made.append(_memory(results))
    return made


def markdown(table: Table) -> str:
    """A table for a page."""
    lines = [table.heads, ("---", *["---:"] * (len(table.heads) - 1)), *table.rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _of_load(title: str, rows: Sequence[dict[str, Any]], titles: dict[str, str]) -> Table:
    ours = [name for name in OURS if any(row["server"] == name for row in rows)]
    heads = ("", "requests/s", "lowest–highest", "p50 ms", "p99 ms", "CPU µs", "database µs", "of the floor")
    made = []
    for row in rows:
        against = [row["ratios"].get(name) for name in ours]
        made.append(
            (
                titles[row["server"]],
                f"{row['rate']:,.0f}",
                "–".join(f"{rate:,.0f}" for rate in row["rates"]),
                f"{row['p50'] * 1000:.1f}",
                f"{row['p99'] * 1000:.1f}",
                f"{row['cpu'] * 1e6:.0f}",
                f"{row['database_cpu'] * 1e6:.0f}" if row["database_cpu"] else "",
                f"{row['ratios'][FLOOR]:.2f}" if FLOOR in row["ratios"] else "",
                *(
                    "" if ratio is None or not ratio or row["server"] == FLOOR else f"{1 / ratio:.2f}×"
                    for ratio in against
                ),
            )
        )
    return Table(title, (*heads, *(f"Gatelodge {OURS[name]} is" for name in ours)), made)


def _memory(results: dict[str, Any]) -> Table:
    heads = ("", "workers", "first answer s", "idle MB", "MB after", "… requests")
    made = []
    for server, title in results["servers"].items():
        for workers in results["plan"]["workers"]:
            key = str(workers)
            if key not in results["idle_mb"].get(server, {}):
                continue
            loaded = results["loaded_mb"].get(server, {}).get(key, {"requests": 0, "mb": 0.0})
            made.append(
                (
                    title,
                    key,
                    f"{results['first_answer_seconds'][server][key]:.2f}",
                    f"{results['idle_mb'][server][key]:.0f}",
                    f"{loaded['mb']:.0f}",
                    f"{loaded['requests']:,}",
                )
            )
    return Table("Start, and memory of the largest process", heads, made)
