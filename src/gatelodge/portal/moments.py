"""Times as people read them: about when, with the exact time beside it."""

from datetime import UTC, datetime

from gatelodge.portal.models import Moment

_UNITS = (("year", 31_536_000), ("month", 2_592_000), ("day", 86_400), ("hour", 3_600), ("minute", 60))


def moment(at: int | None, *, now: int, never: str = "Never") -> Moment:
    """`at` (UTC epoch seconds) as seen at `now`; `never` where there is no time."""
    if at is None:
        return Moment(never, "", "")
    exact = datetime.fromtimestamp(at, UTC)
    return Moment(_relative(at - now), exact.strftime("%Y-%m-%d %H:%M UTC"), exact.isoformat().replace("+00:00", "Z"))


def _relative(seconds: int) -> str:
    for unit, length in _UNITS:
        count = abs(seconds) // length
        if count:
            text = f"{count} {unit}{'s' if count > 1 else ''}"
            return f"in {text}" if seconds > 0 else f"{text} ago"
    return "in less than a minute" if seconds > 0 else "just now"


def duration(seconds: int) -> str:
    """How long something takes or lasts: “1 hour”, “12 minutes”; rounded up to the unit."""
    for unit, length in _UNITS:
        if seconds >= length:
            count = -(-seconds // length)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{seconds} second{'s' if seconds > 1 else ''}"
