"""The rover: soil against closed forms and public figures, power against its books, limits on the ground."""

from dataclasses import replace

import numpy as np
import pytest
from tests.lunar.made import grid_of

from kizuna.errors import InputError
from kizuna.kernels.stores import through
from kizuna.lunar.moves import rover_moves
from kizuna.lunar.power import KWH, PowerPlant, Stored, full, step
from kizuna.lunar.rover import LRV, Rover, pace_of
from kizuna.lunar.soil import Soil, Wheel, compaction_n, sinkage_m, slip_on_slope, thrust_n

A_TENTH_OF_A_MILLIMETRE = 1e-4
HUNDREDTH = 0.01


def test_the_lunar_rover_sinks_as_bekker_says():
    """Public figures: 1.83 cm, a resistance of 0.112 of the load, 35 Wh/km of work on the flat."""
    load_n = 700.0 * 1.62 / 4.0
    assert sinkage_m(Soil(), LRV.wheel, load_n) == pytest.approx(0.0183, abs=A_TENTH_OF_A_MILLIMETRE)
    assert compaction_n(Soil(), LRV.wheel, load_n) / load_n == pytest.approx(0.112, rel=HUNDREDTH)
    assert LRV.force_n(0.0) * 1000.0 / 3600.0 == pytest.approx(35.0, rel=0.02)


@pytest.mark.parametrize("n", [0.8, 1.0, 1.2])
def test_pressing_the_soil_down_is_the_work_of_its_pressure(n):
    """R is the integral of Bekker's pressure (k_c/b + k_φ)zⁿ over the rut."""
    soil, wheel, load_n = Soil(n=n), Wheel(1.0, 0.4), 900.0
    depth = np.linspace(0.0, sinkage_m(soil, wheel, load_n), 20_001)
    pressure = (soil.k_c / wheel.width_m + soil.k_phi) * depth**n
    work = wheel.width_m * np.trapezoid(pressure, depth)
    assert compaction_n(soil, wheel, load_n) == pytest.approx(work, rel=1e-6)


def test_slip_balances_thrust_and_need():
    """Where it can climb, what the wheel pushes is what the slope and the soil ask; more slope, more slip."""
    load_n, slope = 2700.0, np.linspace(-5.0, 24.0, 30)
    wheel = Rover().wheel
    slip = slip_on_slope(Soil(), wheel, load_n, slope)
    pressed = load_n * np.cos(np.radians(slope))
    needed = load_n * np.sin(np.radians(slope)) + compaction_n(Soil(), wheel, pressed)
    pushed = thrust_n(Soil(), wheel, pressed, slip)
    assert pushed[slip > 0.0] == pytest.approx(needed[slip > 0.0], rel=1e-6)
    assert np.all(np.diff(slip) >= 0.0)
    assert np.isnan(slip_on_slope(Soil(), wheel, load_n, 40.0))


def test_the_lunar_rover_climbs_what_its_crews_said():
    """20° without difficulty (Apollo 16 mission report), at most 25°."""
    assert LRV.slip(20.0) < 0.5
    assert LRV.slip(25.0) < 1.0
    assert np.isnan(LRV.slip(29.0))
    assert LRV.speed_mps(0.0) == pytest.approx(13.0 / 3.6)


def test_a_published_slip_curve_takes_the_place_of_the_soil():
    """Linear between its points; steeper than its last nothing goes."""
    rover = replace(Rover(), slip_curve=((0.0, 10.0, 20.0), (0.02, 0.2, 0.6)))
    assert rover.slip(15.0) == pytest.approx(0.4)
    assert np.isnan(rover.slip(21.0))
    assert rover.drive_j_per_m(15.0) == pytest.approx(rover.force_n(15.0) / 0.6 / rover.efficiency)


def test_a_full_tank_takes_it_a_thousand_kilometres():
    """The public figure for the six-metre rover: drive alone, on level ground."""
    reach_m = PowerPlant().deliverable_j / Rover().drive_j_per_m(0.0)
    assert 1_000e3 < reach_m < 1_300e3


