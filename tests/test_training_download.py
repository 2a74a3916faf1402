"""Downloads arrive whole and right or not at all, whatever the server and the disk do."""

import gzip
import hashlib
import io
import os
import socket
import tarfile
import threading
from http.server import ThreadingHTTPServer

import numpy as np
import pytest
from file_server import Handler
from one_sentence import refused

from training import download as downloading
from training import homes
from training.download import download, fetch, fetch_file, unpack
from training.homes import RemoteFile, RemoteSet
from training.idx import read_idx

CONTENT = np.random.default_rng(0).bytes(1_000_000)


def md5(content):
    return hashlib.md5(content).hexdigest()


@pytest.fixture
def home(monkeypatch):
    """A server on this machine, and no waiting between attempts."""
    monkeypatch.setattr(downloading, "PAUSE", 0.0)
    monkeypatch.setenv("no_proxy", "*")
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.files, server.status, server.cuts, server.asked = {"/a": CONTENT}, {}, [], []
        server.ranges, server.tells_length, server.offset, server.sent = True, True, 0, 0
        server.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def remote(home, *paths, content=CONTENT, **more):
    urls = tuple(home.url + path for path in paths or ["/a"])
    return RemoteFile("a", urls, md5(content), **{"limit": 2_000_000, **more})


def arrived(folder, content=CONTENT):
    return [path.name for path in folder.iterdir()] == ["a"] and (folder / "a").read_bytes() == content


def test_a_file_arrives_and_progress_tells_each_piece(home, tmp_path):
    told = []
    fetch_file(remote(home), tmp_path / "a", lambda *progress: told.append(progress))
    assert arrived(tmp_path)
    assert told[-1] == ("a", len(CONTENT), len(CONTENT))
    assert len(told) > 3
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)


def test_a_broken_connection_is_resumed_where_it_broke(home, tmp_path):
    home.cuts = [300_000, 300_000, 1, 1, 1, 1, 1, 1]  # more breaks than attempts: each brings something new
    fetch_file(remote(home), tmp_path / "a")
    assert arrived(tmp_path)
    assert home.asked[1][1] == "bytes=300000-"
    assert home.sent == len(CONTENT)


def test_without_ranges_it_begins_again(home, tmp_path):
    home.ranges, home.cuts = False, [300_000]
    fetch_file(remote(home), tmp_path / "a")
    assert arrived(tmp_path)
    assert home.sent == len(CONTENT) + 300_000


def test_a_download_that_was_given_up_goes_on_in_the_next_call(home, tmp_path):
    home.cuts = [700_000] + [0] * 10
    refused(OSError, lambda: fetch_file(remote(home), tmp_path / "a"), "4 times in a row", "is kept", "700,000 of")
    assert (tmp_path / "a.part").read_bytes() == CONTENT[:700_000]
    assert not (tmp_path / "a").exists()
    home.cuts, home.sent = [], 0
    fetch_file(remote(home), tmp_path / "a")
    assert arrived(tmp_path)
    assert home.sent == len(CONTENT) - 700_000


@pytest.mark.parametrize("part", [b"of another file", CONTENT, CONTENT + b"more", b""], ids=len)
def test_whatever_an_earlier_download_left_the_file_is_right(part, home, tmp_path):
    (tmp_path / "a.part").write_bytes(part)
    fetch_file(remote(home), tmp_path / "a")
    assert arrived(tmp_path)
    assert home.sent == (0 if part == CONTENT else 2_000_000 - len(part) if part == b"of another file" else 1_000_000)


def test_a_range_that_was_not_asked_for_is_not_used(home, tmp_path):
    (tmp_path / "a.part").write_bytes(CONTENT[:500])
    home.offset = 1
    fetch_file(remote(home), tmp_path / "a")
    assert arrived(tmp_path)


def test_wrong_bytes_are_deleted_and_the_next_home_is_asked(home, tmp_path):
    home.files |= {"/wrong": CONTENT[::-1]}
    refused(OSError, lambda: fetch_file(remote(home, "/wrong"), tmp_path / "a"), "/wrong", "checksum", "deleted")
    assert not list(tmp_path.iterdir())
    fetch_file(remote(home, "/wrong", "/a"), tmp_path / "a")
    assert arrived(tmp_path)


def test_cut_off_without_a_declared_length_is_caught_by_the_checksum(home, tmp_path):
    home.tells_length, home.cuts = False, [999_999]
    refused(OSError, lambda: fetch_file(remote(home), tmp_path / "a"), "checksum")


def test_not_found_is_asked_once_and_a_busy_server_again(home, tmp_path):
    home.status = {"/gone": 404, "/busy": 503}
    both = remote(home, "/gone", "/busy")
    refused(OSError, lambda: fetch_file(both, tmp_path / "a"), "HTTP 404", "HTTP 503", "could not download a")
    assert [path for path, _ in home.asked] == ["/gone", *["/busy"] * 4]
    fetch_file(remote(home, "/gone", "/a"), tmp_path / "a")
    assert arrived(tmp_path)


