"""Where the notebooks and the sample city are, in a clone and in an installed package."""

from __future__ import annotations

from pathlib import Path

import dxaudit

DEPARTMENT_NOTEBOOK = "notebooks/department_report.ipynb"
CITY_NOTEBOOK = "notebooks/citywide_report.ipynb"
SAMPLE_CITY = "data/samples/shionagi"


def shipped(path: str) -> Path:
    """A file or folder that comes with the product, by its path in the repository.

    The build copies ``notebooks/`` and the sample city into the package (``setup.py``), so that an installed
    package has them without a clone; in a clone, and when installed editable, the originals are used.
    """
    package = Path(dxaudit.__file__).parent
    inside = package / "shipped" / path
    return inside if inside.exists() else package.parent / path


def sample_city() -> Path:
    """The folder of the fictional city that `dxaudit demo` analyses."""
    return shipped(SAMPLE_CITY)
