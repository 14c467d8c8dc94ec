"""Figures that tell whether drawings are like people's: points, strokes, lengths, turns, shape."""

from collections.abc import Sequence

import numpy as np

PERCENTILES = (5, 25, 50, 75, 95)


def statistics(drawings: Sequence[np.ndarray]) -> dict[str, np.ndarray]:
  """Percentiles of what can be measured on drawings.

  Args:
    drawings: int [n, 3] each: dx, dy, pen lifted; longer side 255.

  Returns:
    name -> float64 [5], the 5, 25, 50, 75 and 95 percentiles. Per drawing: "points", "strokes",
    "ink" (length drawn over the longer side), "width/height"; per stroke: "points per stroke",
    "stroke length"; per segment: "segment length", "turn" (degrees between neighbouring
    segments); per pen-up move: "jump".
  """
  values: dict[str, list] = {}
  for drawing in drawings:
    for name, measured in _measure(drawing).items():
      values.setdefault(name, []).extend(np.atleast_1d(measured))
  return {name: np.percentile(all_values, PERCENTILES) for name, all_values in values.items()}


def shares(drawings: Sequence[np.ndarray]) -> dict[str, float]:
  """Shares of special strokes: of two points, dots, closed ones, and the first being longest.

  Args:
    drawings: int [n, 3] each: dx, dy, pen lifted; longer side 255.

  Returns:
    "two points" and "dots" (under 8 units) among all strokes, "closed" (ends nearer than 12 % of
    the length) among those of 6 points or more, "first is longest" among the drawings.
  """
  strokes = [split_strokes(drawing) for drawing in drawings]
  every = [stroke for drawing in strokes for stroke in drawing]
  long = [stroke for stroke in every if len(stroke) >= 6]
  gaps = [np.hypot(*(stroke[-1] - stroke[0])) / max(_length(stroke), 1) for stroke in long]
  lengths = [[_length(stroke) for stroke in drawing] for drawing in strokes]
  return {
      "two points": float(np.mean([len(stroke) == 2 for stroke in every])),
      "dots": float(np.mean([_length(stroke) < 8 for stroke in every])),
      "closed": float(np.mean(np.less(gaps, 0.12))) if gaps else 0.0,
      "first is longest": float(np.mean([np.argmax(each) == 0 for each in lengths])),
  }


def split_strokes(drawing: np.ndarray) -> list[np.ndarray]:
  """Absolute points of each stroke.

  Args:
    drawing: int [n, 3]: dx, dy, pen lifted.

  Returns:
    list of float64 [m, 2].
  """
  points = np.cumsum(drawing[:, :2].astype(np.float64), axis=0)
  return [part for part in np.split(points, np.flatnonzero(drawing[:, 2] == 1) + 1) if len(part)]


def _measure(drawing: np.ndarray) -> dict[str, object]:
  strokes = split_strokes(drawing)
  points = np.concatenate(strokes)
  extent = np.maximum(np.ptp(points, axis=0), 1)
  lengths = [_length(stroke) for stroke in strokes]
  return {
      "points": len(points),
      "strokes": len(strokes),
      "points per stroke": [len(stroke) for stroke in strokes],
      "segment length": np.concatenate([np.hypot(*np.diff(stroke, axis=0).T)
                                        for stroke in strokes]),
      "turn": np.concatenate([_turns(stroke) for stroke in strokes]),
      "stroke length": lengths,
      "jump": [np.hypot(*(b[0] - a[-1])) for a, b in zip(strokes, strokes[1:])],
      "ink": sum(lengths) / extent.max(),
      "width/height": extent[0] / extent[1],
  }


def _length(stroke: np.ndarray) -> float:
  return float(np.hypot(*np.diff(stroke, axis=0).T).sum())


def _turns(stroke: np.ndarray) -> np.ndarray:
  steps = np.diff(stroke, axis=0)
  steps = steps[np.any(steps != 0, axis=1)]
  angles = np.arctan2(steps[:, 1], steps[:, 0])
  return np.abs(np.degrees((np.diff(angles) + np.pi) % (2 * np.pi) - np.pi))
