"""The rows of ARCHITECTURE.md: a module imports only from rows above its own."""

import ast
from pathlib import Path

import pytest

import dxaudit

PACKAGE = Path(dxaudit.__file__).parent
ROWS = {
    "errors": 0,
    "writing": 0,
    "collection": 0,
    "vocabulary": 0,
    "settings": 1,
    "scheduler": 1,
    "identity": 2,
    "state": 2,
    "privacy": 2,
    "coverage": 2,
    "decisions": 2,
    "intake": 3,
    "systems": 4,
    "skills": 4,
    "workflow": 4,
    "benchmark": 4,
    "issues": 5,
    "show": 6,
    "publish": 7,
    "session": 8,
    "cli": 9,
}
MODULES = [p for p in sorted(PACKAGE.rglob("*.py")) if p != PACKAGE / "__init__.py"]


def room_of(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_rooms(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "dxaudit":
            assert node.level == 0, f"{path}: relative import"
            parts = node.module.split(".")
            found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {a.name.split(".")[1] for a in node.names if a.name.startswith("dxaudit.")}
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_from_rows_above_its_own(path):
    room = room_of(path)
    assert room in ROWS, f"{room} has no row in ARCHITECTURE.md and in this test"
    for other in imported_rooms(path) - {room}:
        # The row of values may look at itself (state knows coverage); the analyses may not know each other.
        if other == "__version__":
            continue
        same_row_allowed = ROWS[room] in (0, 2)
        assert ROWS[other] < ROWS[room] or (same_row_allowed and ROWS[other] == ROWS[room]), f"{room} imports {other}"
