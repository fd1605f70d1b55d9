"""What all records of files share: the base record, names, times, and places on the ground."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.config import JsonDict
from pydantic_core import PydanticCustomError

from kizuna.geo.time import parse_utc


def key(description: str, unit: str = "", default: Any = ..., form: str = "", **limits: Any) -> Any:
    """Field whose description, unit and form of text stand in the JSON Schema."""
    extra: JsonDict = {name: text for name, text in (("unit", unit), ("format", form)) if text}
    return Field(default, description=description, json_schema_extra=extra or None, **limits)


class Record(BaseModel):
    """Base of all records of a file: frozen, and unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)


PART: ConfigDict = ConfigDict(extra="forbid", allow_inf_nan=False)
"""What a dataclass must name as its `__pydantic_config__` to be a group of keys in a file."""


def in_order(pair: tuple[float, float]) -> tuple[float, float]:
    """Refuse a pair whose first number is greater than its second."""
    if pair[0] > pair[1]:
        raise PydanticCustomError("order", "the first number is greater than the second")
    return pair


def utc(text: str) -> str:
    """Refuse a text that is not a time."""
    try:
        parse_utc(text)
    except ValueError:
        raise PydanticCustomError("utc", "is not a time") from None
    return text


Name = Annotated[str, Field(pattern=r"^[^\s/\\:.][^\s/\\:]*$")]
"""A name also names folders and stands in lists that are split at spaces."""
Text = Annotated[str, Field(min_length=1)]
Utc = Annotated[str, AfterValidator(utc)]
LatDeg = Annotated[float, Field(ge=-90.0, le=90.0)]
LonDeg = Annotated[float, Field(ge=-180.0, le=180.0)]
