"""What an access can do: cameras × rights, each cell in words. For a user's token, and for an application that acts for
a user; the template is _rights_matrix.html."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from gatelodge.identity.effective import Taker
from gatelodge.identity.rights import CATALOGUE, Right
from gatelodge.portal.models import Moment
from gatelodge.service.explain import Explained


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a right is not there: in a cell, and at length."""

    short: str
    sentence: str


Reasons = dict[Taker, Reason]

OF_TOKEN: Reasons = {
    Taker.SCOPE: Reason("not chosen", "This right was not chosen when the token was made. Make another token for it."),
    Taker.LIMIT: Reason("other cameras only", "The token is limited to other cameras. Make another token for more."),
    Taker.USER: Reason(
        "not yours",
        "You do not have this right yourself, so neither does the token. Whoever gave you access to the camera can "
        "give it to you.",
    ),
}
OF_APPLICATION: Reasons = {
    Taker.SCOPE: Reason("not given", "You have not given the application this right. It has to ask you for it."),
    Taker.LIMIT: Reason(
        "other cameras only",
        "You have given the application this right on other cameras only. It has to ask you again for more.",
    ),
    Taker.USER: Reason(
        "not yours",
        "You do not have this right yourself, so neither does the application. Whoever gave you access to the camera "
        "can give it to you.",
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One right on the cameras of a row; `reasons` is empty where it is there."""

    right: Right
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """Cameras of one account on which the rights, and the reasons, are the same."""

    names: tuple[str, ...]
    account: str  # empty where all rows are of one account
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class RightsMatrix:
    """The whole, with the reasons that occur in it."""

    rights: tuple[Right, ...]
    rows: tuple[MatrixRow, ...]
    reasons: tuple[Reason, ...]


def rights_matrix(explained: Sequence[Explained], reasons: Reasons) -> RightsMatrix:
    """Cameras × rights, in the order of `explained` and of the catalogue; like cameras share a row."""
    accounts = {one.holding.account_name for one in explained}
    alike: dict[tuple[str, tuple[Cell, ...]], list[str]] = {}
    occurring: set[Taker] = set()
    for one in explained:
        cells = tuple(_cell(one, right, reasons) for right in CATALOGUE)
        occurring.update(taker for takers in one.taken.values() for taker in takers)
        account = one.holding.account_name if len(accounts) > 1 else ""
        alike.setdefault((account, cells), []).append(one.holding.name)
    return RightsMatrix(
        CATALOGUE,
        tuple(MatrixRow(tuple(names), account, cells) for (account, cells), names in alike.items()),
        tuple(reason for taker, reason in reasons.items() if taker in occurring),
    )


def _cell(one: Explained, right: Right, reasons: Reasons) -> Cell:
    takers = one.taken.get(right.name, frozenset())
    return Cell(right, tuple(reason.short for taker, reason in reasons.items() if taker in takers))


@dataclass(frozen=True, slots=True)
class AccessPage:
    """What a user token, or an application that acts for the user, can do."""

    template: ClassVar[str] = "access.html"
    name: str
    what: str  # "A user token", "An application of North Farm"
    rights: str
    cameras: str
    times: tuple[tuple[str, Moment], ...]
    matrix: RightsMatrix
    end: str  # "End token", "End access"
    end_action: str
    end_means: str
