"""How many signed entries a second a ledger takes, each on the disk when it is acknowledged."""

import os
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kizuna.command.keys import Keys
from kizuna.command.ledger import Draft, Ledger
from kizuna.command.verify import verify

KEYS = Keys.of_exercise(1, ["JPN", "JPN-duty"])
NOW_S = 1.9e9
ENTRIES = 20_000
ROUNDS = 3


def draft(number: int) -> Draft:
    """An entry of the size that an order has."""
    body = {"order": f"JPN-{number}", "action": "warn_public", "about": "T12", "lat_deg": 34.23}
    return Draft(NOW_S + number * 1e-3, "JPN-duty", "order", body)


def in_batches(ledger: Ledger, size: int, entries: int) -> None:
    """Write entries so many at a time."""
    for first in range(0, entries, size):
        ledger.append_all([draft(number) for number in range(first, first + size)])


def by_threads(ledger: Ledger, threads: int, entries: int) -> None:
    """Write entries one by one from many threads, each of which waits until its own is on the disk."""
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda number: ledger.append(draft(number)), range(entries)):
            pass


def disk(folder: Path) -> float:
    """How often a second this disk makes 600 bytes durable, one after the other."""
    with (folder / "plain").open("wb", buffering=0) as file:
        began_s = time.perf_counter()
        for _ in range(200):
            file.write(b"x" * 600)
            os.fdatasync(file.fileno())
        return 200 / (time.perf_counter() - began_s)


def main() -> None:
    """Measure, and print the best of some rounds of each."""
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as name:
        folder = Path(name)
        print(f"this disk alone: {disk(folder):,.0f} waits a second")
        for what, work, entries in (
            ("one at a time", lambda held, n: in_batches(held, 1, n), ENTRIES // 20),
            ("64 threads, one at a time each", lambda held, n: by_threads(held, 64, n), ENTRIES),
            ("in batches of 100", lambda held, n: in_batches(held, 100, n), ENTRIES),
            ("in batches of 1,000", lambda held, n: in_batches(held, 1_000, n), ENTRIES),
        ):
            best = 0.0
            for turn in range(ROUNDS):
                with Ledger(folder / f"{what}-{turn}", "JPN", KEYS, NOW_S) as ledger:
                    began_s = time.perf_counter()
                    work(ledger, entries)
                    best = max(best, entries / (time.perf_counter() - began_s))
            print(f"{what}: {best:,.0f} entries a second")
        began_s = time.perf_counter()
        count = len(verify(folder / f"in batches of 1,000-{ROUNDS - 1}").entries)
        print(f"verified: {count / (time.perf_counter() - began_s):,.0f} entries a second")


if __name__ == "__main__":
    main()
