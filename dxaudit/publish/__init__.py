"""The batch of reports, and the formats they come in."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dxaudit.publish.analysis import City as City
    from dxaudit.publish.analysis import open_city as open_city
    from dxaudit.publish.batch import BatchResult as BatchResult
    from dxaudit.publish.batch import report as report
    from dxaudit.publish.shipped import sample_city as sample_city

# Loaded when first used: a kernel opens the city and has no use for the batch, a worker needs neither.
_NAMES = {
    "BatchResult": "batch",
    "City": "analysis",
    "open_city": "analysis",
    "report": "batch",
    "sample_city": "shipped",
}

__all__ = [*_NAMES]


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"module 'dxaudit.publish' has no attribute {name!r}")
    return getattr(import_module(f"dxaudit.publish.{_NAMES[name]}"), name)
