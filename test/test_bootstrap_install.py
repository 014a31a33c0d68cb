"""What is installed, from where, and what is repaired: decisions only, nothing is downloaded."""

import re
from pathlib import Path

import pytest

from astra_cli.bootstrap import compiler, torch_install
from astra_cli.bootstrap.errors import SetupError
from astra_cli.bootstrap.gl import GlChoice, choose_gl, link_library
from astra_cli.bootstrap.layout import Layout
from astra_cli.bootstrap.own_folders import sweep_half_installed
from astra_cli.bootstrap.requirements import installed_version, pins_of
from astra_cli.bootstrap.ros import RosChoice
from astra_cli.bootstrap.stamps import Stamp
from astra_cli.bootstrap.steps import plan_steps
from astra_cli.bootstrap.venv import is_healthy

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements"
GPU, SOFTWARE = "NVIDIA H200", "llvmpipe (LLVM 15.0.6, 256 bits)"


@pytest.mark.parametrize(
    ("egl", "osmesa", "backend"),
    [(GPU, SOFTWARE, "egl"), (SOFTWARE, SOFTWARE, "osmesa"), (SOFTWARE, None, "egl")],
)
def test_gl_on_the_machine_is_used_as_it_is(egl: str, osmesa: str | None, backend: str) -> None:
    def refuse() -> str:
        raise AssertionError("nothing is fetched where something renders")

    choice = choose_gl(lambda name, folder: {"egl": egl, "osmesa": osmesa}[name], refuse)
    assert choice.backend == backend


def test_gl_is_fetched_where_nothing_renders() -> None:
    def probe(name: str, folder: str) -> str | None:
        return SOFTWARE if (name, folder) == ("osmesa", "/unpacked") else None

    assert choose_gl(probe, lambda: "/unpacked") == GlChoice("osmesa", SOFTWARE, "/unpacked")


def test_gl_that_cannot_be_had_names_the_command() -> None:
    def fail() -> str:
        raise SetupError("no software GL: sudo apt-get install libosmesa6\nmore")

    choice = choose_gl(lambda name, folder: None, fail)
    assert choice == GlChoice("", advice="no software GL: sudo apt-get install libosmesa6")


def test_unpacked_library_gets_the_name_that_python_looks_for(tmp_path: Path) -> None:
    folder = tmp_path / "usr" / "lib" / "x86_64-linux-gnu"
    folder.mkdir(parents=True)
    (folder / "libOSMesa.so.8").touch()
    assert link_library(tmp_path) == str(folder)
    assert (folder / "libOSMesa.so").resolve() == folder / "libOSMesa.so.8"
    with pytest.raises(SetupError, match="no libOSMesa"):
        link_library(tmp_path / "elsewhere")


@pytest.mark.parametrize(
    ("wish", "reachable", "index"),
    [
        ("", True, torch_install.CPU_INDEX),
        ("", False, torch_install.PIP_CONFIGURED),
        ("cpu", False, torch_install.CPU_INDEX),
        ("cuda", True, torch_install.PIP_CONFIGURED),
        ("https://example.org/whl/cu130", False, "https://example.org/whl/cu130"),
    ],
)
def test_index_of_torch(wish: str, reachable: bool, index: str) -> None:
    environ = {"ASTRA_TORCH_INDEX": wish} if wish else {}
    assert torch_install.choose_index(environ, lambda url: reachable) == index


def test_torch_that_is_there_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ASTRA_TORCH_INDEX", raising=False)
    monkeypatch.setattr(torch_install, "pip_install", lambda *a: pytest.fail("pip was called"))
    make_distribution(tmp_path, "torch-2.9.1+cu128", complete=True)
    result = torch_install.install_torch(Layout(tmp_path), tmp_path / "lock", None, lambda t: None)
    assert (result["version"], result["index"]) == ("2.9.1+cu128", "kept")


LOCK = """# Made by lock.sh
empy==3.3.4 \\
    --hash=sha256:73ac49785b601479df4ea18a7c79bc1304a8a7c34c02b9472cf1206ae88f01b3
coverage[toml]==7.17.3 \\
    --hash=sha256:cc
pycolmap==4.1.0 ; platform_machine == 'x86_64' \\
    --hash=sha256:aa \\
    --hash=sha256:bb
"""
PINS = ["empy==3.3.4", "coverage==7.17.3", "pycolmap==4.1.0 ; platform_machine == 'x86_64'"]


