"""The batch of reports, and the formats they come in."""

from typing import TYPE_CHECKING, Any

from dxaudit.publish.analysis import City, open_city
from dxaudit.publish.shipped import sample_city

if TYPE_CHECKING:
    from dxaudit.publish.batch import BatchResult as BatchResult
    from dxaudit.publish.batch import report as report

__all__ = ["BatchResult", "City", "open_city", "report", "sample_city"]


def __getattr__(name: str) -> Any:
    # A notebook opens the city from here in every kernel and has no use for the batch.
    if name not in ("BatchResult", "report"):
        raise AttributeError(name)
    from dxaudit.publish import batch

    return getattr(batch, name)
