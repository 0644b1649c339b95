"""Small groups of people, protected where figures are made and not where they are drawn."""

from dxaudit.privacy.hierarchy import CITY, UNSTATED, Family, Hierarchy, Measure, nested
from dxaudit.privacy.population import organisation, population, respondents, response
from dxaudit.privacy.release import Release, publish
from dxaudit.privacy.side_by_side import side_by_side

__all__ = [
    "CITY",
    "UNSTATED",
    "Family",
    "Hierarchy",
    "Measure",
    "Release",
    "nested",
    "organisation",
    "population",
    "publish",
    "respondents",
    "response",
    "side_by_side",
]
