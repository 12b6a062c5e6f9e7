"""The parts of docs/performance.md that come from runs: what stands between two marks each."""

from pathlib import Path
from typing import Any

from bench.plot import svg
from bench.tables import markdown, tables


def write(root: Path, report: dict[str, Any]) -> None:
    """Put a run's results into the page, and the picture beside it."""
    put(root, "bench", section(report))
    picture = root / "docs" / "images" / "performance.svg"
    picture.write_text(svg(report, report["plan"]["workers"][0]), "utf-8")


def put(root: Path, mark: str, text: str) -> None:
    """Put a text between the two marks of that name."""
    page = root / "docs" / "performance.md"
    begin, end = f"<!-- {mark}: begin -->", f"<!-- {mark}: end -->"
    head, _, rest = page.read_text("utf-8").partition(begin)
    _, _, tail = rest.partition(end)
    page.write_text(f"{head}{begin}\n{text}\n{end}{tail}", "utf-8")


def section(report: dict[str, Any]) -> str:
    """The results as a part of a page."""
    plan = report["plan"]
    machine = ", ".join(f"{name} {value}" for name, value in report["machine"].items())
    rounds = f"{plan['rounds']} round{'s' * (plan['rounds'] != 1)}"
    parts = [
        f"{rounds} of {plan['seconds']} s, {plan['connections']} connections; "
        f"{machine}. Other programs had {report['others']:.0%} of the cores' time.",
        "![requests per second](images/performance.svg)",
    ]
    parts += [f"With {w} worker{'s' * (int(w) > 1)}, {why}." for w, why in report["shared_cores"].items() if why]
    for table in tables(report):
        parts += [f"### {table.title}", markdown(table)]
    if report["failures"]:
        parts += ["### What failed", "\n".join(f"- {failure}" for failure in report["failures"])]
    return "\n\n".join(parts) + "\n"
