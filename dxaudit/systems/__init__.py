"""CurrentState → SystemMap: which systems are one product, which do the same job, and how all hang together."""

from dxaudit.systems.changes import compare_maps
from dxaudit.systems.exchange import write_archimate, write_gexf, write_graphml
from dxaudit.systems.graph import blast_radius, orphans, rekeying, single_points
from dxaudit.systems.page import write_map, write_page
from dxaudit.systems.systemmap import SystemMap, map_systems
from dxaudit.systems.written import write_groups, write_pairs

__all__ = [
    "SystemMap",
    "blast_radius",
    "compare_maps",
    "map_systems",
    "orphans",
    "rekeying",
    "single_points",
    "write_archimate",
    "write_gexf",
    "write_graphml",
    "write_groups",
    "write_map",
    "write_page",
    "write_pairs",
]
