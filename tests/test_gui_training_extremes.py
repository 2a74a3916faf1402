"""What a snapshot can hold at worst is drawn without an error or a warning."""

import numpy as np
import pytest

pytest.importorskip("PySide6")

from written_runs import TENSOR, write_run

from gui.training.facts import Facts
from gui.training.follower import Follower
from training.run_log import snapshot_path, write_npz

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
