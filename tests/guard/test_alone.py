"""The guard can be used without the rest of the package, and without what the rest depends on."""

import subprocess
import sys
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"

# -I -S: nothing of the environment, and no installed package can be imported.
ALONE = [sys.executable, "-I", "-S", "-c"]
BEGIN = f"import sys; sys.path.insert(0, {str(SRC)!r})\n"


def run(program: str) -> str:
    """What the program prints."""
    done = subprocess.run([*ALONE, BEGIN + program], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_it_imports_nothing_else_of_the_package_and_no_dependency() -> None:
    loaded = run(
        "import gatelodge.guard, gatelodge.guard.asgi\n"
        "names = {n.partition('.')[0] for n in sys.modules} - set(sys.stdlib_module_names)\n"
        "print(sorted(n for n in names if not n.startswith('_')))\n"
        "print(sorted(n for n in sys.modules if n.startswith('gatelodge.') and not n.startswith('gatelodge.guard')))"
    )
    assert loaded.splitlines() == ["['gatelodge']", "[]"]


def test_introspection_needs_nothing_but_python() -> None:
    assert run(
        "from gatelodge.guard import Guard, Introspection\n"
        "guard = Guard(Introspection('http://localhost:1', 'id', 'secret'), resource='http://localhost:2')\n"
        "print(guard.check(['Bearer abc']).status)"
    ) == "503"  # fmt: skip


def test_jwt_says_what_it_needs_where_it_is_missing() -> None:
    assert run(
        "from gatelodge.guard import Jwt\n"
        "try: Jwt('http://localhost:1', 'api', 'http://localhost:1/jwks')\n"
        "except ImportError as error: print(error)"
    ) == "Jwt needs joserfc: pip install 'gatelodge[guard]'"  # fmt: skip


@pytest.mark.parametrize("framework", ["starlette", "fastapi", "django"])
def test_an_integration_imports_only_its_own_framework(framework: str) -> None:
    others = {"starlette": ["fastapi", "django"], "fastapi": ["django"], "django": ["starlette", "fastapi"]}[framework]
    program = (
        f"import sys, gatelodge.guard.{framework}\n"
        f"loaded = {{name.partition('.')[0] for name in sys.modules}}\n"
        f"print(sorted(loaded & {set(others)!r} | loaded & {{'joserfc', 'sqlalchemy', 'strawberry', 'msgspec'}}))\n"
        "print(sorted(n for n in sys.modules if n.startswith('gatelodge.') and not n.startswith('gatelodge.guard')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True, timeout=30
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["[]", "[]"]
