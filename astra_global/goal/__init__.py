"""Goal localization: from words to a landmark, and from a landmark to a place to stop."""

from astra_global.goal.config import ApproachConfig, GoalConfig
from astra_global.goal.resolve import GoalResolver, resolve_goal

__all__ = ["ApproachConfig", "GoalConfig", "GoalResolver", "resolve_goal"]
