"""Where the files of a data set come from, how they are recognized, and where they lie on this machine."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass, field
from pathlib import Path

VARIABLE = "STICKYWEIGHTS_DATA"


@dataclass(frozen=True)
class RemoteFile:
    """A file at its public ``urls``, tried in this order.

    md5: of the file; of what is inside where it is gzipped (``gzipped``), because copies are compressed differently.
    limit: bytes; a server that sends more is not believed.  members: file -> md5, of an archive that is unpacked.
    """

    name: str
    urls: tuple[str, ...]
    md5: str
    limit: int
    gzipped: bool = False
    members: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class RemoteSet:
    """What a data set is downloaded as, and the folders, below the user's, in which its files are looked for.

    Downloads go to the first folder.
    """

    files: tuple[RemoteFile, ...]
    folders: tuple[str, ...]


def _mnist_file(name: str, md5: str, size: int) -> RemoteFile:
    homes = ("https://ossci-datasets.s3.amazonaws.com/mnist/", "https://storage.googleapis.com/cvdf-datasets/mnist/")
    urls = tuple(f"{home}{name}.gz" for home in homes)
    return RemoteFile(f"{name}.gz", urls, md5, size + 1024, gzipped=True)


MNIST = RemoteSet(
    files=(
        _mnist_file("train-images-idx3-ubyte", "6bbc9ace898e44ae57da46a324031adb", 47_040_016),
        _mnist_file("train-labels-idx1-ubyte", "a25bea736e30d166cdddb491f175f624", 60_008),
        _mnist_file("t10k-images-idx3-ubyte", "2646ac647ad5339dbf082846283269ea", 7_840_016),
        _mnist_file("t10k-labels-idx1-ubyte", "27ae3e4e09519cfbb04c329615203637", 10_008),
    ),
    folders=("mnist", "", "MNIST/raw"),  # the last is where torchvision puts them
)
CIFAR10 = RemoteSet(
    files=(
        RemoteFile(
            "cifar-10-python.tar.gz",
            ("https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz",),
            "c58f30108f718f92721af3b95e74349a",
            170_498_071,
            members={  # the training images in order, then the test images
                "cifar-10-batches-py/data_batch_1": "c99cafc152244af753f735de768cd75f",
                "cifar-10-batches-py/data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
                "cifar-10-batches-py/data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
                "cifar-10-batches-py/data_batch_4": "634d18415352ddfa80567beed471001a",
                "cifar-10-batches-py/data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
                "cifar-10-batches-py/test_batch": "40351d587109b95175f43aff81a1287e",
            },
        ),
    ),
    folders=("cifar10", ""),
)
SETS = {"mnist": MNIST, "mnist-torus": MNIST, "cifar10": CIFAR10}
INSIDE = ("digits-torus", "linear")  # need no files


def data_folder(folder=None) -> Path:
    """``folder``, else $STICKYWEIGHTS_DATA, else stickyweights in the user's cache folder."""
    if folder is None:
        cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder = os.environ.get(VARIABLE) or Path(cache, "stickyweights")
    return Path(folder).expanduser()


def locate(name: str, wanted: str, folder=None) -> Path:
    """The path of the file ``wanted`` of data set ``name``, with or without its ".gz".

    Raises FileNotFoundError with the folder that was searched and the command that downloads the file.
    """
    base = data_folder(folder)
    for below in SETS[name].folders:
        for path in (base / below / wanted, base / below / wanted.removesuffix(".gz")):
            if path.exists():
                return path
    option = "" if folder is None else f" --data {shlex.quote(str(folder))}"
    raise FileNotFoundError(
        f"{wanted} of {name} is not in {base}: `python -m training download {name}{option}` gets it, "
        f"or set ${VARIABLE} to the folder in which it lies"
    )
