"""Batches for triplets: who is in them, with which pictures, cropped and mirrored how."""

import collections

import numpy as np
import pytest

from data_tools.errors import UserError
from data_tools.faces.geometry import Geometry, window
from data_tools.faces.identity_batches import IdentityBatches, paired_persons

GEOMETRY = Geometry((10, 8), (16, 16), (12, 12))


def faces(*counts, channels=1, seed=0):
  """So many pictures of each person, in mixed order: images and persons' names."""
  random = np.random.default_rng(seed)
  persons = random.permutation(np.repeat([f"p{number}" for number in range(len(counts))], counts))
  return random.integers(0, 200, [len(persons), 10, 8, channels]).astype(np.uint8), persons


def batches(*counts, persons=2, each=2, seed=0, **options):
  return IdentityBatches(*faces(*counts), persons, each, seed, GEOMETRY, **options)


def test_a_batch_has_so_many_persons_with_so_many_pictures_each():
  made = batches(3, 4, 5, 6, persons=3, each=3)
  for index in range(8):
    rows, identity, _ = made.draw(index)
    assert len(rows) == 9 and len(set(rows)) == 9
    assert len(set(identity)) == 3 and (identity.reshape(3, 3) == identity[::3, None]).all()
    names = faces(3, 4, 5, 6)[1][rows]
    assert names.tolist() == [made.persons[number] for number in identity]


def test_everyone_comes_up_before_anyone_comes_again():
  made = batches(*[2] * 7, persons=3)
  for start in range(0, 20, 2):  # two batches are a pass, one person is left out
    seen = np.concatenate([made.draw(index)[1][::2] for index in (start, start + 1)])
    assert len(set(seen)) == 6
  seen = collections.Counter(np.concatenate([made.draw(index)[1] for index in range(60)]).tolist())
  assert set(seen) == set(range(7))


def test_few_pictures_are_given_again_as_evenly_as_can_be():
  made = batches(2, 2, persons=2, each=5)
  for index in range(5):
    rows, _, _ = made.draw(index)
    for own in rows.reshape(2, 5):
      assert sorted(collections.Counter(own.tolist()).values()) == [2, 3]
      assert own[0] != own[1]


def test_a_batch_is_a_function_of_seed_and_number():
  one, two, other = batches(3, 3, 3), batches(3, 3, 3), batches(3, 3, 3, seed=1)
  for index in (5, 0, 3):
    for a, b in zip(one(index), two(index)):
      np.testing.assert_array_equal(a, b)
  assert any((one(index)[0] != other(index)[0]).any() for index in range(3))
  assert (one(0)[0] != one(1)[0]).any()


def test_going_on_gives_the_batches_that_would_have_come():
  made = batches(3, 3, 3, 3)
  whole = list(made.dataset().take(5).as_numpy_iterator())
  rest = list(made.dataset(first_batch=3).take(2).as_numpy_iterator())
  for a, b in zip(whole[3:], rest):
    np.testing.assert_array_equal(a["image"], b["image"])
    np.testing.assert_array_equal(a["identity"], b["identity"])
  assert whole[0]["image"].shape == (4, 12, 12, 1) and whole[0]["image"].dtype == np.uint8
  assert whole[0]["identity"].dtype == np.int32
  np.testing.assert_array_equal(whole[4]["image"], made(4)[0])


def test_pictures_are_crops_of_the_canvas_mirrored_as_often_as_asked():
  images, persons = faces(4, 4, channels=3)
  mirrored = 0
  for probability in (0.0, 0.5, 1.0):
    made = IdentityBatches(images, persons, 2, 4, 0, GEOMETRY, probability)
    flips, offsets = [], set()
    for index in range(12):
      for row, picture in zip(made.draw(index)[0], made(index)[0]):
        found = {(flip, top, left) for flip in (False, True) for top in range(4)
                 for left in range(4)
                 if (window(images[row], (top, left), GEOMETRY)[:, ::-1 if flip else 1]
                     == picture).all()}
        assert len(found) == 1
        flips.append(found.pop())
    offsets = {flip[1:] for flip in flips}
    mirrored = np.mean([flip[0] for flip in flips])
    assert abs(mirrored - probability) < 0.2 * (probability == 0.5) + 1e-9
    assert len(offsets) > 12


def test_persons_with_one_picture_are_left_out_and_counted(capsys):
  made = batches(1, 3, 2, 1, 4)
  assert made.persons == ["p1", "p2", "p4"]
  assert "2 of 5 persons have one picture only" in capsys.readouterr().err
  rows = np.concatenate([made.draw(index)[0] for index in range(30)])
  assert set(faces(1, 3, 2, 1, 4)[1][rows]) == {"p1", "p2", "p4"}
  batches(2, 2)
  assert not capsys.readouterr().err


def test_numbers_are_persons_too():
  images, _ = faces(2, 2)
  made = IdentityBatches(images, [70, 5, 70, 5], 2, 2, 0, GEOMETRY)
  assert made.persons == [5, 70] and set(made(0)[1]) == {0, 1}


@pytest.mark.parametrize("counts, persons, words", [
    ((1, 1, 1), 2, "Each of the 3 persons has one picture only"),
    ((2, 1, 3), 3, "There are 2 persons with two pictures or more, but persons_per_batch is 3")])
def test_too_few_pictures_are_a_sentence(counts, persons, words):
  with pytest.raises(UserError, match=words):
    batches(*counts, persons=persons)
  with pytest.raises(UserError, match=words):
    paired_persons(faces(*counts)[1], persons)
