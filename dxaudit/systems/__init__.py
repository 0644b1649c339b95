"""CurrentState → SystemMap: which systems are one product, which do the same job, and how all hang together."""

from dxaudit.systems.systemmap import SystemMap, map_systems

__all__ = ["SystemMap", "map_systems"]
