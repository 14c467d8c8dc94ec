"""Bees: from the side, flying to the left; and from above, flying upward."""

from data_tools.builtin_drawings import parts
from data_tools.builtin_drawings.curves import Ellipse
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _from_the_side(hand: Hand) -> None:
  body = Ellipse(150, 150, hand.vary(78, 0.07), hand.vary(48, 0.2), hand.shift(0.06))
  size = hand.vary(22, 0.1)
  head = Ellipse(body.at(185)[0] - 0.75 * size, body.y - hand.vary(8, 0.5), size, size)
  hand.draw(
      lambda: hand.ellipse(body),
      lambda: _head(hand, head, 180),
      lambda: _standing_stripes(hand, body),
      lambda: _wings_on_top(hand, body),
      hand.sometimes(0.75, lambda: _sting(hand, body, 0)),
      lambda: parts.eye(hand, head.inside(-0.3, -0.2), 5, 0.25),
      hand.sometimes(0.25, lambda: parts.smile(hand, head.inside(-0.35, 0.45), 20, 8)),
      hand.sometimes(0.6, lambda: _antennae(hand, head, -22)),
  )


def _from_above(hand: Hand) -> None:
  body = Ellipse(128, 160, hand.vary(38, 0.08), hand.vary(76, 0.08), hand.shift(0.05))
  size = hand.vary(23, 0.1)
  head = Ellipse(body.x + hand.shift(3), body.at(270)[1] - 0.8 * size, size, size)
  hand.draw(
      lambda: hand.ellipse(body),
      lambda: _head(hand, head, 270),
      lambda: _lying_stripes(hand, body),
      lambda: _spread_wings(hand, body),
      lambda: _antennae(hand, head, 0),
      hand.sometimes(0.8, lambda: _sting(hand, body, 90)),
      hand.sometimes(0.4, lambda: parts.eyes(hand, head, 0.4, -0.1, 5, 0.0)),
  )


def _head(hand: Hand, head: Ellipse, degrees: float) -> None:
  """A circle, or an arc that looks in the direction given and leaves the body's side open."""
  if hand.chance(0.5):
    hand.ellipse(head)
  else:
    hand.arc(head, degrees, hand.vary(278, 0.06))


def _standing_stripes(hand: Hand, body: Ellipse) -> None:
  places = hand.pick([[-0.3, 0.3], [-0.45, 0.0, 0.45], [-0.5, -0.15, 0.2, 0.55]], [0.2, 0.7, 0.1])
  parts.stripes(hand, body, places, bulge=hand.pick([0.02, 0.14], [0.6, 0.4]))


def _lying_stripes(hand: Hand, body: Ellipse) -> None:
  places = hand.pick([[-0.2, 0.3], [-0.3, 0.1, 0.5]], [0.3, 0.7])
  parts.stripes(hand, body, places, bulge=hand.pick([0.02, 0.12], [0.6, 0.4]), along_x=False)


def _wings_on_top(hand: Hand, body: Ellipse) -> None:
  length = hand.vary(74, 0.1) * (body.ry / 48) ** 0.6  # a slim bee has short wings
  parts.arch(hand, body.at(258), body.at(276), hand.vary(276, 0.02), length)
  if hand.chance(0.45):
    parts.arch(hand, body.at(282), body.at(300), hand.vary(308, 0.02), hand.vary(0.9) * length)


def _spread_wings(hand: Hand, body: Ellipse) -> None:
  length, lift = hand.vary(98, 0.08), hand.vary(24, 0.25)
  for side in (-1, 1):
    shoulder, armpit = body.at(270 + side * 48), body.at(270 + side * 72)
    parts.arch(hand, shoulder, armpit, 270 + side * (90 - lift), hand.vary(length, 0.05))


def _antennae(hand: Hand, head: Ellipse, lean: float) -> None:
  for side in (-1, 1):
    angle = 270 + lean + 20 * side
    hand.line(head.at(angle), head.at(angle + 12 * side, hand.vary(2.1, 0.07)), 0.06)


def _sting(hand: Hand, body: Ellipse, degrees: float) -> None:
  tip = body.at(degrees, 1 + hand.vary(22, 0.2) / max(body.rx, body.ry))
  hand.path([body.at(degrees - 14), tip, body.at(degrees + 14)], rounding=0)


STYLES = (Style("side_left", 0.65, _from_the_side), Style("top_up", 0.35, _from_above))
