"""Each barrier of the kernels is needed: without it an answer is wrong. And the sanitizers find nothing in them."""

import re
import resource

import numpy as np
import pytest
from cuda_barriers import barriers
from cuda_device import SMALL, Group, HostDevice, prox_of_groups
from cuda_host import SCHEDULES, needs_compiler
from cuda_isolated import run_isolated, sanitized_python
from hypothesis import settings

from prox.cuda.shapes import DTYPES, SOURCES, macros_of

pytestmark = needs_compiler

SWITCH = """
static int left_out = -1;  // which barrier
extern "C" __global__ void leave_out(int number) { left_out = number; }
"""
PROVED = ("hull", "bins", "certify", "collect", "items", "place")  # sort.cu has a proof of its own
BARRIERS = [(path, line) for path in SOURCES if path.stem in PROVED for line in barriers(path.read_text())]
_BARRIER = re.compile(r"__sync(?:threads|warp)\s*\([^;]*\);")


def with_switches(folder):
    """Sources in which ``leave_out`` takes out any one of ``BARRIERS``: compiled once for all of them."""
    switch = folder / "switch.cu"
    switch.write_text(SWITCH)
    paths = [switch]
    for path in SOURCES:
        lines = path.read_text().split("\n")
        for number, (of, line) in enumerate(BARRIERS):
            if of == path:
                lines[line - 1], found = _BARRIER.subn(rf"if (left_out != {number}) \g<0>", lines[line - 1])
                assert found == 1, "one barrier a line"
        paths.append(folder / path.name)
        paths[-1].write_text("\n".join(lines))
    return tuple(paths)


@pytest.fixture(scope="module")
def sources(tmp_path_factory):
    return with_switches(tmp_path_factory.mktemp("kernels"))


def groups():
    """Long and short segments: several tiles in one cluster, many clusters across borders of tiles, crowds for bins."""
    rng = np.random.default_rng(1)
    crowds = rng.integers(0, 9, 2500) + 1e-3 * rng.normal(size=2500)
    crowds[7] = 1e7  # out of the window, which the others have by themselves
    return [
        Group(rng.normal(size=(1, 5000)).astype(np.float32), 5.0),
        Group(rng.normal(size=(9, 200)).astype(np.float32), 0.7),
        Group(crowds[None].astype(np.float32), 0.02),
        Group(rng.normal(size=(1, 2500)).astype(np.float32), 1.5),
    ]


def answers(sources, schedule, number=-1):
    """Everything once, with a barrier left out."""
    device = HostDevice(schedule, 2, sources=sources, optimize="-O0")
    device.launch(macros_of(SMALL, "float32", True), "leave_out", 1, 1, 0, [np.int32(number)])
    every, answer = groups(), b""
    for chosen, least_frame in ((every[:2], 1 << 20), (every, 2500)):
        found = prox_of_groups(device, chosen, least_frame=least_frame)
        answer += b"".join(out.tobytes() for out in found) + device.memory["counters"].tobytes()
    return answer


def check(sources, number, expected):
    """In a fork.  Without a barrier a thread may loop for ever; with all of them this takes a second."""
    resource.setrlimit(resource.RLIMIT_CPU, (5, 5))
    for schedule in SCHEDULES:
        assert answers(sources, schedule, number) == expected


@pytest.fixture(scope="module")
def expected(sources):
    return answers(sources, 0)


@pytest.mark.parametrize("number", range(len(BARRIERS)), ids=[f"{path.stem}-line{line}" for path, line in BARRIERS])
def test_without_any_one_barrier_an_answer_is_wrong(sources, expected, number):
    assert run_isolated(check, sources, number, expected).status != 0


def test_with_all_barriers_the_answers_are_right(sources, expected):
    assert len(BARRIERS) >= 14
    assert run_isolated(check, sources, -1, expected).status == 0


SANITIZED = """
from concurrent.futures import ThreadPoolExecutor
import numpy as np
from cuda_device import SMALL, Group, HostDevice, begins, kernels, prox_of_groups, prox_with_details
from particles.state import Particles
from prox.cuda.shapes import macros_of
from test_cuda_prox import rounded_bits

how = {"sanitize": True, "optimize": "-O0"}
kinds = KINDS
every = [macros_of(SMALL, dtype, rows > 1) for dtype, rows in kinds]
every.append({**macros_of(SMALL, "float64", False), "PARTICLES": 1})
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda macros: kernels(tuple(sorted(macros.items())), **how), every))

rng = np.random.default_rng(0)
for number, (dtype, rows) in enumerate(kinds):
    device = HostDevice(number % 3, 3, **how)
    values = rng.normal(size=(rows, 700)).round(2)
    values[0, :3] = [-0.0, 1e-6, np.nan if number % 2 else 0.0]
    w = rounded_bits(values, dtype)
    short = [Group(w[:, :33], 0.0), Group(w[:2, :1], 1.0)] if rows > 1 else []
    prox_of_groups(device, [Group(w, 1.0, 0.1, 0.5), *short], least_frame=500)
    prox_with_details(device, w[:, :300].copy(), 0.4, mass=rng.uniform(0.1, 9, size=(rows, 300)))
for number, n in enumerate((0, 1, 31, 32, 33, 1023, 1024, 1025, 3000)):
    particles = Particles(np.sort(rng.normal(size=n)), rng.normal(size=n), rng.uniform(0.1, 9, size=n))
    begins(HostDevice(number % 3, **how), particles, 1.0)
print("sound")
"""


FEW = [("float16", 1), ("float32", 3), ("float64", 3)]  # dtypes, rows: a build of 4 s each


def test_the_sanitizers_find_nothing():
    long = settings.get_current_profile_name() == "long"
    kinds = [(dtype, rows) for dtype in DTYPES for rows in (1, 3)] if long else FEW
    done = sanitized_python(SANITIZED.replace("KINDS", repr(kinds)), timeout=300)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "sound\n"
