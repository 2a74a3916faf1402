"""What a snapshot can hold at worst is drawn without an error or a warning."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from written_runs import TENSOR, write_run

from gui.draw.palette import Colours
from gui.training.facts import Facts, facts_of
from gui.training.filters import FiltersView, filters_of
from gui.training.follower import Follower
from gui.training.merging import MergingView
from gui.training.sentences import place_of
from gui.training.tensor_summary import rebinned
from particles.checked_file import write_npz
from training.run_log import RunFolder, snapshot_path
from training.tensor_figures import measure

pytestmark = [pytest.mark.qt, pytest.mark.filterwarnings("error::RuntimeWarning")]


@pytest.fixture
def after(tmp_path):
    """The state of a run whose last snapshot holds these weights."""

    def written(weights, epochs=2):
        run = write_run(tmp_path / "run", epochs)
        write_npz(snapshot_path(run, 90), {TENSOR: weights, "step": np.int64(90), "epoch": np.int64(9)})
        return Follower(run).look()

    return written


@pytest.mark.parametrize(("shown", "pinned"), [(0, -1), (-1, 0)])
def test_an_empty_tensor_has_its_figures_beside_those_of_another_moment(qtbot, after, shown, pinned):
    facts, state = Facts(), after(np.zeros((0, 64), np.float32))
    qtbot.addWidget(facts)
    facts.show_moments(state, TENSOR, state.moments[shown], state.moments[pinned])
    assert "pinned" in facts.text()
    assert "shared" in facts.text()


def test_distinct_and_shared_are_those_of_the_whole_tensor(after):
    """Also of values that too few weights share to be followed, and of those that are not finite."""
    weights = np.repeat(np.arange(5000, dtype=np.float32), np.arange(5000) % 3 + 1)
    weights[:3] = np.nan, np.nan, np.inf
    state = after(weights, 0)
    facts, counts = facts_of(state, TENSOR, state.moments[-1]), np.unique(weights, return_counts=True)[1]
    assert facts["distinct"] == f"{measure(weights).distinct:,}"
    assert facts["shared"] == f"{100 * counts[counts > 1].sum() / weights.size:.1f} %" == "83.3 %"
    assert not state.moments[-1].tensors[TENSOR].values.size


@pytest.mark.parametrize("epoch", [{}, {"epoch": np.float64(3.0)}, {"epoch": np.arange(2)}])
def test_an_epoch_that_a_snapshot_does_not_tell_is_left_out(tmp_path, epoch):
    run = write_run(tmp_path / "run")
    write_npz(snapshot_path(run, 2920), {TENSOR: np.zeros((8, 64)), **epoch})
    state = Follower(run).look()
    assert place_of(state.moments[-1]) == "step 2,920"
    assert facts_of(state, TENSOR, state.moments[-1])["epoch"] == "-"
    assert RunFolder(run).snapshots()[-1].epoch is None


def width(largest):
    """8 x 64 weights from -largest to largest."""
    return largest * np.linspace(-1, 1, 512).reshape(8, 64)


def test_weights_as_wide_apart_as_numbers_get_are_counted(after):
    summary = after(width(1e308), 0).moments[-1].tensors[TENSOR]
    assert (summary.counts.sum(), summary.counts[0], summary.counts[-1]) == (512, 1, 1)
    quarters = rebinned(summary, np.array([-1.1e308, -5e307, 0.0, 5e307, 1.1e308]))
    assert quarters == pytest.approx([128] * 4, abs=1.1)


@pytest.mark.parametrize("largest", [1e-320, 3e38, 5e307, 1e308])
def test_a_run_of_one_snapshot_is_drawn_however_wide_it_is(qtbot, after, largest):
    state, view = after(width(largest), 0), MergingView(Colours.of("light"))
    qtbot.addWidget(view)
    view.show_moments(state.moments[-1:], TENSOR)
    view.grab()
    low, high = view.x_axis_view.viewRange()[0]
    assert -np.inf < low < 0 < high < np.inf


@pytest.mark.parametrize("shape", [(8, 1, 8, 8), (8, 3, 8, 8)])
@pytest.mark.parametrize("largest", [3e38, 1e308])
def test_filters_of_huge_weights_are_images_of_them(qtbot, shape, largest):
    signs = np.ones(shape)
    signs[..., :4] = -1
    kind = np.float32 if largest < 1e39 else np.float64
    view, pictures = FiltersView(Colours.of("light")), []
    qtbot.addWidget(view)
    for weights in (signs, signs * kind(largest)):
        view.show_filters(*filters_of({}, {"conv1.weight": weights}), "")
        with qtbot.captureExceptions() as caught:
            pictures.append(view.grab().toImage())
        assert not caught
    assert pictures[0] == pictures[1]
