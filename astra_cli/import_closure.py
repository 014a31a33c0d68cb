"""Which files of this project the result of some code depends on: read from their imports.

Imports anywhere in a file count, those inside functions as well; those that are for type checkers
only do not. Of the imports of a package's ``__init__.py`` those count that pass a name on that was
asked for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

__all__ = ["import_closure"]

#: All names of a module, instead of one.
_ALL = "*"


def import_closure(starts: Iterable[str], root: Path) -> list[Path]:
    """Return the files that some modules consist of or import, directly or not.

    Args:
        starts: Modules, as in ``astra_sim.tour.recorder``.
        root: The folder of the packages; what does not lie below it is not ours.

    Returns:
        Paths relative to ``root``, sorted.

    Raises:
        ModuleNotFoundError: There is no such module to start from.
    """
    todo, seen = [(module, _ALL) for module in starts], set()
    for module, _ in todo:
        if _file_of(module, root) is None:
            raise ModuleNotFoundError(f"no module {module} below {root}")
    files: set[Path] = set()
    while todo:
        wanted = todo.pop()
        if wanted in seen:
            continue
        seen.add(wanted)
        module, name = wanted
        if name != _ALL and _file_of(f"{module}.{name}", root) is not None:
            todo.append((f"{module}.{name}", _ALL))
            continue
        file = _file_of(module, root)
        if file is None:
            continue
        files.add(file.relative_to(root))
        # Importing a module runs the packages it lies in.
        files |= {
            package.relative_to(root)
            for folder in file.relative_to(root).parents
            if (package := root / folder / "__init__.py").is_file()
        }
        imports = _imports(file)
        if file.name == "__init__.py":
            # Where the name is made here and not passed on, all imports may matter to it.
            passed_on = [one for one in imports if one[2] in (name, _ALL)]
            imports = passed_on or imports
        todo += [(source, found) for source, found, _ in imports]
    return sorted(files)


def _file_of(module: str, root: Path) -> Path | None:
    place = root.joinpath(*module.split("."))
    for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
        if file.is_file():
            return file
    return None


@cache
def _imports(file: Path) -> list[tuple[str, str, str]]:
    """Return (module, name, what it is called here) of every import of a file."""
    found = []
    for node in _run_nodes(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(alias.name, _ALL, alias.asname or alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found += [(node.module, alias.name, alias.asname or alias.name) for alias in node.names]
    return found


def _run_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a tree, without what stands below ``if TYPE_CHECKING``."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from _run_nodes(other)
            continue
        yield child
        yield from _run_nodes(child)
