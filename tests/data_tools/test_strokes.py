"""Stroke-3 and stroke-5 against the arrays of the original program."""

import pathlib

import numpy as np
import pytest

from data_tools import strokes

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic" / "strokes.npz"


@pytest.fixture(scope="module")
def ref():
  with np.load(REFERENCE) as data:
    return dict(data)


def ragged(ref, name):
  lengths = ref[f"{name}_lengths"]
  return np.split(ref[name], np.cumsum(lengths)[:-1])


def test_max_length(ref):
  assert strokes.max_length(ragged(ref, "in/strokes3")) == ref["out/get_max_len"]
  assert strokes.max_length([]) == 0


def test_to_stroke5(ref):
  drawings = ragged(ref, "in/strokes3")
  longest = max(drawings, key=len)
  padded = np.stack([strokes.to_stroke5(d, int(ref["in/max_len_5d"])) for d in drawings])
  np.testing.assert_array_equal(padded, ref["out/seq_3d_to_5d"])
  np.testing.assert_array_equal(strokes.to_stroke5(longest, len(longest)),
                                ref["out/seq_3d_to_5d_exact_len"])
  with pytest.raises(ValueError):
    strokes.to_stroke5(longest, len(longest) - 1)


def test_to_stroke3(ref):
  for drawing, rows in zip(ragged(ref, "out/seq_5d_to_3d"), ref["out/seq_3d_to_5d"]):
    np.testing.assert_array_equal(strokes.to_stroke3(rows), drawing)
  for name in ("end_first", "end_mid", "len1"):
    np.testing.assert_array_equal(strokes.to_stroke3(ref[f"in/seq5_{name}"]),
                                  ref[f"out/seq_5d_to_3d_{name}"])
  np.testing.assert_array_equal(strokes.to_stroke3(ref["out/seq_3d_to_5d_exact_len"]),
                                ref["out/seq_5d_to_3d_full"])


def short_ones(ref, drawings):
  return [d for d in drawings if len(d) <= ref["in/dl_max_seq_length"]]


def test_clip_scale_and_normalize(ref):
  limit = int(ref["in/dl_limit"])
  clipped = [strokes.clip(d, limit) for d in short_ones(ref, ragged(ref, "in/strokes3"))]
  np.testing.assert_array_equal(np.concatenate(clipped), ref["out/dl_strokes_preprocessed"])
  assert [len(d) for d in clipped] == list(ref["out/dl_strokes_preprocessed_lengths"])
  factor = strokes.scale_factor(clipped)
  assert factor == ref["out/calc_seq_norm"] and factor.dtype == np.float32
  result = np.concatenate([strokes.normalize(d, factor) for d in clipped])
  np.testing.assert_array_equal(result, ref["out/dl_strokes_normalized"])


def test_normalize_with_a_given_factor_and_the_default_limit(ref):
  drawings = [strokes.clip(d) for d in short_ones(ref, ragged(ref, "in/strokes3"))]
  result = np.concatenate([strokes.normalize(d, 2.5) for d in drawings])
  np.testing.assert_array_equal(result, ref["out/dl_scale_factor_2.5_strokes"])


def test_clip_of_floats(ref):
  drawings = short_ones(ref, [d * 1.37 for d in ragged(ref, "in/strokes3")])
  result = np.concatenate([strokes.clip(d, int(ref["in/dl_limit"])) for d in drawings])
  np.testing.assert_array_equal(result, ref["out/dl_float_strokes"])


def test_scale_factor_of_a_still_pen_is_one():
  assert strokes.scale_factor([np.zeros([4, 3], np.float32)]) == 1


def test_batches_start_with_the_token_and_end_with_end_rows(ref):
  size, max_len = int(ref["in/dl_batch_size"]), int(ref["in/dl_max_seq_length"])
  drawings = ragged(ref, "out/dl_strokes_normalized")
  batch = strokes.pad_batch(drawings[:size], max_len)
  np.testing.assert_array_equal(batch, ref["out/pad_seq_batch"])
  second = drawings[size:2 * size]
  np.testing.assert_array_equal(strokes.pad_batch(second, max_len), ref["out/get_batch1/seqs"])
  lengths = np.array([len(d) for d in second])
  np.testing.assert_array_equal(lengths, ref["out/get_batch1/seq_len"])
  padded = strokes.pad(second, max_len)
  np.testing.assert_array_equal(strokes.padded_to_batch(padded, lengths),
                                ref["out/get_batch1/seqs"])
