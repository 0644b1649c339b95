"""Small groups of people, protected where figures are made and not where they are drawn."""

from dxaudit.privacy.hierarchy import CITY, UNSTATED, Family, Hierarchy, Measure, nested
from dxaudit.privacy.population import organisation, population, respondents, response
from dxaudit.privacy.release import Release, publish

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
]
