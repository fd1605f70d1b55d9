"""Joint association probabilities equal Stone Soup's: its belief propagation, and its exact JPDA on trees."""

import datetime as dt

import numpy as np
import pytest
from stonesoup.dataassociator.probability import JPDA, JPDAwithLBP
from stonesoup.hypothesiser.base import Hypothesiser
from stonesoup.types.detection import Detection, MissedDetection
from stonesoup.types.hypothesis import SingleProbabilityHypothesis
from stonesoup.types.multihypothesis import MultipleHypothesis
from stonesoup.types.numeric import Probability
from stonesoup.types.prediction import StateMeasurementPrediction, StatePrediction
from stonesoup.types.track import Track
from tests.kernels.test_belief import marginals

from kizuna.seeds import generator

ROUNDING = 1e-9
CONVERGED = 1e-15
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


class Given(Hypothesiser):
    """Hypotheses of given weights, whatever the tracks and the detections are."""

    weight: dict

    def hypothesise(self, track, detections, timestamp, **_):
        """Stone Soup's interface: one hypothesis for each detection that has a weight, and one for none."""
        prediction = StatePrediction([[0.0]], timestamp=timestamp)
        expected = StateMeasurementPrediction([[0.0]], timestamp=timestamp)
        missed = MissedDetection(timestamp=timestamp)
        made = [SingleProbabilityHypothesis(prediction, missed, Probability(1.0), expected)]
        for detection in detections:
            weight = self.weight.get((id(track), id(detection)), 0.0)
            if weight > 0.0:
                chance = Probability(weight)
                made.append(SingleProbabilityHypothesis(prediction, detection, chance, expected))
        return MultipleHypothesis(made)


@pytest.mark.parametrize("seed", range(10))
def test_belief_propagation(seed):
    """On graphs full of cycles, where both are approximate in the same way."""
    random = generator(seed, "propagation")
    weight = 10.0 ** random.uniform(-2, 2, (6, 5))
    weight[random.random(weight.shape) < 0.3] = 0.0
    matrix = np.hstack([np.ones((5, 1)), weight.T])
    theirs = JPDAwithLBP._loopy_belief_propagation(matrix, 1, CONVERGED)[:, 1:].T
    assert marginals(weight)[0] == pytest.approx(theirs, abs=ROUNDING)


@pytest.mark.parametrize("seed", range(5))
def test_joint_probabilistic_data_association(seed):
    """On chains, where belief propagation is exact."""
    random = generator(seed, "exact")
    tracks = [Track([StatePrediction([[float(k)]], timestamp=NOW)]) for k in range(4)]
    detections = [Detection([[float(k)]], timestamp=NOW) for k in range(3)]
    weight = np.zeros((3, 4))
    for k in range(3):
        weight[k, k], weight[k, k + 1] = 10.0 ** random.uniform(-2, 2, 2)
    given = Given()
    given.weight = {
        (id(track), id(detection)): weight[row, column]
        for row, detection in enumerate(detections)
        for column, track in enumerate(tracks)
    }
    found = JPDA(given).associate(tracks, detections, NOW)
    ours, _ = marginals(weight)
    for column, track in enumerate(tracks):
        for hypothesis in found[track]:
            if hypothesis:
                row = next(k for k, each in enumerate(detections) if each is hypothesis.measurement)
                assert ours[row, column] == pytest.approx(float(hypothesis.probability), abs=ROUNDING)
