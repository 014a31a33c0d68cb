"""The services of ``astra_global``. Both may take seconds, so they have a lane of their own."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from rclpy.node import Node

from astra_core.errors import AstraError, ConfigError, NotLocalized
from astra_core.home_path import home_path
from astra_core.ros.direct import DirectLane
from astra_core.ros.node_clock import NodeClock
from astra_core.time import from_seconds
from astra_global.ros.config import GlobalNodeConfig
from astra_global.ros.conversions import global_pose_to_msg
from astra_global.ros.mission_desk import MissionDesk
from astra_global.types import AstraMap
from astra_msgs.srv import LoadMap, Localize

__all__ = ["GlobalServices"]

_POLL_S = 0.02
_MAX_TIMEOUT_S = 3600.0


class GlobalServices:
    """Serves ``load_map`` and ``localize``."""

    def __init__(
        self,
        node: Node,
        config: GlobalNodeConfig,
        desk: MissionDesk,
        load: Callable[[Path], AstraMap],
        clock: NodeClock,
    ) -> None:
        """Offer the services once :meth:`start` is called.

        Args:
            node: The node.
            config: Its parameters.
            desk: Who conducts missions and holds the pipeline.
            load: Loads a map from a folder; raises AstraError.
            clock: Of the node.
        """
        self._config, self._desk, self._load = config, desk, load
        self._clock = clock
        self._closed = False
        self._lane = DirectLane(node, may_wait=True)
        self._lane.serve(LoadMap, "load_map", self._load_map)
        self._lane.serve(Localize, "localize", self._localize)

    @property
    def refused(self) -> dict[str, str]:
        """Say which requests failed unexpectedly; see :class:`DirectLane`."""
        return self._lane.refused

    def start(self) -> None:
        """Begin to serve."""
        self._lane.start()

    def close(self) -> None:
        """Stop serving; a request that is being waited on fails."""
        self._closed = True
        self._lane.close()

    def _load_map(self, request: LoadMap.Request, response: LoadMap.Response) -> LoadMap.Response:
        try:
            map_ = self._load(home_path(request.path))
        except AstraError as error:
            response.error_code, response.error_msg = error.code, str(error)
            return response
        response.node_count = len(map_.nodes)
        response.landmark_count = len(map_.landmarks)
        return response

    def _localize(
        self, request: Localize.Request, response: Localize.Response
    ) -> Localize.Response:
        try:
            self._wait_for_fix(request)
        except AstraError as error:
            response.error_code, response.error_msg = error.code, str(error)
        pipeline = self._desk.pipeline
        if pipeline is not None:
            pose = pipeline.global_pose(self._clock.stamp_ns)
            response.pose = global_pose_to_msg(
                pose,
                self._config.map_frame,
                last_fix_ns=pipeline.last_fix_ns,
                accepted=pipeline.accepted_fixes,
                rejected=pipeline.rejected_fixes,
                reason=response.error_msg,
            )
        return response

    def _wait_for_fix(self, request: Localize.Request) -> None:
        if not 0.0 <= request.timeout <= _MAX_TIMEOUT_S:
            raise ConfigError(
                f"timeout must be 0 (the default) to {_MAX_TIMEOUT_S:g} s, got {request.timeout:g}"
            )
        pipeline = self._desk.pipeline
        if pipeline is None or not self._desk.is_open:
            raise NotLocalized("astra_global is not active or has no map")
        if request.forget:
            pipeline.forget_pose()
        before = pipeline.accepted_fixes
        start_ns = self._clock.now_ns
        timeout_s = request.timeout or self._config.service_timeout_s
        # A simulated clock may stand still: the wall clock ends the wait too, later.
        deadline_s = time.monotonic() + 10.0 * timeout_s
        while pipeline.accepted_fixes <= before:
            waited_ns = self._clock.now_ns - start_ns
            over = waited_ns > from_seconds(timeout_s) or time.monotonic() > deadline_s
            if over or self._closed or not self._desk.is_open:
                why = pipeline.last_failure or "no images"
                raise NotLocalized(f"no fix within {timeout_s:g} s: {why}")
            time.sleep(_POLL_S)
