"""What differs between two pictures of one person: pose, light, expression and camera."""

import dataclasses

import numpy as np


@dataclasses.dataclass(frozen=True)
class Variation:
  """One picture's circumstances; angles in radians."""

  yaw: float
  pitch: float
  roll: float
  scale: float
  shift: tuple[float, float]  # pixels, x and y
  light: tuple[float, float, float]  # unit vector towards the light: right, down, to the viewer
  ambient: float  # share of the light that comes from everywhere
  warmth: float  # colour of the light, -1 cold to 1 warm
  smile: float  # -0.3 to 1
  open_mouth: float  # 0 to 1
  lids: float  # opening of the eyes relative to the person's own
  brow_raise: float  # pixels
  gaze: tuple[float, float]  # pixels by which the irises move
  exposure: float  # factor
  gamma: float
  blur: float  # standard deviation in pixels
  noise: float  # standard deviation, 0 to 1
  seed: int  # of strands, noise and the artist's hand


def sample_variation(identity: int, variant: int, seed: int = 0) -> Variation:
  """Circumstances of picture `variant` of a person; variant 0 is nearly frontal and calm.

  Args:
    identity: the person's number.
    variant: from 0 up.
    seed: another seed, other pictures.

  Returns:
    The circumstances; depend on the three arguments only.
  """
  random = np.random.default_rng((seed, 202, identity, variant))
  calm = 0.35 if variant == 0 else 1.0
  yaw, pitch, roll = calm * np.clip(random.standard_normal(3), -2, 2) * (0.13, 0.06, 0.035)
  smiling = random.random() < 0.45 * calm + 0.05
  smile = random.uniform(.45, 1) if smiling else random.uniform(-.10, .30)
  azimuth, height = calm * random.uniform(-.95, .95), random.uniform(.35, .85)
  light = (np.sin(azimuth) * np.cos(height), -np.sin(height), np.cos(azimuth) * np.cos(height))
  return Variation(
      yaw=float(yaw), pitch=float(pitch), roll=float(roll),
      scale=float(np.exp(calm * np.clip(random.normal(0, .022), -.05, .05))),
      shift=tuple((calm * random.uniform(-3, 3, 2)).tolist()),
      light=tuple(float(part) for part in light), ambient=float(random.uniform(.42, .62)),
      warmth=float(calm * random.uniform(-1, 1)), smile=float(smile),
      open_mouth=float(random.uniform(.3, 1) if smiling and random.random() < .45 else 0),
      lids=float(np.clip(random.normal(1, .09), .75, 1.2) - 0.1 * max(smile, 0)),
      brow_raise=float(random.normal(0, 1.0)),
      gaze=tuple((calm * random.normal(0, .7, 2)).tolist()),
      exposure=float(np.exp(calm * random.normal(0, .07))),
      gamma=float(np.exp(calm * random.normal(0, .06))), blur=float(random.uniform(.3, .7)),
      noise=float(random.uniform(.004, .014)), seed=int(random.integers(2**31)))