def test_with_cuda_comes_cupy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASTRA_TORCH_INDEX", "cuda")
    layout = Layout(tmp_path)
    layout.venv.mkdir()
    (tmp_path / "lock").write_text(LOCK)
    asked: list[list[str | Path]] = []
    monkeypatch.setattr(torch_install, "pip_install", lambda _, words, why: asked.append(words))
    torch_install.install_torch(layout, tmp_path / "lock", None, lambda t: None)
    assert [words[0] for words in asked] == [
        torch_install.TORCH.replace("==", "==="),
        torch_install.CUPY,
    ]
    # With one hash in a constraint pip would ask for one of torch.
    for words in asked:
        assert Path(words[words.index("--constraint") + 1]).read_text().splitlines() == PINS
    setup = (Path(__file__).resolve().parents[1] / "setup.py").read_text(encoding="utf-8")
    assert f'"gpu": ["{torch_install.CUPY}"]' in setup


def test_pins_without_their_hashes(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(LOCK)
    assert pins_of(tmp_path / "lock") == PINS


def test_what_has_hashes_comes_before_torch_needs_it(tmp_path: Path) -> None:
    keys = [step.key for step in plan_steps(Layout(tmp_path), RosChoice("jazzy"))]
    assert keys.index("requirements") < keys.index("torch")


def test_a_new_wish_replaces_torch_once() -> None:
    kept = Stamp("", {"wish": ""})
    assert torch_install.is_as_wished(kept, {})
    assert not torch_install.is_as_wished(kept, {"ASTRA_TORCH_INDEX": "cuda"})
    assert torch_install.is_as_wished(Stamp("", {"wish": "cuda"}), {"ASTRA_TORCH_INDEX": "cuda"})
    assert torch_install.is_as_wished(Stamp("", {"wish": "cuda"}), {})


def make_distribution(root: Path, name: str, *, complete: bool) -> Path:
    folder = root / ".venv" / "lib" / "python3.11" / "site-packages" / f"{name}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").touch()
    if complete:
        (folder / "RECORD").touch()
    return folder


def test_half_installed_distribution_is_forgotten(tmp_path: Path) -> None:
    half = make_distribution(tmp_path, "mujoco-4.0.0", complete=False)
    whole = make_distribution(tmp_path, "numpy-2.4.6", complete=True)
    layout = Layout(tmp_path)
    assert installed_version(layout, "mujoco") is None
    assert installed_version(layout, "numpy") == "2.4.6"
    assert sweep_half_installed(half.parent) == ["mujoco-4.0.0.dist-info"]
    assert (half.exists(), whole.exists()) == (False, True)


def test_half_made_environment_is_not_healthy(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert not is_healthy(layout, system_site_packages=False)
    layout.venv.mkdir()
    (layout.venv / "pyvenv.cfg").write_text("include-system-site-packages = false\n")
    assert not is_healthy(layout, system_site_packages=False)


def test_missing_compiler_and_headers_name_their_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compiler, "python_headers", lambda: tmp_path)
    missing = compiler.missing_tools(which=lambda name: None)
    assert missing[0] == "g++"
    assert re.fullmatch(r"python3\.\d+-dev", missing[1])
    monkeypatch.setattr(compiler, "missing_tools", lambda: ["g++"])
    monkeypatch.setattr(compiler.debian, "can_install", lambda: False)
    with pytest.raises(SetupError, match=r"a C\+\+ compiler missing: sudo apt-get install g\+\+"):
        compiler.provide_tools(tmp_path / "log")


@pytest.mark.parametrize("name", ["lock-numpy1.txt", "lock-numpy2.txt", "lock-ros-jazzy.txt"])
def test_locks_pin_everything_with_hashes_and_leave_torch_alone(name: str) -> None:
    text = (REQUIREMENTS / name).read_text()
    # An extra belongs to the pin: pip would look for `coverage[toml]` among those without a hash.
    pin = r"[\w.-]+(\[[\w,-]+\])?==[\w.+!]+( ; [^\n]+?)?( \\\n    --hash=sha256:[0-9a-f]{64})+\n"
    assert re.fullmatch(rf"(#[^\n]*\n)+({pin})+", text)
    assert not any(line.startswith(("torch==", "nvidia-")) for line in text.splitlines())


def test_the_two_workspace_locks_differ_in_numpy_only() -> None:
    one, two = (set(pins_of(REQUIREMENTS / f"lock-numpy{n}.txt")) for n in (1, 2))
    assert {pin.split("==")[0] for pin in one ^ two} == {"numpy"}
