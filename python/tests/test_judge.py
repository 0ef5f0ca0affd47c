import pathlib
import pickle
import threading

import numpy as np
import numpy.typing as npt
import pixel_debate as pd
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

Masks = npt.NDArray[np.bool_]

images = hnp.arrays(np.uint8, (28, 28))
pixels = st.lists(st.tuples(st.integers(0, 27), st.integers(0, 27)), max_size=20)


def mask_of(sets: list[list[tuple[int, int]]]) -> Masks:
    masks = np.zeros((len(sets), 28, 28), bool)
    for mask, pixels in zip(masks, sets, strict=True):
        for column, row in pixels:
            mask[row, column] = True
    return masks


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(image=images, sets=st.lists(pixels, max_size=5))
def test_all_ways_to_ask_agree(
    judge: pd.Judge, image: npt.NDArray[np.uint8], sets: list[list[tuple[int, int]]]
) -> None:
    masks = mask_of(sets)
    by_set = judge.logits_of(image, sets)
    assert by_set.shape == (len(sets), 10) and by_set.dtype == np.float32
    np.testing.assert_array_equal(by_set, judge.logits_of(image, masks))
    many = np.broadcast_to(image, masks.shape)
    np.testing.assert_allclose(judge.logits(many, masks), by_set, atol=1e-4)
    # What is hidden makes no difference, to the last bit.
    np.testing.assert_array_equal(judge(many * masks, masks), judge.logits(many, masks))


def test_arrays_may_have_any_strides(mnist: pd.Dataset, judge: pd.Judge) -> None:
    images = mnist.images[:40]
    masks = images > 200
    expected = judge.logits(images, masks)
    turned = np.asfortranarray(images)
    assert not turned.flags.c_contiguous
    np.testing.assert_array_equal(judge.logits(turned, np.asfortranarray(masks)), expected)
    np.testing.assert_array_equal(judge.logits(images[::-2], masks[::-2]), expected[::-2])


def test_an_images_logits_do_not_depend_on_the_batch(mnist: pd.Dataset, judge: pd.Judge) -> None:
    images = mnist.images[:300]
    masks = np.random.default_rng(1).random(images.shape) < 0.01
    whole = judge.logits(images, masks)
    for one in (0, 128, 299):
        np.testing.assert_array_equal(judge.logits(images[[one]], masks[[one]])[0], whole[one])


def test_accuracy_is_what_the_file_says(mnist: pd.Dataset, judge: pd.Judge) -> None:
    said = float(judge.provenance["accuracy"].split(" %")[0])
    accuracy = judge.accuracy(mnist, seed=3)
    assert abs(100 * accuracy - said) < 1.5
    assert accuracy == judge.accuracy(mnist, pixels=4, seed=3, legal="nonzero")
    with pytest.raises(ValueError, match='legal must be "nonzero" or "any", not "all"'):
        judge.accuracy(mnist, legal="all")  # type: ignore[arg-type]  # pyright: ignore


def test_judges_are_shipped_read_and_pickled(
    mnist: pd.Dataset, judge: pd.Judge, tmp_path: pathlib.Path
) -> None:
    assert (judge.name, judge.provenance["pixels"]) == ("judge-4", "4")
    assert pd.Judge.shipped(6).sha256 != judge.sha256
    again = pickle.loads(pickle.dumps(judge))
    assert (again.name, again.sha256, again.provenance) == (
        judge.name,
        judge.sha256,
        judge.provenance,
    )
    _, (_, numbers) = judge.__reduce__()
    (tmp_path / "mine.safetensors").write_bytes(numbers)
    mine = pd.Judge.load(tmp_path / "mine.safetensors")
    assert (mine.name, mine.sha256) == ("mine", judge.sha256)
    images = mnist.images[:2]
    np.testing.assert_array_equal(mine(images, images > 250), judge(images, images > 250))


