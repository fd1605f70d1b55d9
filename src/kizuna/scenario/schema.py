"""JSON Schema of the files that people write for exercises."""

from kizuna.forms.schema import Schema, schema_of
from kizuna.scenario.model import Exercise
from kizuna.scenario.sensor import SensorList


def exercise_schema() -> Schema:
    """JSON Schema (draft 2020-12) of exercise files; each number's unit stands in its description."""
    return schema_of(Exercise)


def sensors_schema() -> Schema:
    """JSON Schema (draft 2020-12) of the file of sensors that `kizuna track` reads."""
    return schema_of(SensorList)
