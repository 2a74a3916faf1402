"""Films: their moments, their encoders, and what is left when something goes wrong."""

import numpy as np
import pytest
from one_sentence import refused
from PIL import Image

from gui.export import mp4
from gui.export.film_plan import MOST_FRAMES, FilmPlan
from gui.export.gif import check_length, delays_of, write_gif
from gui.export.mp4 import write_mp4
from gui.model.clock import Clock

SIZE = (64, 48)


def frames(count):
    for number in range(count):
        frame = np.full((48, 64, 4), 255, np.uint8)
        frame[10:20, number : number + 8] = (200, 100, 20, 255)
        yield frame.tobytes()


def folder_is_empty(folder):
    return not list(folder.iterdir())


@pytest.mark.parametrize("fps", [1, 10, 12.5, 24, 25, 30, 50])
def test_delays_of_a_gif_are_kept_by_viewers_and_keep_time(fps):
    delays = delays_of(300, fps)
    assert min(delays) >= 20
    assert all(delay % 10 == 0 for delay in delays)
    assert abs(sum(delays) - 300_000 / fps) <= 10


def test_a_gif_has_all_its_frames_and_its_colours(tmp_path):
    path, all_frames = tmp_path / "a.gif", list(frames(12))
    write_gif(path, all_frames, SIZE, 25, all_frames[::6])
    first = path.read_bytes()
    with Image.open(path) as film:
        assert (film.n_frames, film.size, film.info["loop"]) == (12, SIZE, 0)
        film.seek(5)
        assert film.convert("RGB").getpixel((7, 15)) == (20, 100, 200)
        assert film.info["duration"] == 40
    write_gif(path, all_frames, SIZE, 25, all_frames[::6])
    assert path.read_bytes() == first


@pytest.mark.qt
def test_an_mp4_has_all_its_frames_and_the_same_bytes_each_time(tmp_path):
    import imageio_ffmpeg

    path = tmp_path / "a.mp4"
    write_mp4(path, frames(12), SIZE, 25)
    first = path.read_bytes()
    assert imageio_ffmpeg.count_frames_and_secs(str(path)) == (12, 0.48)
    reader = imageio_ffmpeg.read_frames(str(path))
    assert next(reader)["size"] == SIZE
    picture = np.frombuffer(next(reader), np.uint8).reshape(48, 64, 3)
    reader.close()
    assert np.abs(picture[15, 4].astype(int) - (20, 100, 200)).max() < 40
    write_mp4(path, frames(12), SIZE, 25)
    assert path.read_bytes() == first


def failing(error):
    yield from frames(3)
    raise error


@pytest.mark.qt
@pytest.mark.parametrize("suffix", ["mp4", "gif"])
def test_a_film_that_is_cancelled_or_fails_leaves_no_file(tmp_path, suffix):
    path = tmp_path / f"a.{suffix}"

    def write():
        if suffix == "mp4":
            write_mp4(path, failing(KeyboardInterrupt()), SIZE, 25)
        else:
            write_gif(path, failing(KeyboardInterrupt()), SIZE, 25, list(frames(1)))

    with pytest.raises(KeyboardInterrupt):
        write()
    assert folder_is_empty(tmp_path)


@pytest.mark.qt
def test_a_film_that_cannot_be_written_is_one_sentence(tmp_path):
    refused(OSError, lambda: write_mp4(tmp_path / "no" / "a.mp4", frames(2), SIZE, 25), "a.mp4", "nothing was changed")
    refused(OSError, lambda: write_gif(tmp_path / "no" / "a.gif", frames(2), SIZE, 25, list(frames(1))), "a.gif")
    (tmp_path / "b.mp4").mkdir()
    refused(OSError, lambda: write_mp4(tmp_path / "b.mp4", frames(2), SIZE, 25), "not a regular file")


def test_an_encoder_that_fails_half_way_is_one_sentence_and_the_old_film_stays(tmp_path, monkeypatch):
    path, fake = tmp_path / "a.mp4", tmp_path / "ffmpeg"
    path.write_bytes(b"old")
    fake.write_text("#!/bin/sh\nhead -c 100 >/dev/null\necho 'a.mp4: No space left on device' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setattr(mp4, "ffmpeg", lambda: str(fake))
    refused(OSError, lambda: write_mp4(path, frames(50), SIZE, 25), "No space left on device", "nothing was changed")
    assert path.read_bytes() == b"old"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mp4", "ffmpeg"]


def test_without_ffmpeg_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "imageio_ffmpeg", None)
    refused(RuntimeError, mp4.ffmpeg, "pip install imageio-ffmpeg", ".gif")


def test_a_film_shows_both_its_ends_and_as_many_frames_as_asked_for():
    plan = FilmPlan.evenly(0.5, 2.0, seconds=3, fps=20)
    assert (len(plan.times), plan.times[0], plan.times[-1], plan.seconds) == (60, 0.5, 2.0, 3.0)
    assert FilmPlan.evenly(2.0, 0.5, 3, 20).times[0] == 2.0


@pytest.mark.parametrize("mode", ["time", "events"])
@pytest.mark.parametrize("slow", [False, True])
def test_a_film_ends_at_the_horizon_at_the_latest(mode, slow):
    clock = Clock()
    clock.horizon, clock.events, clock.mode, clock.slow_near_events = 4.0, np.array([1.0, 1.0, 3.0]), mode, slow
    for start, stop in ((0.0, 5.0), (5.0, 0.0)):
        times = FilmPlan.at_speed(start, stop, clock, 30).times
        assert (times[0], times[-1]) == (min(start, 4.0), min(stop, 4.0))
        assert (np.diff(times) * (stop - start) > 0).all()


def test_a_film_is_as_fast_as_the_clock():
    clock = Clock()
    clock.horizon, clock.speed = 4.0, 2.0
    assert FilmPlan.at_speed(0.0, 4.0, clock, 30).seconds == 5.0
    now = [0.0]
    clock = Clock(lambda: now[0])
    clock.horizon, clock.events, clock.slow_near_events = 4.0, np.array([1.0, 3.0]), True
    plan = FilmPlan.at_speed(0.0, 4.0, clock, 30)
    assert plan.seconds > 10
    clock.play()
    shown = [0.0]
    while clock.playing:
        now[0] += 1 / 30
        clock.advance()
        shown.append(clock.t)
    assert np.allclose(plan.times, shown, atol=1e-9)


@pytest.mark.parametrize(
    "make",
    [
        lambda: FilmPlan.evenly(1.0, 1.0, 3),
        lambda: FilmPlan.evenly(-1.0, 1.0, 3),
        lambda: FilmPlan.evenly(0.0, float("nan"), 3),
        lambda: FilmPlan.evenly(0.0, 1.0, 0),
        lambda: FilmPlan.evenly(0.0, 1.0, 1, fps=0),
        lambda: FilmPlan.evenly(0.0, 1.0, 1, fps=1000),
        lambda: FilmPlan.evenly(0.0, 1.0, MOST_FRAMES, fps=30),
        lambda: check_length(1000, (1920, 1080)),
    ],
)
def test_a_film_that_cannot_be_is_one_sentence(make):
    refused(ValueError, make)
