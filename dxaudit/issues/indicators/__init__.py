"""One function per catalogue entry, by perspective; all of one shape: ``(Scope, Entry) -> Measured``."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from dxaudit.issues.catalogue import Entry
from dxaudit.issues.evidence import Measured
from dxaudit.issues.indicators import business, data, organization, people, regulation
from dxaudit.issues.inventory import Scope

Indicator = Callable[[Scope, Entry], Measured]

INDICATORS: Mapping[str, Indicator] = MappingProxyType(
    {
        **business.INDICATORS,
        **organization.INDICATORS,
        **people.INDICATORS,
        **data.INDICATORS,
        **regulation.INDICATORS,
    }
)