def test_speed_falls_with_slope_roughness_and_power():
    """And energy grows with slope; downhill nothing comes back."""
    rover, pitch = Rover(), np.linspace(0.0, 18.0, 19)
    assert np.all(np.diff(rover.speed_mps(pitch)) < 0.0)
    assert np.all(np.diff(rover.drive_j_per_m(pitch)) > 0.0)
    assert rover.speed_mps(0.0, 1.0) == pytest.approx(rover.top_speed_mps / 2.0)
    assert rover.drive_j_per_m(-15.0) == 0.0
    weak = replace(rover, drive_w=2_000.0)
    assert weak.speed_mps(5.0) * weak.drive_j_per_m(5.0) == pytest.approx(2_000.0)
    assert pace_of(rover).pitch_deg[[0, -1]].tolist() == [-18.0, 18.0]


def test_steps_keep_the_limits_of_slope_pitch_and_roll():
    """A plane that falls by 16° towards the south: along it too much roll, down and up allowed."""
    grid = grid_of(lambda x, y: np.tan(np.radians(16.0)) * y + 0.0 * x, 20, 20.0, (0.0, 0.0))
    moves = rover_moves(grid, Rover())
    inner = (slice(2, -2), slice(2, -2))
    assert np.isinf(moves.seconds[2][inner]).all()
    assert np.isfinite(moves.seconds[0][inner]).all()
    assert moves.energy_j[0][inner] == pytest.approx(
        20.0 / np.cos(np.radians(16.0)) * Rover().drive_j_per_m(16.0), rel=1e-3
    )
    assert moves.energy_j[4][inner] == pytest.approx(0.0)
    assert np.isinf(rover_moves(grid, replace(Rover(), max_slope_deg=15.0)).seconds).all()
    closed = np.zeros(grid.shape, dtype=bool)
    closed[10, 10] = True
    assert np.isinf(rover_moves(grid, Rover(), closed).seconds[4, 9, 10])


@pytest.mark.parametrize(("supply_w", "load_w"), [(15_000.0, 4_000.0), (0.0, 9_000.0), (3_000.0, 3_000.0)])
def test_the_books_of_energy_balance(supply_w, load_w):
    """What comes in is what is used, stored, lost as heat or left unused."""
    plant = PowerPlant()
    stored = full(plant, 0.5)
    for _ in range(48):
        later = step(plant, stored, supply_w, load_w, 900.0)
        gained = (later.battery_j + later.tank_j - stored.battery_j - stored.tank_j) / 900.0
        unused = supply_w - load_w - gained - later.heat_w + later.missing_w
        assert unused >= -1e-6
        if supply_w < load_w:
            assert unused == pytest.approx(0.0, abs=1e-6)
        stored = later


def test_stores_fill_and_empty_in_their_order():
    """Battery first, both ways; a need that nobody meets is told."""
    plant = PowerPlant()
    filled = step(plant, Stored(0.0, 0.0), 15_000.0, 0.0, 3600.0)
    assert filled.battery_j == pytest.approx(15_000.0 * 3600.0 * 0.97)
    assert filled.tank_j == 0.0
    emptied = step(plant, Stored(1.0 * KWH, 100.0 * KWH), 0.0, 10_000.0, 3600.0)
    assert emptied.battery_j == 0.0
    assert emptied.tank_j == pytest.approx((100.0 - (10.0 - 0.97) / 0.55) * KWH)
    assert step(plant, Stored(0.0, 0.0), 0.0, 10_000.0, 60.0).missing_w == pytest.approx(10_000.0)
    assert step(plant, full(plant), 0.0, 60_000.0, 60.0).missing_w == pytest.approx(10_000.0)


