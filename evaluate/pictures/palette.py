"""Colours that are told apart, by colour-blind readers too as far as there are few."""

import colorsys

# The first ones: Paul Tol's "bright" and "muted" schemes, in an order that keeps neighbours apart.
_FIRST = ("#4477aa", "#ee6677", "#228833", "#ccbb44", "#66ccee", "#aa3377", "#dd7733", "#777777",
          "#332288", "#44aa99", "#882255", "#999933")
_GOLDEN_ANGLE = 0.381966  # of a full turn


def colour(index: int) -> str:
  """A colour for a number from 0 up, as #rrggbb."""
  if index < len(_FIRST):
    return _FIRST[index]
  further = index - len(_FIRST)
  red, green, blue = colorsys.hls_to_rgb(further * _GOLDEN_ANGLE % 1.0,
                                         (0.45, 0.6, 0.35)[further % 3], 0.55)
  return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
