"""The chart of accuracy against bytes has a mark for each variant, and none where nothing is compared."""

from dataclasses import replace

import pytest
from tests.review.report.made import make_material

from kizuna.review.report.material import ReportMaterial, Traffic
from kizuna.review.report.price import price


@pytest.fixture(scope="module")
def material() -> ReportMaterial:
    """A report with two variants, of which one sends."""
    return make_material(duration_s=600.0)


def test_one_variant_that_sends_is_no_comparison(material: ReportMaterial) -> None:
    assert price(material) is None


def test_each_variant_stands_at_its_bytes_and_its_gospa(material: ReportMaterial) -> None:
    """Bytes over all links; GOSPA as the mean over the nodes."""
    national, shared = material.variants
    thin = replace(shared, name="thin", traffic=(Traffic("JPN", "AUS", 10, 2_000_000, 0),))
    more = replace(material, variants=(national, shared, thin))
    figure = price(more)
    assert figure is not None
    total_mb = sum(item.bytes for item in shared.traffic) / 1e6
    marks = {trace["text"][0].strip(): (trace["x"][0], trace["y"][0]) for trace in figure.traces}
    mean_m = sum(node.measures["gospa_m"] for node in shared.nodes) / len(shared.nodes)
    assert marks["shared"] == pytest.approx((total_mb, mean_m))
    assert marks["thin"] == pytest.approx((2.0, mean_m))
    assert marks["national"][0] == 0.0
    assert "thin 2.00 MB" in figure.spoken


def test_variants_in_one_place_share_a_label(material: ReportMaterial) -> None:
    national, shared = material.variants
    figure = price(replace(material, variants=(national, shared, replace(shared, name="joint"))))
    assert figure is not None
    assert [trace["text"][0].strip() for trace in figure.traces] == ["national", "shared, joint", ""]
