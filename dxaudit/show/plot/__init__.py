"""Charts. Every function takes a value of the library and an Axes, and returns the Axes."""

from dxaudit.show.plot.skills import likert as likert
from dxaudit.show.plot.skills import likert_items as likert_items
from dxaudit.show.plot.skills import skill_areas as skill_areas
from dxaudit.show.plot.skills import skill_heat_map as skill_heat_map
from dxaudit.show.plot.workflow import bottlenecks as bottlenecks
from dxaudit.show.plot.workflow import flow_chart as flow_chart
from dxaudit.show.plot.workflow import pareto as pareto
