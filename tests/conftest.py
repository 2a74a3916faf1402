"""How the suite runs: hypothesis profiles, and the optional packages that a run insists on.

``--hypothesis-profile=long`` draws new and many examples (over 100,000 in all); the default draws the same few each
time.  ``REQUIRE=torch`` (a comma list) turns "skipped, torch is missing" into an error: a test run can declare
what it must exercise.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

import pytest
from hypothesis import HealthCheck, settings

OPTIONAL = ("torch", "cupy")  # each is also the name of the marker of the tests that need it
REQUIRED = frozenset(filter(None, (name.strip() for name in os.environ.get("REQUIRE", "").split(","))))

# No deadline: the first example of a test may have to compile a kernel.
settings.register_profile("ci", max_examples=100, derandomize=True, deadline=None)
settings.register_profile("long", max_examples=2000, deadline=None, suppress_health_check=list(HealthCheck))
settings.load_profile("ci")


def pytest_configure(config):
    for name in OPTIONAL:
        config.addinivalue_line("markers", f"{name}: needs the optional package {name}")
    unknown = sorted(REQUIRED - set(OPTIONAL))
    if unknown:
        raise pytest.UsageError(f"REQUIRE names {unknown[0]!r}: known are {', '.join(OPTIONAL)}")
    for name in sorted(REQUIRED):
        if find_spec(name) is None:
            raise pytest.UsageError(f"REQUIRE={name}, but {name} is not installed: install it, or do not require it")


def pytest_runtest_setup(item):
    for name in OPTIONAL:
        if item.get_closest_marker(name) and find_spec(name) is None:
            pytest.skip(f"{name} is not installed (REQUIRE={name} makes this an error)")
