"""People who walk about a building at mission time, avoid each other and yield to the robot.

``figure`` says what they look like, ``skins`` what they wear, ``bodies`` puts them into a MuJoCo
world, ``ways`` plans on the floor plan, ``avoidance`` picks the next velocity, ``crowd`` moves
everybody. Nothing here is known to the stack.
"""
