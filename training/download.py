"""Downloads of the data sets from their public homes: checked, resumed where they broke off, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tarfile
import time
import zlib
from collections.abc import Callable
from contextlib import closing, suppress
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from particles.checked_file import replacing

from .homes import INSIDE, SETS, RemoteFile, data_folder, locate
from .idx import LARGEST_FILE, read_content

PIECE = 2**18  # bytes
TIMEOUT = 30.0  # seconds without a byte
ATTEMPTS = 4  # connections in a row that bring nothing new
PAUSE = 1.0  # seconds before the second of them, twice as many before the next
_KEPT = "what has arrived is kept, and the next download goes on from there"
_GONE_FOR_GOOD = range(400, 500)  # HTTP: asking again will not help

Progress = Callable[[str, int, int | None], None]  # file name, bytes that are there, bytes in all if known


class _BrokenError(Exception):
    """The connection failed: the next one may bring the rest."""


class _RefusedError(Exception):
    """This address does not have the file."""


def download(name: str, folder=None) -> None:
    """Fetch the data set ``name`` and say on stdout where it lies; a progress bar on stderr.  Errors as in fetch."""
    if name in INSIDE:
        print(f"{name} needs no download")
        return
    from tqdm import tqdm

    bars: dict[str, tqdm] = {}

    def progress(file: str, done: int, total: int | None) -> None:
        if file not in bars:
            bars[file] = tqdm(total=total, initial=done, desc=file, unit="B", unit_scale=True, disable=None)
        bars[file].update(done - bars[file].n)

    try:
        where = fetch(name, folder, progress)
    finally:
        for bar in bars.values():
            bar.close()
    print(f"{name} lies in {where}")


def fetch(name: str, folder=None, progress: Progress | None = None) -> Path:
    """Bring the files of a data set into ``folder`` (see ``data_folder``) and return that folder.

    What is there and right is left alone, wherever in it ``load`` finds it; a file that is wrong is replaced.
    ``progress(file, done, total)`` is called after each piece, in bytes.
    Raises ValueError for an unknown name, and OSError, in one sentence, where no public home gave the right file or
    where it could not be written; what has arrived by then stays beside it as .part, and the next call goes on there.
    """
    if name not in SETS:
        raise ValueError(f"nothing to download for {name!r}: known are {', '.join([*SETS, *INSIDE])}")
    base = data_folder(folder)
    where = base / SETS[name].folders[0]
    for file in SETS[name].files:
        if not _is_there(name, file, folder):
            _make(where)
            fetch_file(file, where / file.name, progress)
            if file.members:
                unpack(file, where / file.name)
                (where / file.name).unlink()
    return base


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise type(error)(f"could not make the folder {folder}: {error.strerror}") from error


def fetch_file(file: RemoteFile, target: Path, progress: Progress | None = None) -> None:
    """Download one file to ``target``; it appears there only when it is whole and its checksum is right.

    Each address is tried in turn.  A connection that breaks is resumed where it broke (HTTP Range), or begun again
    where the server cannot; bytes with the wrong checksum are deleted.  Errors as in ``fetch``.
    """
    part = target.with_name(target.name + ".part")
    troubles = []
    try:
        for url in file.urls:
            try:
                _receive_right(file, url, part, progress)
            except (_BrokenError, _RefusedError) as error:
                troubles.append(f"{url}: {error}")
            else:
                os.replace(part, target)
                return
    except OSError as error:
        raise type(error)(f"could not write {part}: {error.strerror or error}; {_KEPT}") from error
    hint = f"; {_KEPT}" if part.exists() and part.stat().st_size else ""
    raise OSError(f"could not download {target.name} ({'; '.join(troubles)}){hint}")


def _receive_right(file: RemoteFile, url: str, part: Path, progress: Progress | None) -> None:
    """Complete ``part``; where it is wrong and began with bytes of an earlier call, once more from nothing."""
    resumed = part.exists()
    _receive(file, url, part, progress)
    if not _is_right(file, part):
        part.unlink()
        if resumed:
            _receive(file, url, part, progress)
        if not resumed or not _is_right(file, part):
            part.unlink(missing_ok=True)
            raise _RefusedError("what it sent has the wrong checksum and was deleted")


def _receive(file: RemoteFile, url: str, part: Path, progress: Progress | None) -> None:
    """As many connections as it takes, while they bring something new."""
    failures, most = 0, 0
    while True:
        try:
            return _connect_once(file, url, part, progress)
        except _BrokenError as error:
            size = part.stat().st_size if part.exists() else 0
            failures = 1 if size > most else failures + 1
            most = max(most, size)
            if failures >= ATTEMPTS:
                raise _BrokenError(f"{error}, {ATTEMPTS} times in a row") from None
            time.sleep(PAUSE * 2 ** (failures - 1))


def _connect_once(file: RemoteFile, url: str, part: Path, progress: Progress | None) -> None:
    have = part.stat().st_size if part.exists() else 0
    response = _open(url, have)
    if response is None:  # nothing is missing
        return
    with closing(response):
        if response.status != 206:
            have = 0
        elif not response.headers.get("Content-Range", "").startswith(f"bytes {have}-"):
            part.unlink()
            raise _BrokenError("it sent another range than it was asked for")
        length = response.headers.get("Content-Length", "")
        total = have + int(length) if length.isdecimal() else None
        with open(part, "ab" if have else "wb") as out:
            while piece := _piece(response):
                have += len(piece)
                if have > file.limit:
                    part.unlink()
                    raise _RefusedError(f"it sent more than the {file.limit:,} bytes that the file can have")
                out.write(piece)
                if progress is not None:
                    progress(file.name, have, total)
            out.flush()
            os.fsync(out.fileno())
    if total is not None and have < total:
        raise _BrokenError(f"the connection broke after {have:,} of {total:,} bytes")


def _open(url: str, have: int) -> HTTPResponse | None:
    """A response that begins at byte ``have`` or at the first; None where there is nothing after ``have``."""
    headers = {"User-Agent": "stickyweights", "Accept-Encoding": "identity"}
    if have:
        headers["Range"] = f"bytes={have}-"
    try:
        return urlopen(Request(url, headers=headers), timeout=TIMEOUT)
    except HTTPError as error:
        with error:
            if error.code == 416 and have:
                if error.headers.get("Content-Range", "") == f"bytes */{have}":
                    return None
                return _open(url, 0)  # longer than the file: of another one
            trouble = _RefusedError if error.code in _GONE_FOR_GOOD else _BrokenError
            raise trouble(f"HTTP {error.code} {error.reason}") from None
    except (URLError, HTTPException, OSError) as error:
        raise _BrokenError(str(getattr(error, "reason", error)) or type(error).__name__) from None


def _piece(response: HTTPResponse) -> bytes:
    try:
        return response.read(PIECE)
    except (HTTPException, OSError) as error:  # of the network: what goes wrong on the disk is not caught here
        raise _BrokenError(f"the connection broke ({error})") from None


def _is_right(file: RemoteFile, path: Path) -> bool:
    if file.gzipped:
        try:
            read_content(path, file.md5)
        except ValueError:
            return False
        return True
    return _md5(path) == file.md5


def _is_there(name: str, file: RemoteFile, folder) -> bool:
    with suppress(OSError):
        if file.members:
            return all(_md5(locate(name, member, folder)) == md5 for member, md5 in file.members.items())
        return _is_right(file, locate(name, file.name, folder))
    return False


def _md5(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def unpack(file: RemoteFile, archive: Path) -> None:
    """Write the wanted members of a tar archive beside it; paths in the archive are compared, never followed.

    Raises ValueError where a member is missing, is not a regular file, is too large or is not what it should be.
    """
    missing = dict(file.members)
    try:
        with tarfile.open(archive, "r:gz") as tar:
            for member in tar:
                if member.name not in missing or not member.isreg():
                    continue
                if member.size > LARGEST_FILE:
                    raise ValueError(f"{archive}: {member.name} claims to have {member.size:,} bytes")
                content = tar.extractfile(member).read()
                if hashlib.md5(content, usedforsecurity=False).hexdigest() != missing.pop(member.name):
                    raise ValueError(f"{archive}: {member.name} has the wrong checksum")
                target = archive.parent / Path(*member.name.split("/"))
                target.parent.mkdir(parents=True, exist_ok=True)
                with replacing(target) as out:
                    out.write(content)
                if not missing:
                    break
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise ValueError(f"{archive}: not a whole tar archive ({error})") from None
    if missing:
        raise ValueError(f"{archive}: {next(iter(missing))} is not in it: delete it and download again")
