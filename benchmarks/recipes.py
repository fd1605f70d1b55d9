"""How each family is tracked: Stone Soup's tuned numbers, and Kizuna's options."""

from typing import Any

from benchmarks.stonesoup_best import Recipe

RECIPES = {
    "cruise": Recipe(level_q=5.0, vertical_q=0.2, gate=5.0),
    "terminal": Recipe(level_q=20.0, vertical_q=0.2, drop_s=12.0),
    "manoeuvre": Recipe(level_q=1_000.0, vertical_q=10.0),
    "clutter": Recipe(level_q=5.0, points=4, hold_s=8.0),
    "low pd": Recipe(level_q=150.0, vertical_q=0.2, drop_s=16.0),
    "biased": Recipe(level_q=2_000.0, vertical_q=10.0, points=4),
    "ballistic": Recipe(
        accelerating=True,
        level_q=1.0,
        vertical_q=1.0,
        points=3,
        drop_s=12.0,
        level_mps=1_000.0,
        vertical_mps=1_000.0,
    ),
}
"""From `tune_accuracy.py`."""

OPTIONS: dict[str, dict[str, Any]] = {
    "terminal": {"motion": "terminal"},
    "manoeuvre": {"motion": "agile"},
    "biased": {"register": True},
    "ballistic": {"motion": "ballistic"},
}
"""Of `kizuna track`; none elsewhere."""
