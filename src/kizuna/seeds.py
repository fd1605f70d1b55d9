"""One seed for a run becomes one independent random generator for each of its parts."""

import hashlib

import numpy as np


def generator(seed: int, *part: str | int) -> np.random.Generator:
    """Random generator that belongs to one named part of a run.

    The stream depends on the seed and on the part's own name alone, so that adding a part (a sensor, an
    object) never changes the numbers that another part draws.

    Parameters
    ----------
    seed
        The seed of the run, a non-negative integer.
    part
        The path of names that identifies the part, for example ``("sensor", "zurich", "4b1803")``.

    Returns
    -------
    numpy.random.Generator
        A PCG64 generator, seeded by BLAKE2b of the seed and the path.
    """
    path = "\x1f".join(str(name) for name in (seed, *part))
    digest = hashlib.blake2b(path.encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest, "little")))
