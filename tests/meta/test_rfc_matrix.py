"""The RFC matrix in docs/ says what the tests say."""

import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "rfc-matrix"

MARKED = """
import pytest

@pytest.mark.rfc("6749", "4.10", "later")
@pytest.mark.rfc("6749", "4.2", "earlier")
def test_one() -> None: ...

@pytest.mark.rfc("OpenID Connect Core", "2", "a | b")
class TestTwo:
    @pytest.mark.parametrize("x", [pytest.param(1, marks=pytest.mark.rfc("6749", "4.2", "earlier"))])
    async def test_inside(self, x: int) -> None: ...
"""


@pytest.fixture
def rfc_matrix() -> ModuleType:
    """The script, as a module."""
    loader = importlib.machinery.SourceFileLoader("rfc_matrix", str(SCRIPT))
    spec = importlib.util.spec_from_loader("rfc_matrix", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


def test_the_matrix_is_current() -> None:
    check = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, check=False)
    assert check.returncode == 0, check.stderr


def test_marks_become_rows_in_the_order_of_the_sections(rfc_matrix: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_x.py").write_text(MARKED)
    page = rfc_matrix.render(rfc_matrix.collect(tmp_path / "tests"), {})
    rows = [line for line in page.splitlines() if line.startswith("|")]
    one, inside = "[test_one](../tests/test_x.py)", "[TestTwo::test_inside](../tests/test_x.py)"
    rfc = "https://www.rfc-editor.org/rfc/rfc6749#section"
    assert [row for row in rows if not row.startswith(("| spec", "| ---"))] == [
        f"| 6749 | [4.2]({rfc}-4.2) | earlier | {inside}<br>{one} |",
        f"| 6749 | [4.10]({rfc}-4.10) | later | {one} |",
        r"| OpenID Connect Core | 2 | a \| b | [TestTwo](../tests/test_x.py) |",
    ]


def test_a_mark_that_cannot_be_read_stops_it(rfc_matrix: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text('@pytest.mark.rfc("6749", section)\ndef test_x(): ...')
    with pytest.raises(SystemExit, match="three plain strings"):
        rfc_matrix.collect(tmp_path)


EXCEPTION = """
[[exception]]
spec = "6749"
section = "4.3"
demand = "passwords are exchanged for tokens"
reason = "OAuth 2.1 has no such grant | nor have we"
"""


def test_what_is_not_done_has_a_row_that_says_why(rfc_matrix: ModuleType, tmp_path: Path) -> None:
    file = tmp_path / "rfc_exceptions.toml"
    file.write_text(EXCEPTION)
    page = rfc_matrix.render({}, rfc_matrix.exceptions(file))
    rfc = "https://www.rfc-editor.org/rfc/rfc6749#section-4.3"
    why = r"*not done:* OAuth 2.1 has no such grant \| nor have we"
    assert f"| 6749 | [4.3]({rfc}) | passwords are exchanged for tokens | {why} |" in page.splitlines()


@pytest.mark.parametrize(
    "text",
    [
        EXCEPTION.replace("reason =", "because ="),
        EXCEPTION.replace('"4.3"', '" "'),
        EXCEPTION.replace('"4.3"', "4.3"),
        EXCEPTION + 'note = "more"',
        EXCEPTION * 2,
    ],
)
def test_an_exception_that_does_not_say_all_stops_it(rfc_matrix: ModuleType, tmp_path: Path, text: str) -> None:
    file = tmp_path / "rfc_exceptions.toml"
    file.write_text(text)
    with pytest.raises(SystemExit, match=r"exception is|there twice"):
        rfc_matrix.exceptions(file)


def test_the_exceptions_of_the_tree_can_be_read(rfc_matrix: ModuleType) -> None:
    assert all(rfc_matrix.exceptions(rfc_matrix.EXCEPTIONS).values())


@pytest.mark.parametrize("spec", ["OpenID Connect core 1.0", "Jarm 1", "RFC 6749"])
def test_a_misspelt_specification_is_noticed(rfc_matrix: ModuleType, spec: str) -> None:
    assert rfc_matrix.unknown([rfc_matrix.Demand(spec, "1", "x")]) == [spec]


def test_a_claim_that_no_test_holds_stops_it(rfc_matrix: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rfc_matrix, "CLAIMED", ("2549",))
    monkeypatch.setattr(sys, "argv", ["rfc-matrix", "--check"])
    with pytest.raises(SystemExit, match="claimed, and no test is marked with it: 2549"):
        rfc_matrix.main()