def test_what_is_no_judge_is_refused_with_its_fault(tmp_path: pathlib.Path) -> None:
    with pytest.raises(ValueError, match="no judge for 5 pixels is in the package"):
        pd.Judge.shipped(5)
    (tmp_path / "text.safetensors").write_text("no tensors")
    with pytest.raises(pd.JudgeError, match="not a sound safetensors file"):
        pd.Judge.load(tmp_path / "text.safetensors")
    with pytest.raises(pd.JudgeError, match="missing.safetensors"):
        pd.Judge.load(tmp_path / "missing.safetensors")


@pytest.mark.parametrize(
    ("images", "masks", "sentence"),
    [
        (
            np.zeros((2, 28, 28), np.float32),
            np.zeros((2, 28, 28), bool),
            r"images must be a numpy array of uint8 and shape \(n, 28, 28\), not of float32",
        ),
        (
            np.zeros((28, 28), np.uint8),
            np.zeros((28, 28), bool),
            r"images must be a numpy array of uint8 and shape \(n, 28, 28\), not of shape \(28, 28\)",
        ),
        (
            np.zeros((2, 28, 28), np.uint8),
            np.zeros((3, 28, 28), bool),
            r"masks must be a numpy array of bool and shape \(2, 28, 28\), not of shape \(3, 28, 28\)",
        ),
        ([[0]], np.zeros((1, 28, 28), bool), "images must be a numpy array .*, not list"),
        (
            np.zeros((2, 28, 28), np.uint8),
            np.zeros((2, 28, 28), np.uint8),
            "masks must be a numpy array of bool .*, not of uint8",
        ),
    ],
)
def test_arrays_of_another_kind_are_refused(
    judge: pd.Judge, images: object, masks: object, sentence: str
) -> None:
    with pytest.raises(ValueError, match=sentence):
        judge.logits(images, masks)  # type: ignore[arg-type]  # pyright: ignore


def test_pixels_outside_are_refused(judge: pd.Judge) -> None:
    image = np.zeros((28, 28), np.uint8)
    with pytest.raises(ValueError, match=r"pixel \(28, 0\) of set 1 is outside the image"):
        judge.logits_of(image, [[(0, 0)], [(28, 0)]])
    with pytest.raises(ValueError, match=r"a pixel is \(column, row\).*, not \(0, -1\)"):
        judge.logits_of(image, [[(0, -1)]])
    with pytest.raises(ValueError, match="sets must be a sequence of sets"):
        judge.logits_of(image, 3)  # type: ignore[arg-type]  # pyright: ignore


def test_threads_ask_at_once(mnist: pd.Dataset, judge: pd.Judge) -> None:
    images = mnist.images[:200]
    masks = images > 220
    expected = judge.logits(images, masks)
    answers: list[npt.NDArray[np.float32]] = []
    threads = [
        threading.Thread(target=lambda: answers.append(judge.logits(images, masks)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 4
    for answer in answers:
        np.testing.assert_array_equal(answer, expected)


def test_a_tensor_is_an_answer(debate: pd.Debate, judge: pd.Judge) -> None:
    """A PyTorch tensor is taken for what it holds, logits or labels; one that numpy does not take is said to be so."""

    def logits(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> torch.Tensor:
        return torch.from_numpy(judge.logits(values, masks))  # pyright: ignore[reportUnknownMemberType]

    def labels(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> torch.Tensor:
        return logits(values, masks).argmax(1)

    def unfinished(values: npt.NDArray[np.uint8], masks: npt.NDArray[np.bool_]) -> torch.Tensor:
        return logits(values, masks).requires_grad_()

    theirs = pd.play(debate, judge, honest="greedy", liar="random", seed=3)
    ours = pd.play(debate, logits, honest="greedy", liar="random", seed=3)
    assert ours.evidence == theirs.evidence
    # One set alone and many at once are added up in other orders.
    assert ours.verdict_logits == pytest.approx(theirs.verdict_logits, abs=1e-4)
    label = pd.play(debate, labels, honest="random", liar="random", seed=3).verdict_label
    assert label is not None and 0 <= label < 10
    with pytest.raises(pd.PlayerError, match="unfinished: it must answer an array of floats .* not Tensor"):
        pd.play(debate, unfinished, honest="random", liar="random")
