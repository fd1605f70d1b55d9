"""The project's own Python files as syntax trees, for the tests that read the house."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "kizuna"

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Every Python file under these folders of the project, in order of name."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    """The file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def place(path: Path, node: ast.AST | None = None) -> str:
    """Where something stands, as an editor opens it: path:line."""
    shown = path.relative_to(ROOT).as_posix()
    return f"{shown}:{node.lineno}" if isinstance(node, ast.stmt) else shown


def functions(path: Path) -> Iterator[Function]:
    """Every function of a file, methods and nested ones included."""
    return (node for node in ast.walk(tree(path)) if isinstance(node, Function))


def public_things(path: Path) -> Iterator[Function | ast.ClassDef]:
    """The functions, classes and methods of a file that others may use: no part of their name is private."""
    waiting = list(tree(path).body)
    while waiting:
        node = waiting.pop(0)
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        yield node
        if isinstance(node, ast.ClassDef):
            waiting.extend(node.body)


def arguments(function: Function) -> list[ast.arg]:
    """Every argument of a function but self and cls."""
    given = function.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    every += [argument for argument in (given.vararg, given.kwarg) if argument is not None]
    return [argument for argument in every if argument.arg not in {"self", "cls"}]
