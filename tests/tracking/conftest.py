"""Tests that hold for every way to pair detections with tracks take the fixture `associator`."""

from typing import get_args

import pytest

from kizuna.tracking.course import Associator


@pytest.fixture(params=get_args(Associator), scope="module")
def associator(request):
    """One after the other."""
    return request.param
