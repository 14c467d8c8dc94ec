"""Length buckets: which lengths, which batches, and that nothing else of a pass changes."""

import dataclasses
import itertools

import numpy as np
import pytest

from data_tools import input_pipeline, strokes
from data_tools.length_buckets import BucketedPasses, bucket_lengths, padded_share
from tests.data_tools.test_input_pipeline import (AUGMENTED, PLAIN, assert_same, identities,
                                                  make_split, take)

TRIMMED = dataclasses.replace(PLAIN, trim_padding=True, length_buckets=(4, 8))


def lengths_of(count, longest=40, seed=0):
  return np.random.default_rng(seed).integers(1, longest + 1, count)


def padded_rows(lengths, longest, buckets):
  return sum(min(b for b in buckets if b > n or b == longest) for n in lengths)


def test_the_chosen_lengths_are_those_with_the_fewest_rows():
  for seed in range(5):
    lengths, longest = lengths_of(30, 11, seed), 11
    chosen = bucket_lengths(lengths, longest)
    last = min(lengths.max() + 1, longest)
    best = min(padded_rows(lengths, longest, {*three, last})
               for three in itertools.combinations(range(1, last), 3))
    assert len(chosen) <= 4 and padded_rows(lengths, longest, chosen) == best


@pytest.mark.parametrize("lengths, longest, given, expected", [
  ([3, 5, 9], 9, (), (4, 6, 9)), ([3, 3], 9, (), (4,)), ([9], 9, (), (9,)),
  ([3, 5, 9], 9, (6,), (6, 9)), ([3, 5, 9], 9, (6, 50, 60), (6, 9)), ([3, 5], 9, (4, 7), (4, 7)),
  ([6], 9, (6,), (6, 9)), ([6], 9, (7,), (7,)), ([8], 9, (8,), (8, 9))])
def test_lengths(lengths, longest, given, expected):
  found = bucket_lengths(np.array(lengths), longest, given)
  assert found == expected and bucket_lengths(np.array(lengths), longest, found) == found


def test_share_of_padding():
  lengths = np.array([1, 3, 8])
  assert padded_share(lengths, 8) == pytest.approx(1 - 12 / 24)
  assert padded_share(lengths, 8, (2, 4, 8)) == pytest.approx(1 - 12 / 14)


def test_batches_are_of_one_bucket_and_no_drawing_comes_twice():
  lengths = lengths_of(203)
  passes = BucketedPasses(lengths, 40, (10, 20, 40), 8, seed=4)
  for pass_index in (0, 1, 7):
    batches = [passes.rows(pass_index, index) for index in range(25)]
    assert len(set(np.concatenate(batches))) == 200
    mixed, found = 0, []
    for rows in batches:
      length = passes.length(rows)
      needed = np.minimum(lengths[rows] + 1, 40)
      assert (needed <= length).all()
      mixed += (needed <= {10: 0, 20: 10, 40: 20}[length]).any()
      found.append(length)
    assert mixed <= 2 and set(found) == {10, 20, 40}
    assert found != sorted(found)  # the batches are in random order


def test_a_pass_leaves_out_what_it_left_out_without_buckets():
  split = make_split(14)
  plain, trimmed = ({*np.concatenate([identities(batch) for batch in take(
      input_pipeline.train_batches(split, config, seed=3), 3)])} for config in (PLAIN, TRIMMED))
  assert plain == trimmed and len(plain) == 12


def test_batches_are_padded_to_the_shortest_length_that_fits():
  split = make_split(40)
  shapes = set()
  for batch in take(input_pipeline.train_batches(split, TRIMMED, seed=0), 20):
    length = batch["strokes"].shape[1] - 1
    shapes.add(length)
    rows = identities(batch)
    assert length == min(b for b in (4, 8, 12) if b > split.lengths[rows].max() or b == 12)
    for row, index in zip(batch["strokes"], rows):
      np.testing.assert_array_equal(row, strokes.pad_batch([split.strokes[index]], length)[0])
  assert shapes == {4, 8, 12}


def test_a_batch_depends_on_seed_pass_and_position_only():
  split, config = make_split(30), dataclasses.replace(AUGMENTED, trim_padding=True)
  whole = take(input_pipeline.train_batches(split, config, seed=5), 21)
  assert_same(take(input_pipeline.train_batches(split, config, seed=5, first_pass=2), 7),
              whole[14:])
  other, = take(input_pipeline.train_batches(split, config, seed=6), 1)
  assert (other["strokes"].shape != whole[0]["strokes"].shape
          or not np.array_equal(other["strokes"], whole[0]["strokes"]))


def test_evaluation_is_padded_as_ever():
  split = make_split(10)
  assert_same(*(list(input_pipeline.eval_batches(split, config).as_numpy_iterator())
                for config in (PLAIN, TRIMMED)))
