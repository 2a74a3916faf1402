"""The figures of a tensor against their definitions, counted by hand or by brute force."""

import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from prox import weight_sharing
from training.tensor_figures import from_ordered_bits, index_bits, measure, moves, ordered_bits

FLOATS = ["float16", "float32", "float64"]
SMALL = st.lists(st.integers(-2, 2), max_size=12)


def test_figures_of_a_small_tensor_counted_by_hand():
    figures = measure(np.array([[0.0, -0.0, 1.5], [1.5, 1.5, -2.0]], np.float32))
    assert (figures.numel, figures.distinct, figures.distinct_nonzero) == (6, 3, 2)
    assert (figures.sparsity, figures.largest, figures.sizes) == (2 / 6, 3 / 6, (3, 2, 1))
    entropy = -(3 / 6 * math.log(3 / 6) + 2 / 6 * math.log(2 / 6) + 1 / 6 * math.log(1 / 6))
    assert figures.balance == pytest.approx(entropy / math.log(3))
    assert figures.bits == (3 * 32 + 16) / 6  # 6 indices of 2 bits fill two bytes
    assert figures["penalty"] == pytest.approx((1 * 5 * 2.0 + 3 * 3 * 1.5) / 5)


def test_a_tensor_whose_codebook_would_be_larger_is_counted_as_plain():
    assert measure(np.arange(10, dtype=np.float32)).bits == 32
    assert measure(np.arange(10, dtype=np.float64)).bits == 64


@pytest.mark.parametrize("dtype", FLOATS)
@given(values=st.lists(st.integers(-3, 3), min_size=1, max_size=30))
def test_figures_are_those_of_a_dictionary_of_counts(dtype, values):
    w = np.array(values, dtype) * np.array(0.3, dtype)
    figures, counts = measure(w), {value: values.count(value) for value in values}
    assert (figures.distinct, figures.sparsity) == (len(counts), values.count(0) / len(values))
    assert figures.sizes == tuple(sorted(counts.values(), reverse=True))[:8]
    assert figures.penalty == pytest.approx(weight_sharing(w), rel=1e-12)


def test_values_that_differ_in_the_last_bit_are_distinct():
    assert measure(np.array([1.0, np.nextafter(1.0, 2.0)])).distinct == 2


def test_not_finite_weights_are_counted_and_their_penalty_is_not_a_number():
    figures = measure(np.array([np.nan, np.nan, np.inf, -np.inf, 0.0, 1.0], np.float32))
    assert (figures.distinct, figures.sparsity, figures.largest) == (5, 1 / 6, 2 / 6)
    assert math.isnan(figures.penalty)
    assert json.loads(json.dumps(figures.to_json(), allow_nan=False))["penalty"] is None


def test_empty_and_single_weights_have_figures():
    empty, single = measure(np.empty((0, 3))), measure(np.array(2.5, np.float32))
    assert (empty.numel, empty.distinct, empty.sparsity, empty.bits, empty.sizes) == (0, 0, 0.0, 0.0, ())
    assert (single.distinct, single.largest, single.balance, single.bits, single.penalty) == (1, 1.0, 0.0, 32.0, 0.0)


def test_json_has_every_field():
    assert measure(np.array([1.0, 1.0, 2.0])).to_json() == {
        "numel": 3,
        "distinct": 2,
        "distinct_nonzero": 2,
        "sparsity": 0.0,
        "largest": 2 / 3,
        "sizes": [2, 1],
        "balance": pytest.approx(0.9182958340544896),
        "bits": (2 * 64 + 8) / 3,
        "penalty": 1.0,
    }
    with pytest.raises(KeyError, match="no figure 'size': there are numel"):
        measure(np.ones(2))["size"]


@pytest.mark.parametrize(("distinct", "bits"), [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (255, 8), (256, 8), (257, 9)])
def test_an_index_has_the_smallest_whole_number_of_bits(distinct, bits):
    assert index_bits(distinct) == bits


@given(st.lists(st.floats(width=32, allow_nan=False)))
def test_the_integers_stand_in_the_order_of_the_floats_and_turn_back(values):
    w = np.array(values, np.float32)
    bits, _ = ordered_bits(w)
    assert from_ordered_bits(bits).tobytes() == w.tobytes()
    by_bits = w[np.argsort(bits, kind="stable")]
    assert (by_bits[1:] >= by_bits[:-1]).all()


@given(st.data())
def test_moves_count_pairs_as_brute_force_does(data):
    before = data.draw(SMALL)
    after = data.draw(st.lists(st.integers(-2, 2), min_size=len(before), max_size=len(before)))
    pairs = set(zip(before, after, strict=True))
    expected = (len(pairs) - len(set(after)), len(pairs) - len(set(before)))
    signed = np.where(np.array(after) == 0, -0.0, after)
    assert moves(np.array(before, np.float32), signed.astype(np.float64).reshape(len(after))) == expected


def test_clusters_that_only_move_neither_merge_nor_split():
    before = np.array([1.0, 1.0, 2.0, 3.0])
    assert moves(before, before + 0.5) == (0, 0)
    assert moves(before, np.array([1.0, 1.0, 1.0, 3.0])) == (1, 0)
    assert moves(before, np.array([1.0, 9.0, 2.0, 3.0])) == (0, 1)
    assert moves(before, np.array([1.0, 2.0, 2.0, 3.0])) == (1, 1)
    assert moves(np.empty(0), np.empty(0)) == (0, 0)


def test_bad_input_is_one_sentence():
    with pytest.raises(TypeError, match="w is a list: pass a torch tensor or a NumPy array of a float dtype"):
        measure([1.0])
    with pytest.raises(TypeError, match="dtype int64"):
        measure(np.arange(3))
    with pytest.raises(ValueError, match=r"shape \(2,\), after \(3,\)"):
        moves(np.ones(2), np.ones(3))


@pytest.mark.torch
def test_tensors_have_the_figures_of_their_arrays_and_are_left_alone():
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(0).integers(-4, 5, (6, 7))
    for dtype in (*FLOATS, "bfloat16"):
        w = torch.tensor(values, dtype=getattr(torch, dtype), requires_grad=True)
        kept = w.detach().clone()
        figures, expected = measure(w.T), measure(values.astype("float16" if dtype == "bfloat16" else dtype))
        assert figures == expected
        assert torch.equal(w, kept)
        assert moves(w, -w) == (0, 0)


@pytest.mark.torch
def test_bfloat16_is_read_bit_for_bit():
    torch = pytest.importorskip("torch")
    w = torch.tensor([0x3F80, 0x3F81, 0x8000, 0x0000], dtype=torch.int32).to(torch.int16).view(torch.bfloat16)
    figures = measure(w)
    assert (figures.distinct, figures.sparsity) == (3, 0.5)
    one, next_one = (struct.unpack("<f", struct.pack("<I", bits << 16))[0] for bits in (0x3F80, 0x3F81))
    assert figures.penalty == pytest.approx((4 * one + 3 * (next_one - one)) / 3)
