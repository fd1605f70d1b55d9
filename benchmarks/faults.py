"""Do to three live nodes what networks, machines and hostile peers do, and print what came of it.

As root on Linux: python benchmarks/faults.py [--speed 1] [FAULT ...]
"""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.faults.faults import FAULTS, settled, try_
from tests.faults.network import Network
from tests.faults.relay import HOW, missing

FOR_S = {"partition": 60.0, "loss": 30.0, "jitter": 30.0}
LEAST_S = 15.0


def main() -> None:
    """Print the table of faults."""
    parser = argparse.ArgumentParser(description="What comes of faults of live nodes.")
    parser.add_argument("faults", nargs="*", choices=[*FAULTS, []], help="which; all when absent")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds of the exercise in a second")
    asked = parser.parse_args()
    if missing():
        sys.exit(HOW)
    print("| fault | for | the sound agreed | their tracks | memory | all agree after |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, Network(Path(folder), asked.speed) as network:
        settled(network)
        for name in asked.faults or FAULTS:
            made = try_(network, FAULTS[name], FOR_S.get(name, LEAST_S))
            words = (
                made.what,
                f"{made.for_s:.0f} s",
                f"{100.0 * made.kept:.0f} %",
                f"{100.0 * made.least:.0f} to {100.0 * made.most:.0f} %",
                f"{made.growth_mib:+.0f} MiB",
                f"{made.heal_s:.1f} s",
            )
            print("| " + " | ".join(words) + " |", flush=True)


if __name__ == "__main__":
    main()
