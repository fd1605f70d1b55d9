"""The verb `kizuna ledger`: keep a record that nobody can rewrite, and prove that nobody did."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from kizuna.cli.outputs import check_output
from kizuna.command import keys as key_files
from kizuna.command.keys import Keys, Register, read_register
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.merge import merged
from kizuna.command.verify import Verified, verify_all, vouched
from kizuna.errors import InputError
from kizuna.files import write_text
from kizuna.geo.time import format_utc

ledger = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    epilog="Example: kizuna ledger verify JPN.ledger USA.ledger AUS.ledger",
)

_Folder = Annotated[Path, typer.Option("--keys", help="Folder of private keys.", metavar="DIR")]
_Ledgers = Annotated[list[Path], typer.Argument(help="The ledgers.", metavar="LEDGER...")]
_Public = Annotated[
    Path | None,
    typer.Option("--keys", help="Register of public keys that you trust.", metavar="PUBLIC.json"),
]

_LINE = 'an object such as {"time_s": 1893456000, "post": "JPN-duty", "kind": "note", "body": {}}'


@ledger.callback()
def record() -> None:
    """Keep ledgers of what posts and nodes decided, and prove that nothing in them was altered."""


@ledger.command()
def keys(
    folder: Annotated[Path, typer.Argument(help="Where the keys go.", metavar="DIR")],
    name: Annotated[list[str], typer.Argument(help="Nodes and posts.", metavar="NAME...")],
) -> None:
    """Make a key for each node and post, and the register of the public ones.

    Example: kizuna ledger keys keys JPN JPN-duty
    """
    key_files.make(folder, name)
    print(
        f"{len(name)} keys made; {folder / key_files.PUBLIC} is for everybody, NAME.pem for its post alone."
    )


@ledger.command()
def write(
    ledger: Annotated[Path, typer.Argument(help="Made when it isn't there.", metavar="LEDGER")],
    lines: Annotated[
        Path, typer.Argument(help="What to write, a JSON object a line.", metavar="LINES.jsonl")
    ],
    node: Annotated[str, typer.Option(help="Whose ledger it is.", metavar="NAME")],
    keys: _Folder,
) -> None:
    """Sign lines by their posts and add them to a ledger, all or none.

    A line says when, who, what kind, and what: {"time_s": S, "post": NAME, "kind": WORD, "body": {}}.

    Example: kizuna ledger write JPN.ledger lines.jsonl --node JPN --keys keys
    """
    drafts = [_draft(lines, number, line) for number, line in enumerate(_text(lines).splitlines(), 1)]
    if not drafts:
        raise InputError(str(lines), "", "is empty", _LINE)
    with Ledger(ledger, node, Keys.read(keys), drafts[0].time_s, _register(keys)) as held:
        held.append_all(drafts)
    print(f"{len(drafts)} {'entry' if len(drafts) == 1 else 'entries'} written to {ledger}.")


@ledger.command()
def exchange(ledgers: _Ledgers, keys: _Folder) -> None:
    """Write the signed head of each ledger into all the others, so that no node can rewrite its past alone.

    Example: kizuna ledger exchange JPN.ledger USA.ledger --keys keys
    """
    checked = verify_all(ledgers)
    now_s = max(each.entries[-1].stamp.time_s for each in checked)
    held = Keys.read(keys)
    opened = [Ledger(each.file, each.node, held, now_s, _register(keys)) for each in checked]
    heads = [each.head() for each in opened]
    for each in opened:
        for head in heads:
            if head.ledger != each.node:
                each.keep(head, now_s)
        each.close()
    print(f"{len(opened)} ledgers hold each other's heads.")


@ledger.command()
def verify(ledgers: _Ledgers, keys: _Public = None) -> None:
    """Prove that nothing in ledgers was altered, or name the first entry that is wrong.

    One ledger alone proves order and authorship. Several prove each other's completeness as well.

    Example: kizuna ledger verify JPN.ledger USA.ledger --keys keys/public.json
    """
    checked = verify_all(ledgers, read_register(keys) if keys else None)
    for each in checked:
        print(f"{each.file}: {_proved(each)}")
    if keys is None:
        print("Whose keys these are was not proved: the ledgers' own were believed (--keys).")
    for node, count in vouched(checked).items():
        total = max(len(each.entries) for each in checked if each.node == node)
        print(
            f"{node}: the others vouch for entries 0 to {count - 1} of {total - 1}."
            if count
            else f"{node}: no other ledger here vouches for any entry, so the last ones could be missing."
        )


@ledger.command()
def merge(
    ledgers: _Ledgers,
    out: Annotated[
        Path | None, typer.Option(help="Instead of standard output.", metavar="FILE.jsonl")
    ] = None,
) -> None:
    """Write the entries of several ledgers in one order that respects cause and effect, a JSON object a line.

    Example: kizuna ledger merge JPN.ledger USA.ledger --out all.jsonl
    """
    if out is not None:
        check_output("--out", out, ledgers)
    checked = verify_all(ledgers)
    text = "".join(f"{entry.canonical().decode()}\n" for entry in merged([each.entries for each in checked]))
    if out is None:
        print(text, end="")
    else:
        write_text(out, text)


def _proved(held: Verified) -> str:
    """What was proved of a ledger, as a sentence."""
    last = format_utc(held.entries[-1].stamp.time_s)
    posts = len({entry.post for entry in held.entries})
    rest = "" if held.compared else "; its file was written by another SQLite and not compared byte for byte"
    return (
        f"{len(held.entries)} entries of {held.node} in order, each signed by its post ({posts} in all), "
        f"the last at {last}{rest}."
    )


def _register(folder: Path) -> Register:
    path = folder / key_files.PUBLIC
    return read_register(path) if path.exists() else {}


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(str(path), "", f"can't be read ({error})", "lines of JSON in UTF-8") from None


def _draft(path: Path, number: int, line: str) -> Draft:
    """What a line asks to be written."""
    place = f"line {number}"
    try:
        asked: Any = json.loads(line)
    except ValueError:
        raise InputError(str(path), place, "is not JSON", _LINE) from None
    kinds: dict[str, type | tuple[type, ...]] = {
        "time_s": (int, float),
        "post": str,
        "kind": str,
        "body": dict,
    }
    if not isinstance(asked, dict) or set(asked) != set(kinds):
        raise InputError(str(path), place, "is not what an entry is made of", _LINE)
    for name, kind in kinds.items():
        if not isinstance(asked[name], kind) or isinstance(asked[name], bool):
            raise InputError(str(path), f"{place}, key {name}", "is of the wrong kind", _LINE)
    if not 0.0 <= asked["time_s"] <= 1e10:
        problem = f"{asked['time_s']:g} is out of bounds"
        raise InputError(str(path), f"{place}, key time_s", problem, "s since 1970-01-01 UTC, up to 1e10")
    return Draft(float(asked["time_s"]), asked["post"], asked["kind"], asked["body"])
