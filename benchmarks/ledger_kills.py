"""Kill a process that writes a ledger at random moments, and look whether anything acknowledged is lost."""

import argparse
import os
import signal
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import numpy as np

from kizuna.command.keys import Keys
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.store import snapshot
from kizuna.command.verify import verify
from kizuna.errors import InputError

KEYS = Keys.of_exercise(1, ["JPN", "JPN-duty"])
NOW_S = 1.9e9
WRITERS = 4
MEAN_LIFE_S = 0.03
KILLS_OF_A_LEDGER = 20
"""Then a new ledger is begun, since all of it is verified after each kill."""


def write(path: Path, told: int) -> None:
    """Write notes from several threads for ever; what is acknowledged goes to a pipe."""
    numbers = count()
    with Ledger(path, "JPN", KEYS, NOW_S) as ledger, ThreadPoolExecutor(WRITERS) as pool:

        def on() -> None:
            while True:
                drafts = [
                    Draft(
                        NOW_S + number, "JPN-duty", "note", {"number": number, "text": "x" * (number % 999)}
                    )
                    for number in (next(numbers) for _ in range(5))
                ]
                entries = ledger.append_all(drafts)
                os.write(told, b"".join(b"%d\n" % entry.number for entry in entries))

        for each in [pool.submit(on) for _ in range(WRITERS)]:
            each.result()


def killed(path: Path, life_s: float) -> tuple[int, int]:
    """Entries that a writer was told are kept before it was killed, and how many of them the ledger lacks."""
    hears, told = os.pipe()
    child = os.fork()
    if not child:
        os.close(hears)
        write(path, told)
        os._exit(0)
    os.close(told)
    with os.fdopen(hears, "rb", buffering=0) as pipe:
        time.sleep(life_s)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        said = pipe.readall()
    # A last line without its end was being told when the kill came.
    numbers = [int(line) for line in said.split(b"\n")[:-1]]
    # Verified as the kill left it; one that came before the first commit left no ledger.
    there = len(verify(path).entries) if numbers or is_begun(path) else 0
    return len(numbers), sum(number >= there for number in numbers)


def is_begun(path: Path) -> bool:
    """Whether a ledger holds anything."""
    try:
        return bool(snapshot(path).rows)
    except InputError:
        return False


def main() -> None:
    """Kill, look, and say what was found; ends with 1 when anything was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    generator = np.random.default_rng(asked.seed)
    acknowledged = lost = 0
    with tempfile.TemporaryDirectory() as folder:
        for kill in range(asked.kills):
            path = Path(folder) / f"{kill // KILLS_OF_A_LEDGER}.ledger"
            more, missing = killed(path, float(generator.exponential(MEAN_LIFE_S)))
            acknowledged, lost = acknowledged + more, lost + missing
    print(f"{asked.kills} kills: {acknowledged:,} entries acknowledged, {lost} of them lost")
    raise SystemExit(lost > 0)


if __name__ == "__main__":
    main()
