"""Render one tiny picture with MuJoCo and print who drew it; run in a process of its own.

This file is started by path with the environment's Python, so that it imports nothing of Astra.
"""

import sys


def main() -> None:
    """Render 16x16 pixels with the back end that MUJOCO_GL names and print the renderer's name."""
    import mujoco

    model = mujoco.MjModel.from_xml_string(
        "<mujoco><worldbody><light pos='0 0 3'/>"
        "<geom type='sphere' size='1' rgba='1 0 0 1'/></worldbody></mujoco>"
    )
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    renderer = mujoco.Renderer(model, 16, 16)
    renderer.update_scene(data)
    picture = renderer.render()
    if picture.max() == 0:
        sys.exit("the picture is black")
    from OpenGL import GL

    name = GL.glGetString(GL.GL_RENDERER)
    print(name.decode() if name else "unknown", flush=True)


if __name__ == "__main__":
    main()
