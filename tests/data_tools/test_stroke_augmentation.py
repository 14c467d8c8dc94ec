"""Stroke augmentation: given the original's random numbers, the original's drawings."""

import pathlib

import numpy as np
import pytest

from data_tools import stroke_augmentation, strokes

REFERENCE = pathlib.Path(__file__).parents[1] / "reference" / "rpcl" / "synthetic" / "strokes.npz"


@pytest.fixture(scope="module")
def ref():
  with np.load(REFERENCE) as data:
    return dict(data)


def ragged(ref, name):
  lengths = ref[f"{name}_lengths"]
  return np.split(ref[name], np.cumsum(lengths)[:-1])


def padded(drawings):
  """Drawings -> zeros-padded [B, T, 3] and lengths."""
  lengths = np.array([len(d) for d in drawings])
  return strokes.pad(drawings, lengths.max()), lengths


def spread(uniforms, lengths):
  """One uniform per point, drawing after drawing -> [B, T]."""
  result = np.full((len(lengths), lengths.max()), -1.0)  # -1: would be dropped if it were a point
  result[np.arange(lengths.max()) < lengths[:, None]] = uniforms
  return result


@pytest.mark.parametrize("prob", [0.1, 0.5, 1.0, 0.0])
def test_drop_points_is_the_originals(ref, prob):
  batch, lengths = padded(ragged(ref, "out/dl_strokes_normalized"))
  uniforms = spread(ref["in/augment_uniforms"], lengths)
  result, new_lengths = stroke_augmentation.drop_points(batch, lengths, uniforms, prob)
  np.testing.assert_array_equal(new_lengths, ref[f"out/augment_p{prob:g}_lengths"])
  inside = np.arange(batch.shape[1]) < new_lengths[:, None]
  np.testing.assert_array_equal(result[inside], ref[f"out/augment_p{prob:g}"])
  assert not result[~inside].any()
  np.testing.assert_allclose(result[..., :2].sum(1), batch[..., :2].sum(1), atol=1e-5)


def test_drop_points_keeps_int16(ref):
  drawing = ragged(ref, "in/strokes3")[0][None]
  uniforms = ref["in/augment_uniforms"][None, :drawing.shape[1]]
  result, lengths = stroke_augmentation.drop_points(
      drawing, np.array([drawing.shape[1]]), uniforms, 0.5)
  np.testing.assert_array_equal(result[0, :lengths[0]], ref["out/augment_int16_input"])
  assert result.dtype == np.int16


def test_random_scale_is_the_originals(ref):
  drawings = ragged(ref, "out/dl_strokes_normalized")[:10]
  batch, lengths = padded(drawings)
  result = stroke_augmentation.random_scale(batch, ref["in/random_scale_uniforms"],
                                            float(ref["in/random_scale_factor"]))
  inside = np.arange(batch.shape[1]) < lengths[:, None]
  np.testing.assert_array_equal(result[inside], ref["out/random_scale_seq"])


def test_whole_batch_is_the_originals(ref):
  """Scale, drop, pad, with the numbers drawn in the original's order: drawing by drawing."""
  size, max_len = int(ref["in/dl_batch_size"]), int(ref["in/dl_max_seq_length"])
  short = [d for d in ragged(ref, "in/strokes3") if len(d) <= max_len]
  drawings = [strokes.normalize(strokes.clip(d), ref["out/calc_seq_norm"]) for d in short[:size]]
  random = np.random.RandomState(int(ref["in/aug_batch_seeds_np_py"][0]))
  batch, lengths = padded(drawings)
  drawn = [(random.random_sample(2), random.random_sample(n)) for n in lengths]
  scaled = stroke_augmentation.random_scale(batch, np.array([two for two, _ in drawn]), 0.1)
  uniforms = spread(np.concatenate([points for _, points in drawn]), lengths)
  dropped, new_lengths = stroke_augmentation.drop_points(scaled, lengths, uniforms, 0.3)
  np.testing.assert_array_equal(new_lengths, ref["out/aug_batch/seq_len"])
  dropped = np.pad(dropped, [(0, 0), (0, max_len - dropped.shape[1]), (0, 0)])
  np.testing.assert_array_equal(strokes.padded_to_batch(dropped, new_lengths),
                                ref["out/aug_batch/seqs"])


def test_single_item_is_the_originals(ref):
  max_len, item = int(ref["in/dl_max_seq_length"]), 3
  short = [d for d in ragged(ref, "in/strokes3") if len(d) <= max_len]
  drawing = strokes.normalize(strokes.clip(short[item]), ref["out/calc_seq_norm"])[None]
  random = np.random.RandomState(int(ref["in/idx_sample_seeds_np_py"][0]))
  scaled = stroke_augmentation.random_scale(drawing, random.random_sample((1, 2)), 0.1)
  uniforms = random.random_sample((1, drawing.shape[1]))
  result, (length,) = stroke_augmentation.drop_points(
      scaled, np.array([drawing.shape[1]]), uniforms, 0.3)
  np.testing.assert_array_equal(strokes.to_stroke5(result[0, :length], max_len),
                                ref["out/idx_sample3/seq"])
