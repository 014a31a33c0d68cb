"""The files that some code depends on, in small trees written out by hand."""

import pytest

from astra_cli import import_closure as module
from astra_cli.import_closure import import_closure


@pytest.fixture()
def tree(tmp_path):
    module._imports.cache_clear()

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return write


def names(starts, root):
    return [str(path) for path in import_closure(starts, root)]


def test_imports_are_followed_wherever_they_stand(tree):
    root = tree(
        {
            "a/one.py": "import numpy\nfrom b.two import X\n",
            "b/two.py": "class C:\n    def f(self):\n        import b.three\n",
            "b/three.py": "from b import four as other\n",
            "b/four.py": "import a.one  # a circle ends\n",
            "b/five.py": "",
        }
    )
    assert names(["a.one"], root) == ["a/one.py", "b/four.py", "b/three.py", "b/two.py"]


def test_what_is_for_type_checkers_only_does_not_count(tree):
    root = tree(
        {
            "a.py": "from typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    import b\nelse:\n    import c\n",
            "b.py": "",
            "c.py": "",
        }
    )
    assert names(["a"], root) == ["a.py", "c.py"]


def test_of_a_package_those_count_that_give_the_name(tree):
    root = tree(
        {
            "a.py": "from p import One\n",
            "p/__init__.py": "from p.one import One\nfrom p.two import Two as Deux\n",
            "p/one.py": "",
            "p/two.py": "",
        }
    )
    assert names(["a"], root) == ["a.py", "p/__init__.py", "p/one.py"]
    tree({"a.py": "from p import Deux\n"})
    module._imports.cache_clear()
    assert names(["a"], root) == ["a.py", "p/__init__.py", "p/two.py"]


@pytest.mark.parametrize("line", ["import p", "from p import *", "from p import made_here"])
def test_of_a_package_that_is_taken_whole_everything_counts(tree, line):
    root = tree(
        {
            "a.py": f"{line}\n",
            "p/__init__.py": "from p.one import One\nmade_here = One()\n",
            "p/one.py": "",
        }
    )
    assert names(["a"], root) == ["a.py", "p/__init__.py", "p/one.py"]


def test_the_packages_that_a_module_lies_in_run_as_well(tree):
    root = tree({"p/__init__.py": "import p.q.other\n", "p/q/__init__.py": "", "p/q/m.py": ""})
    # Named only for what lies in it, a package gives no name: its own imports do not count.
    assert names(["p.q.m"], root) == ["p/__init__.py", "p/q/__init__.py", "p/q/m.py"]


def test_a_start_that_is_not_there_is_said(tree):
    with pytest.raises(ModuleNotFoundError, match=r"no module a\.b"):
        import_closure(["a.b"], tree({"a/c.py": ""}))
