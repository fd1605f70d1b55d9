"""Each bad exercise file gives one sentence: line, key, what is there, what was expected instead."""

from collections.abc import Callable
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from kizuna.errors import InputError
from kizuna.scenario.read import read

CASES = YAML(typ="safe").load(Path(__file__).with_name("sentences.yaml"))


@pytest.mark.parametrize("case", CASES["keys"], ids=lambda case: case["says"][:60])
def test_a_wrong_key_is_named_with_the_one_that_was_meant(
    refusal: Callable[[str, str], str], case: dict[str, str]
) -> None:
    assert refusal(case["was"], case["is"]) == case["says"]


@pytest.mark.parametrize("case", CASES["values"], ids=lambda case: case["says"][:60])
def test_a_wrong_value_is_shown_with_what_was_expected(
    refusal: Callable[[str, str], str], case: dict[str, str]
) -> None:
    assert refusal(case["was"], case["is"]) == case["says"]


@pytest.mark.parametrize("case", CASES["parts"], ids=lambda case: case["says"][:60])
def test_parts_that_do_not_fit_together_are_named(
    refusal: Callable[[str, str], str], case: dict[str, str]
) -> None:
    assert refusal(case["was"], case["is"]) == case["says"]


def test_a_recorded_file_that_is_not_there(refusal: Callable[[str, str], str], tmp_path: Path) -> None:
    sentence = refusal("traffic:\n", "traffic:\n  - {source: recorded, file: ../no.parquet}\n")
    assert sentence == (
        "line 18, key traffic[0].file: the recorded file '../no.parquet' is not there; "
        f"expected a Parquet file at a path relative to {tmp_path}"
    )


def test_the_first_of_several_flaws_is_told(refusal: Callable[[str, str], str]) -> None:
    assert refusal("seed: 1", "seed: x\nsede: 3").startswith("line 6, key seed: is the text 'x'")


def test_a_node_that_no_link_reaches_is_right_when_nothing_is_shared(
    right: Path, write: Callable[[str], Path]
) -> None:
    text = right.read_text(encoding="utf-8")
    links = text[text.index("links:") : text.index("variants:")]
    alone = text.replace(links, "").replace("  - {variant: shared, share: detections}\n", "")
    assert read(write(alone)).links == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty; expected keys such as `sensors:`"),
        ("# nothing yet\n", "is empty; expected keys such as `sensors:`"),
        ("- a\n- b\n", "line 1: holds a list; expected keys such as `sensors:`"),
        ("hello", "line 1: holds one value; expected keys such as `sensors:`"),
        (
            "seed: 1\nstart: [\n",
            (
                "line 3: is not YAML (expected the node content, but found '<stream end>'); "
                "expected lines such as `key: value`, indented with spaces"
            ),
        ),
        (
            "seed: 1\n\tstart: 2\n",
            (
                "line 2: is not YAML (there is a tab); "
                "expected lines such as `key: value`, indented with spaces"
            ),
        ),
        (
            "exercise: two\nseed 1\nstart: 2\n",
            (
                "line 2: is not YAML (a key without `: ` after it); "
                "expected lines such as `key: value`, indented with spaces"
            ),
        ),
        (
            "seed: 1\ntitle: Two: and more\n",
            (
                "line 2: is not YAML (a `:` where none can be; text that holds one needs quotes); "
                "expected lines such as `key: value`, indented with spaces"
            ),
        ),
        ("seed: 1\n---\nseed: 2\n", "line 2: is not YAML (but found another document); "),
        ("seed: \x00\n", "is not YAML (unacceptable character #x0000: special characters are not allowed); "),
        ("[" * 5000, "is nested too deep; expected keys and values in YAML"),
        ("sensors: &all [*all]\n", "the key exercise is missing; expected exercise: a name"),
    ],
)
def test_a_file_that_is_no_exercise_at_all(write: Callable[[str], Path], text: str, sentence: str) -> None:
    path = write(text)
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value).startswith(f"{path}: {sentence}")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path / "none.yaml")
    assert str(caught.value) == f"{tmp_path}/none.yaml: is not there; expected a YAML file"


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path)
    assert str(caught.value) == f"{tmp_path}: is a folder; expected a YAML file"


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "two.yaml"
    path.write_bytes(b"PAR1\xff\xfe\x00")
    with pytest.raises(InputError) as caught:
        read(path)
    assert str(caught.value) == f"{path}: is not text; expected a YAML file in UTF-8"
