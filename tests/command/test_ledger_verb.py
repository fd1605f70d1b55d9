"""What `kizuna ledger` refuses, it refuses in one sentence."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LINE = {"time_s": 1.9e9, "post": "JPN-duty", "kind": "note", "body": {"text": "seen"}}
EXPECTED = 'expected an object such as {"time_s": 1893456000, "post": "JPN-duty", "kind": "note", "body": {}}'


def kizuna(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder."""
    program = Path(sys.executable).with_name("kizuna")
    return subprocess.run(
        [program, "ledger", *words], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys."""
    made = tmp_path_factory.mktemp("ledger")
    assert kizuna(made, "keys", "keys", "JPN", "JPN-duty").returncode == 0
    return made


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", f"line 1: is not JSON; {EXPECTED}"),
        ("[]", f"line 1: is not what an entry is made of; {EXPECTED}"),
        (json.dumps({**LINE, "extra": 1}), f"line 1: is not what an entry is made of; {EXPECTED}"),
        (json.dumps({**LINE, "time_s": "now"}), f"line 1, key time_s: is of the wrong kind; {EXPECTED}"),
        (json.dumps({**LINE, "time_s": True}), f"line 1, key time_s: is of the wrong kind; {EXPECTED}"),
        (
            json.dumps({**LINE, "time_s": -1}),
            "line 1, key time_s: -1 is out of bounds; expected s since 1970-01-01 UTC, up to 1e10",
        ),
        ("", f"is empty; {EXPECTED}"),
    ],
)
def test_a_wrong_line_is_told(folder: Path, line: str, says: str) -> None:
    (folder / "lines.jsonl").write_text(line, encoding="utf-8")
    done = kizuna(folder, "write", "x.ledger", "lines.jsonl", "--node", "JPN", "--keys", "keys")
    place = "lines.jsonl: "
    assert (done.returncode, done.stderr) == (2, f"kizuna: {place}{says}\n")
    assert not (folder / "x.ledger").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["keys", "keys", "JPN"], "keys: holds a key of 'JPN' already; expected another name"),
        (["verify", "none.ledger"], "none.ledger: is not there; expected a file that `kizuna ledger` made"),
        (["verify", "keys"], "keys: is a folder; expected a file that `kizuna ledger` made"),
        (
            ["exchange", "JPN.ledger", "--keys", "none"],
            "none: holds no key; expected files NAME.pem, as `kizuna ledger keys` makes",
        ),
        (
            ["verify", "JPN.ledger", "--keys", "lines.jsonl"],
            "lines.jsonl: is no register of keys; expected names and public keys in hexadecimal",
        ),
        (
            ["merge", "JPN.ledger", "--out", "JPN.ledger"],
            "--out: JPN.ledger is also read, and would be lost; expected another file",
        ),
    ],
)
def test_wrong_arguments_are_told(folder: Path, words: list[str], says: str) -> None:
    (folder / "lines.jsonl").write_text(json.dumps(LINE), encoding="utf-8")
    if not (folder / "JPN.ledger").exists():
        done = kizuna(folder, "write", "JPN.ledger", "lines.jsonl", "--node", "JPN", "--keys", "keys")
        assert done.returncode == 0
    done = kizuna(folder, *words)
    assert done.returncode == 2
    assert done.stderr.startswith(f"kizuna: {says}")
    assert done.stderr.count("\n") == 1


def test_private_keys_are_private(folder: Path) -> None:
    assert {path.stat().st_mode & 0o777 for path in (folder / "keys").glob("*.pem")} == {0o600}
    assert "PRIVATE" not in (folder / "keys" / "public.json").read_text(encoding="utf-8")


def test_merged_entries_are_lines_of_json(folder: Path) -> None:
    (folder / "lines.jsonl").write_text(json.dumps(LINE) + "\n" + json.dumps(LINE), encoding="utf-8")
    kizuna(folder, "write", "two.ledger", "lines.jsonl", "--node", "JPN", "--keys", "keys")
    lines = kizuna(folder, "merge", "two.ledger").stdout.splitlines()
    assert [json.loads(line)["number"] for line in lines] == [0, 1, 2]
