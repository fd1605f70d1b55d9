"""Plot how large fused errors are against their covariances, on a ring and on a full mesh of five nodes.

Writes docs/explanation/fused-consistency.svg. Four ways to fuse the tracks of five nodes that see the same
objects: tracklets, the two intersections, and naive addition. NEES, the normalised estimation error squared,
has a mean of 6 when covariances are right; above, a picture claims more than it knows.
"""

import sys
from pathlib import Path

import numpy as np
from scipy.stats import chi2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from tests.nodes.network import NODES, Network, Trackers, mesh, ring  # noqa: E402

OBJECTS, START_S, END_S, EVERY_S = 300, 1000.0, 1180.0, 4.0
RULES = {
    "tracklets": "#0072b2",
    "inverse_intersection": "#009e73",
    "intersection": "#cc79a7",
    "naive": "#d55e00",
}
WIDTH, HEIGHT, LEFT, TOP, GAP = 400.0, 260.0, 52.0, 34.0, 44.0
LOWEST, HIGHEST = 1.0, 40.0
TICKS = (1, 2, 4, 6, 10, 20, 40)


def measured(topology: str, rule: str) -> tuple[np.ndarray, np.ndarray, float]:
    """Times since the start, mean NEES of all nodes at each, and RMS position error in m at the end."""
    network = Network({"ring": ring, "mesh": mesh}[topology](), Trackers(OBJECTS, seed=5), rule)
    times, means, squared = [], [], []
    while network.now_s < END_S:
        network.run(network.now_s + EVERY_S)
        found = [network.errors(node) for node in range(len(NODES))]
        times.append(network.now_s - START_S)
        means.append(np.mean([nees.mean() for nees, _ in found]))
        squared.append(np.mean([error.mean() for _, error in found]))
    return np.array(times), np.array(means), float(np.sqrt(np.mean(squared[len(squared) // 3 :])))


def height_of(value: float) -> float:
    """Where a value stands on the logarithmic axis, from the top."""
    share = np.log(value / LOWEST) / np.log(HIGHEST / LOWEST)
    return float(TOP + HEIGHT * (1.0 - share))


def panel(topology: str, left: float, lines: dict[str, tuple[np.ndarray, np.ndarray, float]]) -> list[str]:
    """One diagram as SVG elements."""
    low, high = chi2.ppf([0.025, 0.975], 6 * OBJECTS) / OBJECTS
    top, bottom = height_of(high), height_of(low)
    middle, band = left + WIDTH / 2, bottom - top
    made = [
        f'<text x="{middle}" y="20" text-anchor="middle" font-weight="bold">{topology} of five</text>',
        f'<rect x="{left}" y="{TOP}" width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>',
        f'<rect x="{left}" y="{top:.1f}" width="{WIDTH}" height="{band:.1f}" fill="#cce3f0"/>',
    ]
    for tick in TICKS:
        y = height_of(tick)
        made.append(f'<line x1="{left - 4}" x2="{left}" y1="{y:.1f}" y2="{y:.1f}" stroke="#888"/>')
        made.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{tick}</text>')
    span = END_S - START_S
    for second in range(0, int(span) + 1, 60):
        x = left + WIDTH * second / span
        made.append(f'<text x="{x}" y="{TOP + HEIGHT + 18}" text-anchor="middle">{second} s</text>')
    for rule, (times, means, _) in lines.items():
        points = " ".join(
            f"{left + WIDTH * time / span:.1f},{height_of(mean):.1f}"
            for time, mean in zip(times, means, strict=True)
        )
        made.append(f'<polyline points="{points}" fill="none" stroke="{RULES[rule]}" stroke-width="2"/>')
        y = height_of(means[-1]) - 7.0
        name = rule.replace("_", " ")
        made.append(
            f'<text x="{left + WIDTH - 6}" y="{y:.1f}" text-anchor="end" fill="{RULES[rule]}">{name}</text>'
        )
    return made


def main() -> None:
    """Measure, print a table, and write the plot."""
    low, high = chi2.ppf([0.025, 0.975], 6 * OBJECTS) / OBJECTS
    print(f"95 % band of the mean NEES of {OBJECTS} objects: {low:.2f} to {high:.2f}")
    made: list[str] = []
    for place, topology in enumerate(("ring", "mesh")):
        lines = {rule: measured(topology, rule) for rule in RULES}
        for rule, (times, means, rmse_m) in lines.items():
            later = means[times > (END_S - START_S) / 3.0]
            print(f"{topology:5} {rule:21} NEES {later.mean():6.2f}   RMSE {rmse_m:6.1f} m")
        made += panel(topology, LEFT + place * (WIDTH + GAP), lines)
    width, height = LEFT + 2 * WIDTH + GAP + 16.0, TOP + HEIGHT + 34.0
    text = "\n".join(made)
    (ROOT / "docs" / "explanation" / "fused-consistency.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="{width}" height="{height}" fill="#ffffff"/>\n{text}\n</svg>\n',
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
