"""Options that several verbs take, with what each one means."""

from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Start: TypeAlias = Annotated[
    str | None,
    typer.Option(
        help="When a recording began that doesn't tell: the day, or the time to within an hour, UTC.",
        metavar="UTC",
        show_default=False,
    ),
]
Listen: TypeAlias = Annotated[
    float, typer.Option(help="How many seconds to listen to udp://ADDRESS:PORT.", metavar="S")
]
Ground: TypeAlias = Annotated[
    list[Path] | None,
    typer.Option(help="Elevation model; give it again for wider, coarser ones.", metavar="FILE"),
]
Synthetic: TypeAlias = Annotated[
    int | None, typer.Option(help="A made-up south pole from this seed instead.", min=0, metavar="SEED")
]
Cells: TypeAlias = Annotated[
    int, typer.Option(help="Rows and columns of the made-up map.", min=16, max=4000, metavar="N")
]
Cell: TypeAlias = Annotated[float, typer.Option(help="Size of its cells, metres.", metavar="M")]
