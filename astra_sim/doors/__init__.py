"""Doors that stand shut at mission time and open for those who come.

``openings`` measures the passages of a scene, ``leaf`` is what slides in them, ``sliding`` opens
and closes. A leaf slides into the wall beside its opening, so an open door takes no floor, covers
no sign, and has no swing in which it could strike somebody.
"""
