"""The compiler that users have takes every kernel, for GPUs old and new, without spilled registers or local memory."""

import pytest
from cuda_nvrtc import compile_kernels, resources

from prox.cuda.device import options, source
from prox.cuda.shapes import Shape, macros_of

pytestmark = pytest.mark.nvrtc

SORT = {"radix_count", "radix_offsets", "radix_scatter"}
SOLVE = {"reset", "solve_tiles", "join_blocks"}
BINS = {"describe", "survey", "choose_window", "prepare_frames", "count_bins", "certify", "collect", "write_closed"}
KERNELS = {*SORT, *SOLVE, *BINS, "value_clusters", "scatter_values"}
PARTICLE_KERNELS = {*SORT, *SOLVE, "list_clusters"}
VARIANTS = [("float16", True), ("bfloat16", False), ("float32", True), ("float64", False), ("float64", True)]


def report(architecture, macros):
    code, words = compile_kernels(source(), [f"-arch={architecture}", "--ptxas-options=-v", *options(macros)])
    assert code.startswith(b"\x7fELF")
    assert "warning" not in words
    return resources(words)


def check(found, names):
    assert found.keys() == names
    for name, needs in found.items():
        assert (needs.stack, needs.spilled) == (0, 0), f"{name} spills: {needs}"


@pytest.mark.parametrize("architecture", ["sm_75", "sm_80", "sm_90"])
def test_float32_compiles_without_spills(architecture):
    check(report(architecture, macros_of(Shape(), "float32", False)), KERNELS)


@pytest.mark.parametrize(("dtype", "segmented"), VARIANTS)
def test_every_dtype_compiles_without_spills(dtype, segmented):
    check(report("sm_90", macros_of(Shape(), dtype, segmented)), KERNELS)


def test_particles_compile_without_spills():
    check(report("sm_90", {**macros_of(Shape(), "float64", False), "PARTICLES": 1}), PARTICLE_KERNELS)


def test_gpus_with_less_shared_memory_are_served():
    check(report("sm_86", macros_of(Shape(slot_bits=13), "float32", False)), KERNELS)


def test_a_wrong_source_is_refused_with_its_file_and_line():
    with pytest.raises(RuntimeError, match=r"hull.cu\(\d+\): error"):
        compile_kernels(
            source().replace("struct Bridge {", "struct Bridge { nonsense;"),
            ["-arch=sm_90", *options(macros_of(Shape(), "float32", False))],
        )
