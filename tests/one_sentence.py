"""What a refusal has to look like."""

import pytest


def refused(error, call, *words):
    """The one sentence: on one line, not endless, and with these words in it."""
    with pytest.raises(error) as caught:
        call()
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert 10 < len(sentence) < 400
    missing = [word for word in words if word not in sentence]
    assert not missing, f"{missing[0]!r} is not in: {sentence}"
