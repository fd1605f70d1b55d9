"""How much of a core the rules of release take at 20,000 records a second."""

import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from kizuna.messages.columns import Labels  # noqa: E402
from kizuna.messages.report import Reports  # noqa: E402
from kizuna.nodes.policy import Policies  # noqa: E402
from kizuna.nodes.release import Release  # noqa: E402
from kizuna.nodes.rules import Area, Rules  # noqa: E402
from kizuna.seeds import generator  # noqa: E402

RECORDS, SECONDS = 20_000, 30
PEERS = {"AUS": "AUS", "USA": "USA", "GBR": "GBR", "JPN": "JPN"}
AREAS = (Area("sea", (10.0, 20.0), (140.0, 150.0)), Area("coast", (18.0, 30.0), (145.0, 160.0)))
POLICIES = """
@id("civil") permit (principal, action, resource)
when { resource.kind == "tracks" && resource.identified };
@id("allies") @round_m("1000") @drop("identity")
permit (principal, action, resource)
when { principal in [Nation::"AUS", Nation::"USA"] &&
       resource.kind == "tracks" && resource.areas.contains("sea") };
@id("coast") forbid (principal == Nation::"GBR", action, resource)
when { resource.kind == "tracks" && resource.areas.contains("coast") && context.phase == "tense" };
@id("old") permit (principal, action, resource) when { resource.kind == "tracks" && resource.age_s >= 20 };
"""


def reports(number: int, now_s: float) -> Reports:
    """So many reports of a node's own tracks."""
    draw = generator(number, "release")
    cov = np.zeros((RECORDS, 21))
    cov[:, [0, 6, 11, 15, 18, 20]] = 100.0
    told = Labels(
        (np.arange(RECORDS) % 500 - 100).clip(-1).astype(np.int32), tuple(f"ID{n}" for n in range(400))
    )
    return Reports(
        time=now_s - draw.uniform(0.0, 5.0, RECORDS),
        originator=Labels.constant("JPN", RECORDS),
        track=np.arange(1, RECORDS + 1),
        claim=np.arange(1, RECORDS + 1),
        since=np.full(RECORDS, now_s),
        lat_deg=draw.uniform(0.0, 40.0, RECORDS),
        lon_deg=draw.uniform(130.0, 170.0, RECORDS),
        alt_m=np.full(RECORDS, 9e3),
        ve_mps=np.full(RECORDS, 200.0),
        vn_mps=np.zeros(RECORDS),
        vu_mps=np.zeros(RECORDS),
        cov=cov,
        status=Labels.constant("confirmed", RECORDS),
        identity=told,
        kind=Labels.constant(None, RECORDS),
        sensors=np.ones(RECORDS, dtype=np.int64),
        marking=Labels.constant(None, RECORDS),
        releasable_to=Labels.constant(None, RECORDS),
    )


def main() -> None:
    """Release to one peer, and check at it, so many records each second."""
    sender = Release("tracks", Rules("JPN", PEERS, Policies(POLICIES, "JPN.cedar"), AREAS))
    receiver = Release("tracks", Rules("AUS", PEERS, None))
    sending, checking = [], []
    for second in range(SECONDS):
        table = reports(second, 1e6 + second)
        begun_s = time.process_time()
        out = sender.reports_for("AUS", table, 1e6 + second)
        sending.append(time.process_time() - begun_s)
        begun_s = time.process_time()
        receiver.accepted(out)
        checking.append(time.process_time() - begun_s)
    print(
        f"{RECORDS:,} records a second to one peer: {100 * np.median(sending):.1f} % of a core to decide and "
        f"coarsen, {100 * np.median(checking):.1f} % to check at the receiver; first second "
        f"{100 * sending[0]:.1f} %; {len(out):,} released"
    )


if __name__ == "__main__":
    main()
