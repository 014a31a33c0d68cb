"""What makes a trajectory good, one term per file.

Every term maps a batch of rollouts to ``(K,)`` costs. They are sums of squares or distances of
order one, so that the weights in the configuration can be compared.
"""

from astra_local.planner.costs.context import CostContext
from astra_local.planner.costs.heading import heading_cost
from astra_local.planner.costs.obstacle import obstacle_cost
from astra_local.planner.costs.people import people_cost
from astra_local.planner.costs.progress import progress_cost
from astra_local.planner.costs.reverse import reverse_cost
from astra_local.planner.costs.smoothness import smoothness_cost
from astra_local.planner.costs.speed import speed_cost

__all__ = [
    "COSTS",
    "CostContext",
    "heading_cost",
    "obstacle_cost",
    "people_cost",
    "progress_cost",
    "reverse_cost",
    "smoothness_cost",
    "speed_cost",
]

COSTS = (
    obstacle_cost,
    people_cost,
    progress_cost,
    heading_cost,
    smoothness_cost,
    speed_cost,
    reverse_cost,
)
