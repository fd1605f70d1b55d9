"""Live nodes outlast what networks, machines and hostile peers do to them, and agree again when it is over.

Each is a process on a machine of its own (`relay`); four times as fast as it was, so that the test is over
soon. `benchmarks/faults.py` measures the same at the speed of life. No outcome is asked to come within a time
here, since the machine that runs tests may be busy; all must come within the patience of `faults`.
"""

from collections.abc import Iterator

import pytest
from tests.conftest import IN_CI
from tests.faults.faults import FAULTS, settled, try_
from tests.faults.network import Network
from tests.faults.relay import HOW, missing

SPEED = 4.0
the_sound_keep_agreeing = 0.85
the_sound_keep_their_tracks = 0.6
nothing_is_made_up = 1.5
ANOTHER = "kill A"
"""One node that is killed must do here; the benchmark kills two."""
LEAST_OF_ALL = {"loss": 0.6, "jitter": 0.6}
"""On bad links the others' reports come late or not at all, so that places and numbers differ more."""
growth_mib = 200.0


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Three nodes that hold one picture."""
    if missing():
        assert not IN_CI, HOW
        pytest.skip(HOW)
    with Network(tmp_path_factory.mktemp("faults"), SPEED) as made:
        settled(made)
        yield made


@pytest.mark.slow
def test_nodes_outlast_faults_and_agree_again(network: Network, subtests: pytest.Subtests) -> None:
    """One after the other, in one network: what a fault leaves behind meets the next."""
    for name, fault in FAULTS.items():
        if name == ANOTHER:
            continue
        with subtests.test(name):
            outcome = try_(network, fault)
            assert outcome.kept > LEAST_OF_ALL.get(name, the_sound_keep_agreeing), outcome
            assert outcome.least > the_sound_keep_their_tracks, outcome
            assert outcome.most < nothing_is_made_up or name == "clock", outcome
            assert outcome.growth_mib < growth_mib, outcome
