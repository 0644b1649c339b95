"""Charts. Every function takes a value of the library and an Axes, and returns the Axes."""

from dxaudit.show.plot.workflow import bottlenecks as bottlenecks
from dxaudit.show.plot.workflow import flow_chart as flow_chart
from dxaudit.show.plot.workflow import pareto as pareto

from dxaudit.show.plot.skills import diverging, likert, likert_items, skill_areas, skill_heat_map
