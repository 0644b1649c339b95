"""The batch of reports, and the formats they come in."""

from dxaudit.publish.analysis import City, open_city
from dxaudit.publish.batch import BatchResult, report
from dxaudit.publish.shipped import sample_city

__all__ = ["BatchResult", "City", "open_city", "report", "sample_city"]
