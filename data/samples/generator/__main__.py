"""Write a city: ``python -m generator [FOLDER] [--city holdout]``; without FOLDER the committed one."""

from __future__ import annotations

import argparse
from pathlib import Path

from .city import HOLDOUT, SHIONAGI
from .write import write_city


def main() -> None:
    parser = argparse.ArgumentParser(prog="generator", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).resolve().parents[1])
    parser.add_argument("--city", choices=("shionagi", "holdout"), default="shionagi")
    chosen = parser.parse_args()
    city = SHIONAGI if chosen.city == "shionagi" else HOLDOUT
    print(write_city(city, chosen.folder))


if __name__ == "__main__":
    main()
