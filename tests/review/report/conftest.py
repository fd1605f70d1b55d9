"""What the report's tests share: one made-up exercise, and one page written from it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.review.report.made import make_material

from kizuna.messages.track import Tracks
from kizuna.review.report.material import NodeResult, ReportMaterial, VariantResult
from kizuna.review.report.write import render


@pytest.fixture(scope="session")
def material() -> ReportMaterial:
    """The made-up exercise, small enough for every test."""
    return make_material()


@pytest.fixture(scope="session")
def page(material: ReportMaterial) -> str:
    """The report of the made-up exercise."""
    return render(material)


@pytest.fixture(scope="session")
def with_completeness(material: ReportMaterial) -> Callable[..., ReportMaterial]:
    """Make the same exercise with given completeness: {variant: {node: value}}, in this order."""

    def make(values: dict[str, dict[str, float]], **overall: float) -> ReportMaterial:
        variants = tuple(
            VariantResult(
                name=name,
                tracks=Tracks.empty(),
                nodes=tuple(
                    NodeResult(node, {"completeness": value, **overall}) for node, value in nodes.items()
                ),
                change="Sharing" if name == "shared" else "",
            )
            for name, nodes in values.items()
        )
        return replace(material, variants=variants)

    return make
