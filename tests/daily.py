"""A test in two forms: one of each kind every day, all of them in the soak (docs/decisions/0032)."""

import pytest

# For a test with an argument `whole`.
short_and_whole = pytest.mark.parametrize(
    "whole", [pytest.param(False, id="short"), pytest.param(True, id="whole", marks=pytest.mark.soak)]
)