def test_one_cautious_store_never_holds_more_than_battery_and_tank():
    """What the planner counts with: worst gain, least intake, one capacity."""
    plant = PowerPlant(battery_j=20.0 * KWH, tank_j=60.0 * KWH)
    rng = np.random.default_rng(1)
    stored = full(plant, 0.7)
    simple = stored.deliverable_j(plant)
    for supply_w in rng.uniform(0.0, 20_000.0, 2_000):
        stored = step(plant, stored, supply_w, 10_000.0, 900.0)
        rest = supply_w - 10_000.0
        gain = min(rest, plant.least_intake_w) * plant.least_gain if rest > 0.0 else rest
        simple = min(simple + gain * 900.0, plant.deliverable_j)
        if simple < 0.0:
            break
        assert stored.deliverable_j(plant) >= simple - 1.0
        assert stored.missing_w == 0.0


def test_years_wear_the_plant():
    """Array, battery and cell lose their share each year."""
    aged = PowerPlant(age_years=5.0).aged
    assert aged.array_w(1.0) == pytest.approx(PowerPlant().array_w(1.0) * 0.98**5)
    assert aged.battery_j == pytest.approx(PowerPlant().battery_j * 0.98**5)
    assert aged.cell_efficiency == pytest.approx(0.55 * 0.99**5)
    assert aged.age_years == 0.0


def test_heat_follows_the_sun():
    """Heaters in the dark; a radiator that sees lit ground rejects less."""
    plant = PowerPlant()
    assert plant.heating_w(0.0) == plant.heater_w
    assert plant.heating_w(1.0) == 0.0
    assert plant.rejected_w(0.0) == pytest.approx(0.85 * 5.670374e-8 * 30.0 * (330.0**4 - 100.0**4))
    assert plant.rejected_w(1.0) < plant.rejected_w(0.5) < plant.rejected_w(0.0)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Rover(mass_kg=0.0), "rover: mass_kg: 0; expected a number above 0"),
        (lambda: Rover(efficiency=1.2), "rover: efficiency: 1.2; expected at most 1"),
        (lambda: Rover(slip_curve=((0.0, 0.0), (0.1, 0.2))), "slopes don't grow"),
        (lambda: PowerPlant(cell_efficiency=1.5), "power: cell_efficiency: 1.5"),
        (lambda: PowerPlant(tank_j=-1.0), "power: tank_j: -1; expected 0 or more"),
        (lambda: full(PowerPlant(), 1.1), "stores at 1.1 of what they hold"),
        (lambda: slip_on_slope(Soil(), LRV.wheel, 0.0, 5.0), "a load of 0 N; expected a load above 0"),
    ],
)
def test_what_is_no_rover_is_told(make, sentence):
    """With the field and what would do."""
    with pytest.raises(InputError, match=sentence):
        make()


@pytest.mark.parametrize(
    "plant", [PowerPlant(tank_j=40.0 * KWH), PowerPlant(battery_j=2.0 * KWH, tank_j=9.0 * KWH)]
)
def test_many_spells_are_many_steps(plant):
    """The kernel's books are those of `step`, in spells that fill, empty and overrun both stores."""
    rng = np.random.default_rng(1)
    supply_w, load_w = rng.uniform(0.0, 20_000.0, (2, 3, 400))
    load_w[0] += 20_000.0 * (np.arange(400) > 200)
    lasts = rng.choice([1.0, 60.0, 900.0, 0.0], (3, 400))
    begin = full(plant, 0.6)
    left, missing, heat = through(supply_w, load_w, lasts, plant.stores, begin.battery_j, begin.tank_j)
    for run in range(3):
        stored = begin
        for spell in range(400):
            assert left[run, spell] == pytest.approx(stored.deliverable_j(plant))
            if lasts[run, spell] > 0.0:
                stored = step(plant, stored, supply_w[run, spell], load_w[run, spell], lasts[run, spell])
                told = (missing[run, spell], heat[run, spell])
                assert told == pytest.approx((stored.missing_w, stored.heat_w), abs=1e-6)
        assert left[run, -1] == pytest.approx(stored.deliverable_j(plant))
    assert missing[0].max() > 0.0
    assert left.min() == 0.0
