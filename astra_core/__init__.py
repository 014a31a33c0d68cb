"""What every part of Astra shares: geometry, camera rig, time, records, errors, configuration.

No ROS, no torch, no simulator. Conventions (REP-103, REP-105) are written here and nowhere else:

* Frames: ``map -> odom -> base_link -> camera_<name>_optical_frame``. Body frames are x forward,
  y left, z up; optical frames are x right, y down, z forward.
* ``T_target_source`` maps coordinates given in ``source`` into ``target``.
* Units: metres, radians, seconds; integer nanoseconds for stamps (suffix ``_ns``).
* Angles lie in (-pi, pi].
* Grids are indexed ``[y, x]`` (2D) or ``[z, y, x]`` (3D), index 0 at the lowest coordinate.
"""
