"""Which ground is meant: elevation models in files, or a made-up south pole, as keys of a file."""

from pathlib import Path
from typing import Annotated

from pydantic import Strict

from kizuna.errors import InputError
from kizuna.forms.keys import Record, Text, key
from kizuna.lunar.elevation import read_elevation
from kizuna.lunar.synthetic import summit_m, synthetic_terrain
from kizuna.lunar.terrain import Terrain


class Ground(Record):
    """Where the terrain comes from: `files`, or `synthetic` with its size."""

    files: Annotated[tuple[Text, ...], Strict(False)] = key(
        "Elevation models from fine to coarse; a relative path counts from this file's folder", default=()
    )
    synthetic: int | None = key("Seed of a made-up south pole, around its summit", "1", None, ge=0)
    cells: int = key("Rows and columns of the made-up map", "1", 400, ge=16, le=4000)
    cell_m: float = key("Size of its cells", "m", 20.0, gt=0.0, le=1000.0)

    def terrain(self, folder: Path) -> Terrain:
        """Read it or make it; relative paths count from a folder.

        Raises
        ------
        InputError
            When neither or both are given, or a file is no elevation model.
        """
        if bool(self.files) == (self.synthetic is not None):
            found = "files and synthetic are both" if self.files else "neither files nor synthetic is"
            raise InputError("ground", "", f"{found} given", "one of them")
        if self.synthetic is not None:
            centre_m = summit_m(self.synthetic)
            return synthetic_terrain(self.synthetic, cells=self.cells, step_m=self.cell_m, centre_m=centre_m)
        near, *far = [read_elevation(folder / path) for path in self.files]
        return Terrain(near, tuple(far))
