"""Any record can be read from YAML, with sentences about what is wrong in the file."""

import pytest

from kizuna.errors import InputError
from kizuna.forms.explain import Flaw
from kizuna.forms.keys import LatDeg, Record, key
from kizuna.forms.read import refuse, validated
from kizuna.forms.yaml import load


class Place(Record):
    """A place."""

    lat_deg: LatDeg = key("Latitude", "deg")
    name: str = key("Its name", default="")


def test_a_record_is_read_and_its_first_flaw_told(tmp_path):
    """The line, the key, what is there and what would do."""
    path = tmp_path / "place.yaml"
    path.write_text("name: pole\nlat_deg: -89.5\n", encoding="utf-8")
    data, lines = load(path)
    assert validated(Place, data, lines, "place.yaml") == Place(lat_deg=-89.5, name="pole")
    with pytest.raises(InputError, match="^place.yaml: line 1, key name: is odd; expected a pole$"):
        refuse([Flaw(("lat_deg",), "no"), Flaw(("name",), "is odd", "a pole")], lines, "place.yaml")
    path.write_text("name: pole\nlat_deg: -98.5\n", encoding="utf-8")
    with pytest.raises(
        InputError, match="line 2, key lat_deg: -98.5 is out of bounds; expected a number from -90 to 90 deg"
    ):
        validated(Place, *load(path), "place.yaml")


def test_a_file_without_keys_names_one_that_it_should_hold(tmp_path):
    """Each kind of file has its own."""
    path = tmp_path / "empty.yaml"
    path.write_text("", encoding="utf-8")
    with pytest.raises(InputError, match="is empty; expected keys such as `stations:`"):
        load(path, "stations")
