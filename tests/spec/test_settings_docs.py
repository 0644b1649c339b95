"""docs/settings.md names every setting with its default, and its example is read."""

import re
from dataclasses import fields
from pathlib import Path

import dxaudit as dx
from dxaudit.settings import MUNICIPALITY_TYPES, read_settings

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `\[?(\w+)[^|]*\|[^|]*\| ([^|]*) \|", PAGE, re.M))


def test_every_setting_has_its_line_with_its_default():
    assert set(ROWS) == {f.name for f in fields(dx.Settings)} - {"path"}
    default = dx.Settings()
    for name in ("hours_per_day", "hours_per_year", "minimum_group", "min_coverage", "realisation_rate"):
        assert float(ROWS[name]) == getattr(default, name)
    assert ROWS["decisions"] == f'`"{default.decisions}"`'
    assert all(f"`{kind}`" in PAGE for kind in MUNICIPALITY_TYPES)


def test_the_example_is_read(tmp_path):
    path = tmp_path / "dxaudit.toml"
    path.write_text(re.search(r"```toml\n(.*?)```", PAGE, re.S)[1], encoding="utf-8")
    settings = read_settings(path)
    assert (settings.municipality, settings.population, settings.fiscal_year) == ("汐凪市", 78000, 2026)


def test_whoever_starts_finds_the_page():
    for start in ("README.ja.md", "README.md", "docs/README.md", "docs/reports.md"):
        assert "settings.md" in (ROOT / start).read_text(encoding="utf-8")
