"""Files and functions stay short enough to be read in one go."""

import ast
import io
import tokenize
from pathlib import Path

from tests.house.source import Function, functions, place, python_files

LINES_OF_A_FILE = 400
LINES_OF_CODE_OF_A_FUNCTION = 60
SILENT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def lines_with_code(text: str) -> set[int]:
    """The numbers of the lines that hold more than white space and comments."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in SILENT:
            lines.update(range(token.start[0], token.end[0] + 1))
    return lines


def lines_of_code(function: Function, lines: set[int]) -> int:
    """How many lines of code a function has, its docstring and those of functions within it left out."""
    own = lines & set(range(function.lineno, (function.end_lineno or function.lineno) + 1))
    for node in ast.walk(function):
        if isinstance(node, Function | ast.ClassDef) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            own -= set(range(docstring.lineno, (docstring.end_lineno or docstring.lineno) + 1))
    return len(own)


def lengths_of_functions(path: Path) -> list[tuple[int, str]]:
    """Lines of code, and name with place, of every function in a file."""
    lines = lines_with_code(path.read_text(encoding="utf-8"))
    return [(lines_of_code(each, lines), f"{place(path, each)} {each.name}") for each in functions(path)]


def test_no_file_is_too_long() -> None:
    """A file that outgrew the budget holds two things: split it."""
    lengths = {
        place(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files("src", "tests", "benchmarks", "tools")
    }
    assert {name: length for name, length in lengths.items() if length > LINES_OF_A_FILE} == {}


def test_no_function_is_too_long() -> None:
    """A function that outgrew the budget has steps that deserve names."""
    found = [
        each
        for path in python_files("src", "tests", "benchmarks", "tools")
        for each in lengths_of_functions(path)
    ]
    assert [each for each in found if each[0] > LINES_OF_CODE_OF_A_FUNCTION] == []


def test_docstrings_comments_and_blank_lines_cost_nothing() -> None:
    """Explaining is free: the budget counts code alone."""
    text = 'def f(a):\n    """1.\n\n    2.\n    """\n    # why\n\n    b = """x\n    y"""\n    return a, b\n'
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert lines_of_code(function, lines_with_code(text)) == 4
