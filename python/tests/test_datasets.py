import gc
import hashlib
import pathlib
import pickle
import struct
import sys

import numpy as np
import pixel_debate as pd
import pytest


def write_idx(path: pathlib.Path, numbers: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> None:
    sides = struct.pack(f">{numbers.ndim}I", *numbers.shape)
    path.write_bytes(bytes([0, 0, 8, numbers.ndim]) + sides + numbers.tobytes())


def test_mnist_is_inside(mnist: pd.Dataset) -> None:
    assert (mnist.name, len(mnist)) == ("mnist-test", 10_000)
    assert mnist.classes == tuple("0123456789")
    assert mnist.images.shape == (10_000, 28, 28)
    assert mnist.images.dtype == np.uint8 and mnist.labels.dtype == np.uint8
    assert mnist.labels[:3].tolist() == [7, 2, 1]
    assert mnist.warnings == []
    assert mnist.sha256 == hashlib.sha256(mnist.images.tobytes() + mnist.labels.tobytes()).hexdigest()


def test_arrays_are_the_datasets_own_memory_and_cannot_be_written_to(mnist: pd.Dataset) -> None:
    images = mnist.images
    base: object = images.base
    assert base is mnist and images.flags.c_contiguous
    assert np.shares_memory(images, mnist.images)
    with pytest.raises(ValueError, match="read-only"):
        images[0, 0, 0] = 1
    with pytest.raises(ValueError, match="WRITEABLE"):
        images.setflags(write=True)


def test_an_array_keeps_its_dataset(tmp_path: pathlib.Path) -> None:
    images = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)
    write_idx(tmp_path / "images", images)
    write_idx(tmp_path / "labels", np.array([3, 9], np.uint8))
    dataset = pd.datasets.load((tmp_path / "images", tmp_path / "labels"))
    shown = dataset.images
    assert sys.getrefcount(dataset) == 3
    del dataset
    gc.collect()
    assert (shown == images).all()


def test_a_folder_has_parts(tmp_path: pathlib.Path) -> None:
    for part, count in [("train", 3), ("t10k", 2)]:
        write_idx(tmp_path / f"{part}-images-idx3-ubyte", np.full((count, 28, 28), 7, np.uint8))
        write_idx(tmp_path / f"{part}-labels-idx1-ubyte", np.arange(count, dtype=np.uint8))
    assert len(pd.datasets.load(tmp_path)) == 2
    train = pd.datasets.load(str(tmp_path), split="train", invert=True)
    assert len(train) == 3 and train.images[0, 0, 0] == 248
    assert train.labels.tolist() == [0, 1, 2]


def test_what_is_no_dataset_is_refused_with_its_fault(tmp_path: pathlib.Path) -> None:
    with pytest.raises(pd.DatasetError, match="neither the files of MNIST"):
        pd.datasets.load(tmp_path)
    (tmp_path / "images").write_bytes(b"\0\0\x08\x03\0\0")
    write_idx(tmp_path / "labels", np.zeros(1, np.uint8))
    with pytest.raises(pd.DatasetError, match="images: the IDX header is cut short"):
        pd.datasets.load((tmp_path / "images", tmp_path / "labels"))
    with pytest.raises(pd.DatasetError, match="no-such-folder"):
        pd.datasets.load(tmp_path / "no-such-folder")
    with pytest.raises(pd.DatasetError, match="no part of the package"):
        pd.datasets.load("mnist", split="train")
    with pytest.raises(ValueError, match='"test" or "train", not "all"'):
        pd.datasets.load("mnist", split="all")  # type: ignore[arg-type]  # pyright: ignore
    with pytest.raises(ValueError, match="source must be"):
        pd.datasets.load(17)  # type: ignore[arg-type]  # pyright: ignore


def test_datasets_are_made_of_arrays_and_pickle(mnist: pd.Dataset) -> None:
    assert len(pickle.dumps(mnist)) < 1000
    assert pickle.loads(pickle.dumps(mnist)).sha256 == mnist.sha256
    images = mnist.images[:5, :20, ::-1]
    mine = pd.Dataset.from_arrays("mine", images, mnist.labels[:5], [str(i) for i in range(10)])
    assert (mine.name, mine.images.shape) == ("mine", (5, 20, 28))
    np.testing.assert_array_equal(mine.images, images)
    again = pickle.loads(pickle.dumps(mine))
    assert (again.name, again.sha256, again.classes) == ("mine", mine.sha256, mine.classes)
    with pytest.raises(pd.DatasetError, match="mine: label 7 of image 0 is out of range"):
        pd.Dataset.from_arrays("mine", images, mnist.labels[:5], ["a", "b"])
    with pytest.raises(ValueError, match=r"labels must be .* shape \(5,\)"):
        pd.Dataset.from_arrays("mine", images, mnist.labels, ["a"])
