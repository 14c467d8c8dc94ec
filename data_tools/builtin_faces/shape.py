"""The proportions of a face: what makes one person look unlike another.

Unit: pixels of the finished picture before the pose. The origin lies between the eyes, u grows to
the right of the picture, v downwards. Every field has a mean, a spread and what is added for a man
(and taken off for a woman); a sketch exaggerates by going further away from the mean.
"""

import dataclasses

import numpy as np


def _field(mean: float, spread: float, male: float = 0.0):
  return dataclasses.field(default=mean, metadata={"spread": spread, "male": male})


@dataclasses.dataclass(frozen=True)
class Shape:
  """One person's proportions; half-widths and distances in pixels, angles in radians."""

  cheek: float = _field(57.5, 3.2, 1.0)  # half-width at the cheekbones
  jaw: float = _field(46.5, 3.4, 2.2)  # half-width at the corners of the jaw
  chin_width: float = _field(19.0, 3.4, 2.0)  # half-width a little above the chin
  chin: float = _field(88.0, 3.6, 2.0)  # v of the chin
  forehead: float = _field(53.0, 2.4, 0.3)  # half-width at the temples
  hairline: float = _field(-56.0, 4.5, 0.0)  # v of the hairline's middle
  eye_distance: float = _field(25.2, 1.3, 0.2)  # from the middle to a pupil
  eye_width: float = _field(12.9, 0.9, -0.2)  # half-width of the lid opening
  eye_height: float = _field(5.7, 0.8, -0.45)  # upper lid above the eye's axis
  eye_tilt: float = _field(0.06, 0.07, -0.01)  # outer corner higher than the inner
  iris: float = _field(5.5, 0.25, 0.0)  # radius
  crease: float = _field(4.0, 1.2, -0.6)  # fold above the upper lid
  brow_height: float = _field(16.5, 1.8, -1.2)  # above the eye
  brow_width: float = _field(2.5, 0.6, 0.7)  # half-thickness
  brow_arch: float = _field(3.6, 1.5, -0.9)
  brow_slope: float = _field(-1.6, 1.6, -0.4)  # outer end higher than the inner
  brow_gap: float = _field(11.0, 1.5, -1.0)  # from the middle to a brow's inner end
  nose: float = _field(40.0, 3.0, 1.0)  # v of the nose's base
  nose_width: float = _field(12.6, 1.7, 1.0)  # half-width over the wings
  nose_bridge: float = _field(5.2, 0.9, 0.4)  # half-width of the ridge
  nose_depth: float = _field(15.0, 2.2, 1.0)  # how far it stands out
  nose_tip: float = _field(7.4, 1.0, 0.3)  # radius of the tip
  mouth: float = _field(19.5, 1.7, 0.7)  # below the nose's base
  mouth_width: float = _field(20.5, 2.0, 0.3)
  upper_lip: float = _field(4.6, 1.0, -0.8)
  lower_lip: float = _field(6.6, 1.1, -0.6)
  cheekbone: float = _field(4.0, 1.6, 0.2)  # height of the relief
  chin_relief: float = _field(4.5, 1.4, 0.5)
  folds: float = _field(1.4, 0.8, 0.2)  # depth of the folds beside nose and mouth
  ear: float = _field(16.5, 1.6, 1.0)  # half-height
  ear_stand: float = _field(6.5, 1.7, 0.4)  # how far ears stand out
  neck: float = _field(35.0, 2.6, 4.5)  # half-width
  shoulder: float = _field(101.0, 3.0, -3.0)  # v where neck meets shoulder


def sample_shape(random: np.random.Generator, male: bool) -> Shape:
  """Draws a person's proportions, none further than 2.2 spreads from its mean.

  Args:
    random: of this identity.
    male: which way the means are moved.

  Returns:
    The proportions.
  """
  values = {}
  for field in dataclasses.fields(Shape):
    offset = np.clip(random.standard_normal(), -2.2, 2.2) * field.metadata["spread"]
    values[field.name] = float(field.default + offset
                               + field.metadata["male"] * (1 if male else -1))
  values["jaw"] = min(values["jaw"], values["cheek"] - 5)
  values["chin_width"] = min(values["chin_width"], values["jaw"] - 20)
  return Shape(**values)


# An artist leaves these where they are, so that a sketch stays on its photo.
_KEPT = ("eye_distance", "nose", "mouth", "chin", "hairline", "neck", "shoulder", "eye_tilt")


def exaggerated(shape: Shape, factor: float) -> Shape:
  """The shape as an artist overstates it: each deviation from the mean times `factor`.

  Args:
    shape: a person's proportions.
    factor: 1 changes nothing.

  Returns:
    The overstated proportions; the places of eyes, nose, mouth and chin are kept.
  """
  changed = {field.name: field.default + factor * (getattr(shape, field.name) - field.default)
             for field in dataclasses.fields(Shape) if field.name not in _KEPT}
  return dataclasses.replace(shape, **changed)
