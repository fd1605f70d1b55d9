"""`kizuna schema`: print the JSON Schema of exercise files, so that editors complete and check them."""

import json
from typing import Annotated

import typer


def schema(
    sensors: Annotated[
        bool, typer.Option("--sensors", help="The file of sensors that `kizuna track` reads, instead.")
    ] = False,
    organisation: Annotated[
        bool, typer.Option("--organisation", help="The file of a command structure, instead.")
    ] = False,
) -> None:
    """Print the JSON Schema of exercise files, so that an editor completes keys and shows units.

    Example: kizuna schema > exercise.schema.json
    """
    from kizuna.command.read import organisation_schema
    from kizuna.scenario.schema import exercise_schema, sensors_schema

    held = organisation_schema() if organisation else sensors_schema() if sensors else exercise_schema()
    print(json.dumps(held, indent=2, ensure_ascii=False))