def test_more_bytes_than_the_file_can_have_are_refused(home, tmp_path):
    refused(OSError, lambda: fetch_file(remote(home, limit=999_999), tmp_path / "a"), "more than the 999,999 bytes")
    assert not list(tmp_path.iterdir())


def test_no_server_at_all_is_one_sentence(home, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/a"
        file = RemoteFile("a", (url,), md5(CONTENT), 10)
        refused(OSError, lambda: fetch_file(file, tmp_path / "a"), url, "refused")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
def test_a_full_disk_is_told_and_not_taken_for_the_network(home, tmp_path):
    (tmp_path / "a.part").symlink_to("/dev/full")
    words = ("could not write", "a.part", "No space left on device")
    refused(OSError, lambda: fetch_file(remote(home, "/a", "/a"), tmp_path / "a"), *words)
    assert len(home.asked) == 1


def idx(values):
    values = np.asarray(values, np.uint8)
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes([0, 0, 8, values.ndim]) + sizes + values.tobytes()


@pytest.fixture
def gzipped_set(home, monkeypatch):
    content = idx(np.arange(24).reshape(2, 3, 4))
    home.files["/a.gz"] = gzip.compress(content, 1)
    file = RemoteFile("a.gz", (home.url + "/a.gz",), md5(content), 2000, gzipped=True)
    monkeypatch.setitem(homes.SETS, "mnist", RemoteSet((file,), ("below", "")))
    return content


def test_what_is_there_and_right_is_left_alone_however_it_is_compressed(gzipped_set, home, tmp_path):
    for name, data in (("a.gz", gzip.compress(gzipped_set, 9)), ("a", gzipped_set)):
        (tmp_path / name).write_bytes(data)
        assert fetch("mnist", tmp_path) == tmp_path
        (tmp_path / name).unlink()
    assert not home.asked
    fetch("mnist", tmp_path)
    assert np.array_equal(read_idx(tmp_path / "below" / "a.gz"), np.arange(24).reshape(2, 3, 4))


def test_a_corrupt_file_is_replaced(gzipped_set, home, tmp_path):
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "a.gz").write_bytes(home.files["/a.gz"][:-9])
    fetch("mnist", tmp_path)
    assert (tmp_path / "below" / "a.gz").read_bytes() == home.files["/a.gz"]


def archive(*members):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        for name, content in members:
            member = tarfile.TarInfo(name)
            if content is None:
                member.type, member.linkname = tarfile.SYMTYPE, "/etc/hostname"
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def test_an_archive_is_unpacked_once_and_only_its_wanted_members(home, monkeypatch, tmp_path):
    packed = archive(
        ("../evil", b"e"), ("/tmp/evil-too", b"e"), ("b/../../x", b"e"), ("b/other", b"o"), ("b/one", b"1")
    )
    home.files["/a"] = packed
    file = remote(home, content=packed, members={"b/one": md5(b"1")})
    monkeypatch.setitem(homes.SETS, "cifar10", RemoteSet((file,), ("c",)))
    for _ in range(2):
        fetch("cifar10", tmp_path / "data")
    everything = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert [str(path) for path in everything] == ["data/c/b/one"]
    assert len(home.asked) == 1


@pytest.mark.parametrize(
    ("packed", "word"),
    [
        (archive(("b/two", b"1")), "b/one is not in it"),
        (archive(("b/one", None)), "b/one is not in it"),
        (archive(("b/one", b"2")), "wrong checksum"),
        (archive(("b/one", CONTENT))[:-5000], "not a whole tar archive"),
        (b"no archive", "not a whole tar archive"),
    ],
    ids=["missing", "a link", "other bytes", "cut off", "something else"],
)
def test_a_bad_archive_is_refused(packed, word, tmp_path):
    (tmp_path / "a").write_bytes(packed)
    file = RemoteFile("a", (), "", 0, members={"b/one": md5(b"1")})
    refused(ValueError, lambda: unpack(file, tmp_path / "a"), str(tmp_path / "a"), word)
    assert not (tmp_path / "b" / "one").exists()


@pytest.mark.train
def test_the_command_says_where_the_data_lie(gzipped_set, tmp_path, capsys):
    download("mnist", tmp_path)
    download("digits-torus")
    told = capsys.readouterr().out.splitlines()
    assert told == [f"mnist lies in {tmp_path}", "digits-torus needs no download"]
    refused(ValueError, lambda: download("mnits"), "'mnits'", "mnist", "cifar10")
    (tmp_path / "file").touch()
    refused(OSError, lambda: download("mnist", tmp_path / "file"), "could not make the folder", "file")
