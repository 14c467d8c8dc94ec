"""strokes.npz: stroke formats, preprocessing, and both augmentations."""

import pathlib
from collections.abc import Iterator

import numpy as np

from data_tools import image_augmentation, stroke_augmentation, strokes
from tests.reference_checks.finding import Finding, different
from tests.reference_checks.ragged import ragged

IMAGES = 1e-6  # absolute, of pixels in [-1, 1]: OpenCV keeps its weights in float32


def check(path: pathlib.Path) -> Iterator[Finding]:
  """Strokes bit for bit, images to 1e-6."""
  arrays = dict(np.load(path))
  yield from _check_formats(arrays)
  yield from _check_preprocessing(arrays)
  yield from _check_stroke_augmentation(arrays)
  yield from _check_image_augmentation(arrays)
  yield from _check_whole_batch(arrays)


def _check_formats(arrays):
  drawings = ragged(arrays, "in/strokes3")
  longest = strokes.max_length(drawings)
  yield Finding("longest", different(longest, arrays["out/get_max_len"]), 0)
  padded = [strokes.to_stroke5(d, int(arrays["in/max_len_5d"])) for d in drawings]
  yield Finding("stroke-3 to 5", different(padded, arrays["out/seq_3d_to_5d"]), 0)
  exact = strokes.to_stroke5(max(drawings, key=len), longest)
  yield Finding("no end row", different(exact, arrays["out/seq_3d_to_5d_exact_len"]), 0)
  back = np.concatenate([strokes.to_stroke3(rows) for rows in arrays["out/seq_3d_to_5d"]])
  yield Finding("stroke-5 to 3", different(back, arrays["out/seq_5d_to_3d"]), 0)
  for name in ("end_first", "end_mid", "len1"):
    ours = strokes.to_stroke3(arrays[f"in/seq5_{name}"])
    reference = arrays[f"out/seq_5d_to_3d_{name}"]
    yield Finding(f"stroke-5 to 3, {name}", float(not np.array_equal(ours, reference)), 0)


def _short(arrays, drawings):
  return [d for d in drawings if len(d) <= arrays["in/dl_max_seq_length"]]


def _check_preprocessing(arrays):
  drawings = _short(arrays, ragged(arrays, "in/strokes3"))
  limit, size = int(arrays["in/dl_limit"]), int(arrays["in/dl_batch_size"])
  clipped = [strokes.clip(d, limit) for d in drawings]
  yield Finding("clipped", different(np.concatenate(clipped),
                                     arrays["out/dl_strokes_preprocessed"]), 0)
  factor = strokes.scale_factor(clipped)
  yield Finding("scale factor", different(factor, arrays["out/calc_seq_norm"]), 0)
  normal = [strokes.normalize(d, factor) for d in clipped]
  yield Finding("normalised", different(np.concatenate(normal),
                                        arrays["out/dl_strokes_normalized"]), 0)
  batch = strokes.pad_batch(normal[:size], int(arrays["in/dl_max_seq_length"]))
  yield Finding("padded batch", different(batch, arrays["out/pad_seq_batch"]), 0)


def _padded(drawings):
  lengths = np.array([len(d) for d in drawings])
  return strokes.pad(drawings, lengths.max()), lengths


def _spread(uniforms, lengths):
  """One uniform a point, drawing after drawing -> [B, T]."""
  result = np.ones((len(lengths), lengths.max()))
  result[np.arange(lengths.max()) < lengths[:, None]] = uniforms
  return result


def _check_stroke_augmentation(arrays):
  batch, lengths = _padded(ragged(arrays, "out/dl_strokes_normalized"))
  uniforms = _spread(arrays["in/augment_uniforms"], lengths)
  for prob in arrays["in/augment_probs"]:
    ours, rest = stroke_augmentation.drop_points(batch, lengths, uniforms, prob)
    inside = np.arange(batch.shape[1]) < rest[:, None]
    yield Finding(f"points dropped at {prob:g}",
                  different(ours[inside], arrays[f"out/augment_p{prob:g}"]), 0)
  inside = (np.arange(batch.shape[1]) < lengths[:, None])[:10]
  ours = stroke_augmentation.random_scale(batch[:10], arrays["in/random_scale_uniforms"],
                                          float(arrays["in/random_scale_factor"]))
  yield Finding("scaled", different(ours[inside], arrays["out/random_scale_seq"]), 0)


def _check_image_augmentation(arrays):
  for other in ("", "_other_width"):
    for name, function, amounts in (("rescale", image_augmentation.shrink, "ratios"),
                                    ("rotate", image_augmentation.rotate, "angles"),
                                    ("translate", image_augmentation.translate, "shifts")):
      images = arrays[f"in/img{other}"]
      worst = max(np.abs(function(images, np.stack([amount] * len(images))) - expected).max()
                  for amount, expected in zip(arrays[f"in/{amounts}"],
                                              arrays[f"out/{name}{other}"]))
      yield Finding(f"{name}{other}", worst, IMAGES)


def _check_whole_batch(arrays):
  """The original's DataLoader, its random numbers in its order."""
  size, max_len = int(arrays["in/dl_batch_size"]), int(arrays["in/dl_max_seq_length"])
  raw = _short(arrays, ragged(arrays, "in/strokes3"))[:size]
  batch, lengths = _padded([strokes.normalize(strokes.clip(d), arrays["out/calc_seq_norm"])
                            for d in raw])
  random = np.random.RandomState(int(arrays["in/aug_batch_seeds_np_py"][0]))
  drawn = [(random.random_sample(2), random.random_sample(n)) for n in lengths]
  scaled = stroke_augmentation.random_scale(batch, np.array([two for two, _ in drawn]), .1)
  uniforms = _spread(np.concatenate([points for _, points in drawn]), lengths)
  dropped, rest = stroke_augmentation.drop_points(scaled, lengths, uniforms, .3)
  dropped = np.pad(dropped, [(0, 0), (0, max_len - dropped.shape[1]), (0, 0)])
  yield Finding("whole batch: strokes", different(strokes.padded_to_batch(dropped, rest),
                                                  arrays["out/aug_batch/seqs"]), 0)
  uniforms = arrays["in/aug_batch_py_uniforms"]
  images = image_augmentation.augment(
      arrays["in/images"][:size] / 255 * 2 - 1, .9 + .1 * uniforms[:size],
      -8 + 16 * uniforms[size:2 * size], (-3 + 6 * uniforms[2 * size:4 * size]).reshape(size, 2))
  worst = np.abs(images - arrays["out/aug_batch/pngs"]).max()
  yield Finding("whole batch: images", worst, IMAGES)
