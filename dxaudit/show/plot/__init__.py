"""Charts. Every function takes a value of the library and an Axes, and returns the Axes."""

from dxaudit.show.plot.benchmark import peers as peers
from dxaudit.show.plot.benchmark import standing as standing
from dxaudit.show.plot.coverage import coverage as coverage
from dxaudit.show.plot.issues import impact_ease as impact_ease
from dxaudit.show.plot.issues import perspective_matrix as perspective_matrix
from dxaudit.show.plot.issues import perspectives as perspectives
from dxaudit.show.plot.issues import rank_acceptability as rank_acceptability
from dxaudit.show.plot.issues import top_issues as top_issues
from dxaudit.show.plot.issues import weight_tornado as weight_tornado
from dxaudit.show.plot.skills import likert as likert
from dxaudit.show.plot.skills import likert_items as likert_items
from dxaudit.show.plot.skills import response_map as response_map
from dxaudit.show.plot.skills import skill_areas as skill_areas
from dxaudit.show.plot.skills import skill_gap as skill_gap
from dxaudit.show.plot.skills import skill_heat_map as skill_heat_map
from dxaudit.show.plot.systems import overlaps as overlaps
from dxaudit.show.plot.systems import reference_map as reference_map
from dxaudit.show.plot.systems import system_graph as system_graph
from dxaudit.show.plot.systems import waterfall as waterfall
from dxaudit.show.plot.workflow import bottlenecks as bottlenecks
from dxaudit.show.plot.workflow import flow_chart as flow_chart
from dxaudit.show.plot.workflow import pareto as pareto
from dxaudit.show.plot.workflow import same_work as same_work
from dxaudit.show.plot.workflow import what_if as what_if
