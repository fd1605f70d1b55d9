"""Look for canaries in every byte that leaves the nodes of random alliances: 100,000 cases."""

import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.nodes.alliance import Alliance  # noqa: E402

CASES = 100_000


def main() -> None:
    """Play alliances until there are enough cases, and tell how many leaks were found."""
    begun_s = time.perf_counter()
    cases = seed = messages = size = leaks = 0
    while cases < CASES:
        alliance = Alliance(seed)
        alliance.run()
        found = alliance.leaks()
        for leak in found:
            print(leak)
        cases, seed, leaks = cases + alliance.cases, seed + 1, leaks + len(found)
        messages += len(alliance.sent)
        size += sum(len(sent.blob) for sent in alliance.sent)
    print(
        f"{cases:,} cases in {seed} alliances, {messages:,} messages of {size / 1e6:.0f} MB: {leaks} leaks, "
        f"in {time.perf_counter() - begun_s:.0f} s"
    )


if __name__ == "__main__":
    main()
