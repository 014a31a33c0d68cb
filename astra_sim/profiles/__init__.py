"""Sensor profiles as YAML files; see :mod:`astra_sim.profile`."""
