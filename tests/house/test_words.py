"""Everything says what it is for: files, functions, arguments, and kernels most of all."""

import ast
import re
import tomllib
from pathlib import Path

import pytest
from tests.house.source import (
    PACKAGE,
    ROOT,
    Function,
    arguments,
    place,
    public_things,
    python_files,
    tree,
)

UNITS = ("_m", "_m2", "_s", "_s2", "_deg", "_rad", "_mps", "_hz", "_per_s")
KERNELS = [path for path in python_files("src/kizuna/kernels") if path.name != "__init__.py"]


def opening(docstring: str | None) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join((docstring or "").strip().split("\n\n")[0].split())


def test_each_file_opens_with_one_sentence() -> None:
    """The sentence says what the file is for; a file that needs two does two things."""
    wrong = []
    for path in python_files("src", "tests", "benchmarks", "tools"):
        sentence = opening(ast.get_docstring(tree(path)))
        if not sentence.endswith(".") or re.search(r"\. [A-Z]", sentence):
            wrong.append(f"{place(path)}: {sentence or 'no docstring'}")
    assert wrong == []


def test_everything_public_is_documented() -> None:
    """Whoever may call it may read what it does."""
    wrong = [
        f"{place(path, thing)} {thing.name}"
        for path in python_files("src")
        for thing in public_things(path)
        if not ast.get_docstring(thing) and not is_overload(thing)
    ]
    assert wrong == []


def is_overload(thing: Function | ast.ClassDef) -> bool:
    """Whether this is one of several signatures of a function that stands below."""
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in thing.decorator_list)


def test_everything_public_is_annotated() -> None:
    """Types are in every signature that others may call."""
    wrong = [
        f"{place(path, thing)} {thing.name}"
        for path in python_files("src")
        for thing in public_things(path)
        if isinstance(thing, Function)
        and (thing.returns is None or any(argument.annotation is None for argument in arguments(thing)))
    ]
    assert wrong == []


@pytest.mark.parametrize("path", KERNELS, ids=lambda path: path.stem)
def test_a_kernel_explains_bare_arguments(path: Path) -> None:
    """Arrays have a shape in the signature or the docstring, arguments a unit in the name or a word."""
    wrong = []
    for function in public_things(path):
        text = ast.get_docstring(function) or ""
        for argument in arguments(function) if isinstance(function, Function) else []:
            where = f"{place(path, function)} {function.name}: {argument.arg}"
            named = re.search(rf"\b{argument.arg}", text, re.IGNORECASE)
            if named is None and not argument.arg.endswith(UNITS):
                wrong.append(f"{where} has no unit in its name and no word in the docstring")
            bare = ast.unparse(argument.annotation or ast.Constant("")).endswith(("Float", "]"))
            if bare and (named is None or re.search(r"\([0-9A-Z][^()]*\)", text[named.start() :]) is None):
                wrong.append(f"{where} has no shape, neither in the signature nor in the docstring")
    assert wrong == []


def test_the_front_door_holds_exactly_these_names() -> None:
    """A new name at the front door is a promise to keep: it is made here, on purpose."""
    promised: set[str] = set()
    held = {
        name.asname or name.name
        for node in ast.walk(tree(PACKAGE / "__init__.py"))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    held |= {
        target.id
        for node in tree(PACKAGE / "__init__.py").body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    held |= {thing.name for thing in public_things(PACKAGE / "__init__.py")}
    assert held == promised


def test_a_room_opens_with_its_sentence_and_nothing_else() -> None:
    """What a room needs is imported file by file: commands start fast, and the contracts see every import."""
    wrong = [place(path) for path in sorted(PACKAGE.glob("*/__init__.py")) if len(tree(path).body) != 1]
    assert wrong == []


def test_the_lock_is_in_step_with_the_project() -> None:
    """`uv sync --frozen` doesn't look whether the lock is old, so this does."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    packages = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    locked = next(package for package in packages if package["name"] == "kizuna")

    def written(entry: dict[str, str]) -> str:
        return entry["name"] + entry.get("specifier", "")

    def normal(wanted: list[str]) -> set[str]:
        return {re.sub(r"(?<=[a-z])[-_.]+(?=[a-z])", "-", requirement) for requirement in wanted}

    groups = locked["metadata"]["requires-dev"]
    extras = project["project"].get("optional-dependencies", {})
    assert {written(entry) for entry in locked["metadata"]["requires-dist"]} == normal(
        sum(extras.values(), project["project"]["dependencies"])
    )
    assert {name: {written(entry) for entry in entries} for name, entries in groups.items()} == {
        name: normal(wanted) for name, wanted in project["dependency-groups"].items()
    }
