"""Build a map from one tour of a building. Start reading at :mod:`astra_global.mapping.build`.

Who says where the robot was and what is worth naming stands behind the two contracts of
:mod:`astra_global.mapping.ports`.
"""
