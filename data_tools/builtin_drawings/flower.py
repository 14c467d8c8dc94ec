"""Flowers: round petals on a stem with a leaf; and long petals about a centre without a stem."""

import math

from data_tools.builtin_drawings.curves import Ellipse, Point
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _on_a_stem(hand: Hand) -> None:
  size = hand.vary(23, 0.15)
  centre = Ellipse(75, 80, size, hand.vary(size, 0.08))
  outer = size + hand.vary(45, 0.1)
  bend, ground = (75 + hand.shift(6), 175), (75 + hand.shift(14), 255 + hand.shift(15))
  hand.draw(
      lambda: hand.ellipse(centre),
      lambda: _ring_of_petals(hand, centre, outer, hand.pick([5, 6, 7], [0.65, 0.3, 0.05])),
      lambda: hand.curve([(75, 80 + outer - 4), bend, ground]),
      hand.sometimes(0.55, lambda: _leaf(hand, bend, ground, -1)),
      hand.sometimes(0.25, lambda: _leaf(hand, bend, ground, 1)),
  )


def _rosette(hand: Hand) -> None:
  size = hand.vary(24, 0.15)
  centre = Ellipse(128, 128, size, hand.vary(size, 0.08))
  count, turn = hand.pick([5, 4], [0.85, 0.15]), hand.shift(10)
  length, width = hand.vary(96, 0.06), hand.vary(62, 0.08)

  def petals() -> None:
    for place in range(count):
      degrees = 270 + turn - 360 * place / count
      hand.petal(centre.at(degrees), degrees + hand.shift(4), hand.vary(length, 0.07),
                 width * 5 / count, 0.6)

  hand.draw(lambda: hand.ellipse(centre), petals)


def _ring_of_petals(hand: Hand, centre: Ellipse, outer: float, count: int) -> None:
  """All petals in one stroke: from notch to notch by way of the petals' rounded tops."""
  start, turn = 245 + hand.shift(25), -1 if hand.chance(0.6) else 1
  inner = centre.rx + hand.vary(4, 0.3)
  knots = []
  for place in range(count):
    notch = start + turn * 360 * (place + hand.shift(0.06)) / count
    reach = hand.vary(outer, 0.06)
    knots.append(_polar(centre, notch, inner))
    for share, radius in ((0.17, 0.8 * reach), (0.36, 0.98 * reach), (0.64, 0.98 * reach),
                          (0.83, 0.8 * reach)):
      knots.append(_polar(centre, notch + turn * share * 360 / count, radius))
  knots.append(_polar(centre, start + hand.shift(6), inner + hand.shift(3)))
  hand.curve(knots)


def _polar(centre: Ellipse, degrees: float, radius: float) -> Point:
  angle = math.radians(degrees)
  return centre.x + radius * math.cos(angle), centre.y + radius * math.sin(angle)


def _leaf(hand: Hand, bend: Point, ground: Point, side: int) -> None:
  """A leaf on the stem's lower half, to the left (side -1) or to the right (1)."""
  height = hand.vary(0.54, 0.2)
  base = tuple(a + height * (b - a) for a, b in zip(bend, ground))
  degrees = 270 + side * hand.vary(52, 0.12)
  hand.petal(base, degrees, hand.vary(58, 0.12), hand.vary(24, 0.12), 0.1)


STYLES = (Style("on_stem", 0.7, _on_a_stem), Style("rosette", 0.3, _rosette))
