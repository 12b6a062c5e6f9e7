"""Picking cameras: the part of a form in which a person says what an access is limited to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from gatelodge.identity.effective import Holding
from gatelodge.portal.form import Form
from gatelodge.protocol.credentials import parse_public_id, public_id
from gatelodge.service.explain import Explained

# The form's fields: which of the two it is, and the cameras.
WHICH, CAMERA = "cameras", "camera"
ALL, CHOSEN = "all", "chosen"
EVERYTHING, ALL_IN_SHORT = "All cameras, also those added later", "All, also those added later"
NONE_SUCH = -1  # what stands for something that is no camera's id at all, and so is never among those offered
NAMED = 3  # cameras that a line names before it only counts


@dataclass(frozen=True, slots=True)
class CameraBox:
    """A camera to pick."""

    id: str
    name: str
    picked: bool


@dataclass(frozen=True, slots=True)
class CameraGroup:
    """The cameras of one account; the heading is empty where there is only one."""

    heading: str
    cameras: tuple[CameraBox, ...]


@dataclass(frozen=True, slots=True)
class CameraPicker:
    """What can be picked and what is."""

    summary: str
    can_be_all: bool
    is_all: bool
    groups: tuple[CameraGroup, ...]
    fault: str = ""


EVERY_CAMERA = CameraPicker(ALL_IN_SHORT, can_be_all=True, is_all=True, groups=())  # there are none to pick from


def make_picker(
    holdings: Sequence[Holding], picked: frozenset[int] | None, *, can_be_all: bool = True, fault: str = ""
) -> CameraPicker:
    """A picker of these cameras, with `picked` of them picked; None: all, also those of the future."""
    accounts = dict.fromkeys(one.account_name for one in holdings)
    ids = picked or frozenset()
    groups = (
        CameraGroup(
            account if len(accounts) > 1 else "",
            tuple(
                CameraBox(public_id(one.resource_id), one.name, one.resource_id in ids)
                for one in holdings
                if one.account_name == account
            ),
        )
        for account in accounts
    )
    names = [one.name for one in holdings if one.resource_id in ids]
    summary = ALL_IN_SHORT if picked is None else in_short(names) or "None yet"
    return CameraPicker(summary, can_be_all, picked is None, tuple(groups), fault)


def read_pick(form: Form) -> frozenset[int] | None:
    """The cameras that a form picks; None: all. A form that says nothing of cameras is from a page of before they
    could be picked, and means all."""
    if form.get(WHICH) in (ALL, ""):
        return None
    ids = (parse_public_id(text) for text in form.all(CAMERA))
    return frozenset(NONE_SUCH if number is None else number for number in ids)


def in_short(names: Sequence[str]) -> str:
    """Names in one line: all of a few, the first of many."""
    if len(names) <= NAMED:
        return ", ".join(names)
    return f"{', '.join(names[: NAMED - 1])} and {len(names) - NAMED + 1} more"


def names_of(explained: Iterable[Explained]) -> dict[int, str]:
    """The names of the cameras that a user can see, by id."""
    return {one.holding.resource_id: one.holding.name for one in explained}


def cameras_line(resources: Iterable[int] | None, names: Mapping[int, str]) -> str:
    """What an access is limited to, as a list shows it. Cameras that are not among `names` can't be seen any more."""
    if resources is None:
        return EVERYTHING
    ids = list(resources)
    known = [name for row_id, name in names.items() if row_id in ids]
    gone = len(ids) - len(known)
    parts = [f"{len(known)} camera{'s' if len(known) != 1 else ''}: {in_short(known)}"] if known else []
    if gone:
        parts.append(f"{gone} that {'is' if gone == 1 else 'are'} gone or not yours to see any more")
    return "; ".join(parts)
