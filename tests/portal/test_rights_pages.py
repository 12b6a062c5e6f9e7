"""The parts of pages that show what an access can do, and what it is limited to."""

from gatelodge.identity.effective import Allowance, Holding, Limit
from gatelodge.identity.people import Access
from gatelodge.identity.rights import ALL_RIGHTS, CATALOGUE
from gatelodge.portal.form import Form
from gatelodge.portal.picking import (
    ALL_IN_SHORT,
    EVERYTHING,
    NONE_SUCH,
    cameras_line,
    in_short,
    make_picker,
    read_pick,
)
from gatelodge.portal.rights_models import OF_TOKEN, RightsMatrix, rights_matrix
from gatelodge.protocol.credentials import public_id
from gatelodge.service.explain import explained

NAMES = ("Driveway", "Front door", "Garden", "Hall")
FULL = [Holding(number, name, "North Farm", Access.FULL, frozenset()) for number, name in enumerate(NAMES, 1)]
PARTIAL = Holding(9, "Pier", "Marina", Access.PARTIAL, frozenset({"read", "liveview"}))


def matrix(scope: frozenset[str], limit: Limit | None, *holdings: Holding) -> RightsMatrix:
    """What a token's page shows."""
    return rights_matrix(explained(scope, limit, holdings), OF_TOKEN)


def words(shown: RightsMatrix, row: int) -> dict[str, tuple[str, ...]]:
    """What stands in the cells of a row, by right."""
    return {cell.right.name: cell.reasons for cell in shown.rows[row].cells}


def test_each_cell_says_yes_or_every_reason_why_not() -> None:
    shown = matrix(frozenset({"read", "events"}), (Allowance(None, frozenset({9})),), PARTIAL)
    cells = words(shown, 0)
    assert list(cells) == [right.name for right in CATALOGUE]
    assert cells["read"] == ()
    assert cells["liveview"] == ("not chosen",)
    assert cells["events"] == ("not yours",)
    assert cells["write"] == ("not chosen", "not yours")
    assert [reason.short for reason in shown.reasons] == ["not chosen", "not yours"]


def test_cameras_that_are_alike_share_a_row_and_accounts_do_not() -> None:
    shown = matrix(ALL_RIGHTS, (Allowance(None, frozenset({1, 3, 9})),), *FULL, PARTIAL)
    assert [row.names for row in shown.rows] == [("Driveway", "Garden"), ("Front door", "Hall"), ("Pier",)]
    assert [row.account for row in shown.rows] == ["North Farm", "North Farm", "Marina"]
    assert words(shown, 1)["read"] == ("other cameras only",)
    assert matrix(ALL_RIGHTS, None, *FULL).rows[0].account == ""
    assert matrix(ALL_RIGHTS, None, *FULL).reasons == ()


def test_a_line_names_few_cameras_and_counts_many() -> None:
    names = {one.resource_id: one.name for one in FULL}
    assert cameras_line(None, names) == EVERYTHING
    assert cameras_line([3], names) == "1 camera: Garden"
    assert cameras_line([3, 1], names) == "2 cameras: Driveway, Garden"
    assert cameras_line(names, names) == "4 cameras: Driveway, Front door and 2 more"
    assert cameras_line([3, 77], names) == "1 camera: Garden; 1 that is gone or not yours to see any more"
    assert cameras_line([77, 78], names) == "2 that are gone or not yours to see any more"
    assert in_short(["a", "b", "c"]) == "a, b, c"


def test_a_picker_has_a_heading_for_each_of_several_accounts() -> None:
    picker = make_picker([*FULL, PARTIAL], frozenset({3, 9}))
    assert [group.heading for group in picker.groups] == ["North Farm", "Marina"]
    assert [box.name for group in picker.groups for box in group.cameras if box.picked] == ["Garden", "Pier"]
    assert (picker.summary, picker.is_all) == ("Garden, Pier", False)
    assert make_picker(FULL, None).summary == ALL_IN_SHORT
    assert [group.heading for group in make_picker(FULL, None).groups] == [""]
    assert make_picker(FULL, frozenset()).summary == "None yet"


def test_what_a_form_picks() -> None:
    assert read_pick(Form()) is None
    assert read_pick(Form({"cameras": ["all"], "camera": [public_id(3)]})) is None
    assert read_pick(Form({"cameras": ["chosen"]})) == frozenset()
    assert read_pick(Form({"cameras": ["chosen"], "camera": [public_id(3), public_id(9)]})) == frozenset({3, 9})
    for wrong in ("", "Garden", public_id(3) + "x", "z" * 11):
        assert read_pick(Form({"cameras": ["chosen"], "camera": [wrong]})) == frozenset({NONE_SUCH})
    assert read_pick(Form({"cameras": ["whatever"], "camera": [public_id(3)]})) == frozenset({3})
