"""How a file has to be refused, and how particles that were read are compared."""

import numpy as np
import pytest


def refused(read, path):
    """The sentence with which ``read`` refuses ``path``: a ValueError that names it, in one short line."""
    with pytest.raises(ValueError, match=r".") as caught:
        read(path)
    sentence = str(caught.value)
    assert str(path) in sentence
    assert "\n" not in sentence
    assert len(sentence) < 400 + len(str(path))
    return sentence


def same_particles(one, other):
    return all(np.array_equal(getattr(one, field), getattr(other, field)) for field in ("position", "velocity", "mass"))
