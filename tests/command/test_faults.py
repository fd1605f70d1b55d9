"""Whatever is done to a ledger is found, and the first wrong entry is named."""

from pathlib import Path

import pytest
from tests.command.faults import FAULTS, STRANGER, rewritten
from tests.command.made import KEYS, NOW_S, Fault, entries, note, opened, three
from tests.docs.page import DOCS

from kizuna.command.entry import Seen, digest_of
from kizuna.command.keys import Keys
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.verify import verify, verify_all, vouched
from kizuna.errors import InputError

PAGE = DOCS / "reference" / "ledger.md"
BEGIN, END = "<!-- faults -->\n", "<!-- end of faults -->\n"


def refusal(paths: list[Path], trusted: dict[str, str] | None = None) -> str:
    """What is said, without the folder."""
    with pytest.raises(InputError) as caught:
        verify_all(paths, trusted)
    return str(caught.value).replace(f"{paths[0].parent}/", "")


def table() -> str:
    """The faults as the page shows them."""
    lines = ["| What is done to `JPN.ledger` | Found with | What is said |", "|---|---|---|"]
    for fault in FAULTS:
        found = "itself" if fault.alone else "`USA.ledger`"
        lines.append(f"| {fault.what} | {found} | {fault.says.split('; expected')[0]} |")
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_fault_is_found(fault: Fault, tmp_path: Path) -> None:
    japan, america, _ = three(tmp_path)
    verify_all([japan, america])
    fault.do(japan)
    assert fault.says in refusal([japan] if fault.alone else [japan, america])


@pytest.mark.parametrize("fault", [each for each in FAULTS if not each.alone], ids=lambda fault: fault.what)
def test_what_no_ledger_can_tell_alone_takes_another(fault: Fault, tmp_path: Path) -> None:
    japan, *_ = three(tmp_path)
    fault.do(japan)
    verify(japan)


def test_the_table_on_the_page_is_this_one() -> None:
    written = PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]
    assert written == table(), "python -m tests.command.test_faults writes the table anew"


def test_trusted_keys_tell_a_ledger_that_others_wrote(tmp_path: Path) -> None:
    japan, *_ = three(tmp_path)
    rewritten(japan, STRANGER)
    assert len(verify(japan).entries) == 6
    assert refusal([japan], KEYS.register) == (
        "JPN.ledger: entry 0: names another key of 'AUS' than the trusted keys; expected the same key"
    )


def test_a_node_that_tells_two_stories_is_caught(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with opened(tmp_path / name, "JPN") as ledger:
            ledger.append_all([note("JPN", 1), note("JPN", 2, f"the {name} story")])
    paths = [tmp_path / name / "JPN.ledger" for name in ("one", "other")]
    with pytest.raises(InputError, match="entry 2: 'JPN' has written two entries of this number"):
        verify_all(paths)


def test_a_copy_that_stopped_earlier_is_no_fault(tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with opened(tmp_path, "JPN") as ledger:
        ledger.append(note("JPN", 1))
    (tmp_path / "copy" / "JPN.ledger").write_bytes((tmp_path / "JPN.ledger").read_bytes())
    with opened(tmp_path, "JPN") as ledger:
        ledger.append(note("JPN", 2))
    assert len(verify_all([tmp_path / "copy" / "JPN.ledger", tmp_path / "JPN.ledger"])) == 2


def test_it_is_said_how_far_others_vouch(tmp_path: Path) -> None:
    paths = three(tmp_path)
    assert vouched(verify_all(paths)) == {"JPN": 3, "USA": 3, "AUS": 3}
    assert vouched(verify_all(paths[:1])) == {"JPN": 0}


def test_an_answer_from_before_the_question_is_caught(tmp_path: Path) -> None:
    """A node whose clock is behind must set it forward when it hears of an entry; this one didn't."""
    with opened(tmp_path, "USA") as america, opened(tmp_path, "JPN") as japan:
        asked = america.append(note("USA", 500))
        seen = Seen("USA", asked.number, digest_of(asked.canonical()))
        japan.append(Draft(NOW_S + 1, "JPN-duty", "answer", {}, (seen,)))
    paths = [tmp_path / "JPN.ledger", tmp_path / "USA.ledger"]
    assert refusal(paths) == (
        "JPN.ledger: entry 1: was written before entry 1 of 'USA', which it answers; expected after it"
    )


def test_keys_of_a_stranger_do_not_open_a_ledger(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN"):
        pass
    with pytest.raises(InputError, match="knows another key of 'JPN'"):
        Ledger(tmp_path / "JPN.ledger", "JPN", STRANGER, NOW_S)
    with pytest.raises(InputError, match="is the ledger of 'JPN'; expected that of 'USA'"):
        Ledger(tmp_path / "JPN.ledger", "USA", KEYS, NOW_S)


def test_a_post_without_a_key_writes_nothing(tmp_path: Path) -> None:
    with opened(tmp_path, "JPN") as ledger:
        with pytest.raises(InputError, match="holds no key of 'KES-duty'"):
            ledger.append_all([note("JPN", 1), note("KES", 2)])
        ledger.append(note("JPN", 3))
    assert [entry.number for entry in entries(tmp_path / "JPN.ledger")] == [0, 1]
    assert len(verify(tmp_path / "JPN.ledger").entries) == 2


def test_keys_that_come_later_are_named_by_the_node(tmp_path: Path) -> None:
    path = tmp_path / "JPN.ledger"
    with Ledger(path, "JPN", Keys.of_exercise(1, ["JPN"]), NOW_S):
        pass
    with opened(tmp_path, "JPN") as ledger:
        ledger.append(note("JPN", 1))
    assert [entry.kind for entry in verify(path).entries] == ["keys", "keys", "note"]


if __name__ == "__main__":
    before, rest = PAGE.read_text(encoding="utf-8").split(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.split(END)[1], encoding="utf-8")
