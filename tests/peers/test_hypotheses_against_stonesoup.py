"""The best global hypothesis is as good as Stone Soup's multi-frame assignment finds it, or better."""

import numpy as np
import pytest
from stonesoup.dataassociator.mfa import (
    MAX_ITERATION_COUNT,
    AlgorithmState,
    Hyp,
    algorithm_step,
    init_hyp_info,
)
from tests.kernels.test_packing import ROUNDING, settle, worth

from kizuna.seeds import generator

SCANS, PLOTS = 3, 4


def histories(random, trees):
    """For each tree some leaves: a value, and the plot of each scan from 1 on, 0 for none."""
    made = []
    for _ in range(trees):
        leaves = [(0.0, (0,) * SCANS)]
        for plots in {tuple(random.integers(0, PLOTS + 1, SCANS).tolist()) for _ in range(8)}:
            used = np.count_nonzero(plots)
            if used:
                leaves.append((float(random.normal(6.0 * used, 2.0)), plots))
        made.append(leaves)
    return made


def theirs(trees):
    """Worth of the hypothesis that Stone Soup's algorithm ends with."""
    hypotheses = [
        Hyp.create(t, -value, plots, SCANS) for t, leaves in enumerate(trees) for value, plots in leaves
    ]
    info = init_hyp_info(hypotheses, SCANS)
    state = AlgorithmState.initialise(SCANS, len(info.hyps))
    for _ in range(MAX_ITERATION_COUNT):
        algorithm_step(state, info)
        if state.should_break:
            break
    return -sum(info.hyps[i].cost for i in state.get_best_hypothesis_indices())


def ours(trees):
    """Worth of ours: a plot is an item, numbered over all scans."""
    items = [
        [
            (value, [PLOTS * scan + plot - 1 for scan, plot in enumerate(plots) if plot])
            for value, plots in leaves
        ]
        for leaves in trees
    ]
    return worth(settle(items, SCANS * PLOTS)[0])


@pytest.mark.filterwarnings("ignore:Infeasible primal problem")
def test_multi_frame_assignment():
    """Theirs stops after ten rounds with what it has; the optimum is ours, as enumeration tells elsewhere."""
    apart = []
    for seed in range(25):
        trees = histories(generator(seed, "frames"), 4)
        apart.append(ours(trees) - theirs(trees))
    assert min(apart) > -ROUNDING
    assert np.count_nonzero(np.abs(apart) < ROUNDING) >= 20
