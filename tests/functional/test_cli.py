"""The commands as a user meets them: help with an example, one line for a mistake, the documented words."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from dxaudit.cli import main

ROOT = Path(__file__).parents[2]
COMMANDS = ("demo", "check", "template", "issues", "overlaps", "report", "lab")


def run(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "dxaudit.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        **options,
    )


def help_of(command, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    return capsys.readouterr().out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_ends_with_an_example_that_parses(command, capsys, monkeypatch):
    last = help_of(command, capsys, monkeypatch).strip().splitlines()[-1]
    assert re.search(rf"dxaudit {command}\b", last)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_documented_help_is_the_help(command, capsys, monkeypatch):
    documented = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
    assert help_of(command, capsys, monkeypatch).strip() in documented


@pytest.mark.parametrize("readme", ["README.md", "README.ja.md"])
def test_both_readmes_name_every_command(readme):
    content = (ROOT / readme).read_text(encoding="utf-8")
    assert [c for c in COMMANDS if f"dxaudit {c}" not in content] == []
    assert "make demo" in content and "make test" in content


MISTAKES = {
    "no such folder": ["check", "ない/フォルダ"],
    "empty folder": ["check", "empty"],
    "no table": ["check", "picture"],
    "report of no such folder": ["report", "ない", "-o", "out"],
    "issues of no such folder": ["issues", "ない", "-o", "x.json"],
    "issues in no known form": ["issues", "empty", "-o", "x.docx"],
    "overlaps of an empty folder": ["overlaps", "empty"],
    "lab of no such folder": ["lab", "ない"],
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_gets_one_line_status_2_and_leaves_nothing(name, tmp_path):
    (tmp_path / "empty").mkdir()
    (tmp_path / "picture").mkdir()
    (tmp_path / "picture" / "写真.xlsx").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    before = sorted(tmp_path.rglob("*"))
    done = run(*MISTAKES[name], cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1
    assert done.stderr.startswith("dxaudit: ")
    assert "Traceback" not in done.stderr
    assert sorted(tmp_path.rglob("*")) == before


def test_an_unwritable_output_is_one_line_and_nothing_half_written(tmp_path):
    (tmp_path / "一覧.csv").write_text("業務名,課名,年間時間\n住民異動,市民課,100\n", encoding="utf-8")
    (tmp_path / "ファイル").write_text("x", encoding="utf-8")
    done = run("check", "一覧.csv", "--json", "ファイル/結果.json", cwd=tmp_path)
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["ファイル", "一覧.csv"]
