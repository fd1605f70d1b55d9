"""Biases of radars are found from the flights that they have in common, and their tracks come together."""

from dataclasses import replace

import numpy as np
import pytest
from benchmarks.gospa import mean_gospa
from scipy.stats import chi2
from tests.tracking.follow import follow
from tests.tracking.sky import START_S, Sky, hear, places, radars, receiver, together, watch

from kizuna.messages.detection import Detections
from kizuna.messages.sensor import Sensors
from kizuna.tracking.registration import estimate

BIASED = {0: (300.0, 0.3, 0.5), 2: (-300.0, -0.3, -0.5), 4: (300.0, -0.3, 0.5)}
"""Metres, degrees and seconds of three radars in six."""
CUTOFF_M = 1_000.0
CHANCE = 1e-4


def spoilt(detections, biases):
    """Detections as biased radars say them; in order of what their clocks say."""
    values = np.zeros((len(detections.sensor.names) + 1, 3))
    for radar, bias in biases.items():
        values[detections.sensor.code(f"radar{radar}")] = bias
    taken = values[detections.sensor.codes]
    made = replace(
        detections,
        time=detections.time + taken[:, 2],
        range_m=detections.range_m + taken[:, 0],
        azimuth_deg=(detections.azimuth_deg + taken[:, 1]) % 360.0,
    )
    return made.take(np.argsort(made.time, kind="stable"))


def expected(biases, count):
    """(S, 3) in metres, degrees and seconds, clocks relative to their median."""
    values = np.array([biases.get(k, (0.0, 0.0, 0.0)) for k in range(count)])
    values[:, 2] -= np.median(values[:, 2])
    return values


def in_degrees(values):
    return values * [1.0, np.degrees(1.0), 1.0]


def test_three_biased_radars_in_six():
    """300 m, 0.3° and 0.5 s: found, and GOSPA is within a tenth of that without biases."""
    sky, sensors, times_s = Sky.of(60, 1), radars(6, clutter_per_scan=5.0), np.arange(10.0, 121.0, 5.0)
    clean = watch(sky, sensors, 125.0, 1)
    dirty = spoilt(clean, BIASED)
    found = estimate(sensors, dirty)
    away = in_degrees(found.value) - expected(BIASED, 6)
    assert (np.abs(away) < [10.0, 0.02, 0.1]).all()
    assert (np.abs(away) < 4.5 * in_degrees(found.sigma)).all()
    assert found.significant[[0, 2, 4]].all()
    assert not found.significant[[1, 3, 5]].any()
    truth = {float(t): sky.places(START_S + t) for t in times_s}
    score = {}
    for name, detections in (("clean", clean), ("dirty", dirty), ("corrected", found.correct(dirty))):
        pictures = follow(sensors, detections, times_s)
        held = {float(t): places(tracks).reshape(-1, 3) for t, tracks in zip(times_s, pictures, strict=True)}
        score[name] = mean_gospa(truth, held, CUTOFF_M).metric_m
    assert score["dirty"] > 2.0 * score["clean"]
    assert score["corrected"] < 1.1 * score["clean"]


@pytest.mark.parametrize("which", range(3), ids=["range", "azimuth", "clock"])
def test_one_bias_of_one_radar(which):
    bias = np.zeros(3)
    bias[which] = (200.0, 0.25, 0.6)[which]
    sky, sensors = Sky.of(60, 2), radars(4)
    found = estimate(sensors, spoilt(watch(sky, sensors, 125.0, 2), {1: tuple(bias)}))
    away = in_degrees(found.value) - expected({1: tuple(bias)}, 4)
    assert found.significant[1, which]
    assert abs(in_degrees(found.value)[1, which]) > 0.7 * bias[which]
    assert (np.abs(away) < 4.5 * in_degrees(found.sigma)).all()


def test_position_reports_are_the_reference():
    """A radar alone, and its clock, told by what aircraft say of themselves."""
    sky, radar, listening = Sky.of(60, 3), radars(1), receiver()
    sensors = Sensors.join([radar, listening])
    plots = spoilt(watch(sky, radar, 125.0, 3), {0: (150.0, -0.2, 0.4)})
    found = estimate(sensors, together(plots, hear(sky, listening, 125.0, 3)))
    assert (np.abs(in_degrees(found.value)[0] - (150.0, -0.2, 0.4)) < (15.0, 0.02, 0.1)).all()
    assert not found.significant[1].any()


def test_without_biases_nothing_is_corrected():
    sky, sensors = Sky.of(60, 4), radars(4)
    detections = watch(sky, sensors, 125.0, 4)
    found = estimate(sensors, detections)
    assert not found.significant.any()
    assert found.sentences() == []
    after = found.correct(detections)
    for name in ("time", "range_m", "azimuth_deg"):
        assert np.array_equal(getattr(after, name), getattr(detections, name), equal_nan=True)


def test_a_radar_alone_tells_nothing_of_itself():
    sky, sensors = Sky.of(40, 5), radars(1)
    found = estimate(sensors, spoilt(watch(sky, sensors, 125.0, 5), {0: (300.0, 0.3, 0.5)}))
    assert not found.significant.any()


@pytest.mark.slow
def test_the_uncertainty_is_honest():
    """Twelve skies: squared errors of ranges and azimuths over their variances, by chi-square."""
    squares = []
    for seed in range(12):
        sky, sensors = Sky.of(50, seed), radars(4)
        found = estimate(sensors, spoilt(watch(sky, sensors, 95.0, seed), {1: (250.0, 0.2, 0.3)}))
        away = in_degrees(found.value) - expected({1: (250.0, 0.2, 0.3)}, 4)
        squares.append((away / in_degrees(found.sigma))[:, :2] ** 2)
    count = np.size(squares)
    # Biases of one sky share their sky: a wide band, that a wrong factor of two in sigma still leaves.
    low, high = chi2.ppf([CHANCE, 1.0 - CHANCE], count / 4.0) * 4.0 / count
    assert low < np.mean(squares) < high


def test_sentences_name_sensor_and_bias():
    sky, sensors = Sky.of(60, 6), radars(4)
    found = estimate(sensors, spoilt(watch(sky, sensors, 95.0, 6), {3: (400.0, 0.0, 0.0)}))
    (sentence,) = found.sentences()
    assert sentence.startswith("sensor 'radar3' is biased and corrected: range +")
    assert "clock" not in sentence


def test_nothing_to_go_by():
    found = estimate(radars(2), Detections.empty())
    assert not found.significant.any()
