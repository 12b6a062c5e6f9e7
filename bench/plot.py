"""The results as a picture: requests/s of every server, a panel for each load. Plain SVG, so that nothing is needed."""

from typing import Any
from xml.sax.saxutils import escape

from bench.loads import LOADS

WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 860, 250, 90, 18, 5, 34
OURS, FLOOR, PEER = "#1f5fbf", "#9aa3ad", "#c77d2e"
STYLE = (
    "text { font: 13px system-ui, sans-serif; fill: #222 } .title { font-weight: 600; font-size: 15px }"
    " rect.page { fill: #fff } @media (prefers-color-scheme: dark) { text { fill: #ddd } rect.page { fill: #14171a } }"
)


def svg(results: dict[str, Any], workers: int) -> str:
    """The picture for one number of workers."""
    parts, y = [], 16
    for load in LOADS.values():
        rows = [row for row in results["results"] if (row["workers"], row["load"]) == (workers, load.name)]
        if not rows:
            continue
        title = f"{load.title[0].upper()}{load.title[1:]}, requests/s"
        parts.append(f'<text class="title" x="16" y="{y + 16}">{escape(title)}</text>')
        y += HEAD
        most = max(row["rate"] for row in rows)
        for row in rows:
            width = (WIDTH - LEFT - RIGHT) * row["rate"] / most
            colour = OURS if row["server"].startswith("gatelodge") else FLOOR if row["server"] == "floor" else PEER
            name = escape(results["servers"][row["server"]])
            parts += [
                f'<text x="{LEFT - 10}" y="{y + 14}" text-anchor="end">{name}</text>',
                f'<rect x="{LEFT}" y="{y}" width="{max(width, 1):.1f}" height="{BAR}" rx="2" fill="{colour}"/>',
                f'<text x="{LEFT + width + 8:.1f}" y="{y + 14}">{row["rate"]:,.0f}</text>',
            ]
            y += BAR + GAP
        y += 16
    label = f"Requests per second by server, {workers} worker{'s' if workers > 1 else ''}"
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" aria-label="{label}">',
            f"<style>{STYLE}</style>",
            f'<rect class="page" width="{WIDTH}" height="{y}"/>',
            *parts,
            "</svg>\n",
        ]
    )
