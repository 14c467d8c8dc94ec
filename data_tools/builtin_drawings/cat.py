"""Cats: the face with whiskers; and the whole animal sitting, its tail to the right."""

from data_tools.builtin_drawings import parts
from data_tools.builtin_drawings.curves import Ellipse, Point
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _face(hand: Hand) -> None:
  face = Ellipse(128, 140, hand.vary(80, 0.07), hand.vary(70, 0.08))
  cheeks = Ellipse(128, 150, hand.vary(48, 0.1), hand.vary(14, 0.15))
  hand.draw(
      lambda: hand.ellipse(face),
      lambda: parts.pointed_ears(hand, face, hand.vary(40, 0.08), hand.vary(54, 0.12), 19),
      lambda: parts.eyes(hand, face, hand.vary(0.38, 0.1), -0.2, hand.vary(9, 0.15), 0.4),
      lambda: _nose(hand, (128, 148), 9),
      hand.sometimes(0.6, lambda: _mouth(hand, (128, 158), 22)),
      hand.sometimes(0.9, lambda: parts.whiskers(hand, cheeks, hand.pick([2, 3], [0.65, 0.35]),
                                                 hand.vary(78, 0.12))),
  )


def _sitting(hand: Hand) -> None:
  head = Ellipse(85, 62, hand.vary(44, 0.06), hand.vary(37, 0.07))
  ground = 250 + hand.shift(4)
  hand.draw(
      lambda: hand.ellipse(head),
      lambda: parts.pointed_ears(hand, head, hand.vary(38, 0.08), hand.vary(30, 0.12), 20),
      lambda: _pear(hand, head, ground),
      lambda: _tail(hand, ground),
      lambda: parts.eyes(hand, head, hand.vary(0.4, 0.1), -0.1, 5, 0.15),
      hand.sometimes(0.6, lambda: parts.smile(hand, head.inside(0, 0.45), 26, 9)),
      hand.sometimes(0.5, lambda: _front_legs(hand, ground)),
  )


def _nose(hand: Hand, middle: Point, size: float) -> None:
  x, y = middle
  hand.polygon([(x - size, y - size), (x + size, y - size), (x, y + 0.5 * size)], rounding=0)


def _mouth(hand: Hand, middle: Point, width: float) -> None:
  """A rounded w, from left to right."""
  x, y = middle
  hand.curve([(x - width, y), (x - 0.5 * width, y + 0.6 * width), (x, y),
              (x + 0.5 * width, y + 0.6 * width), (x + width, y)])


def _pear(hand: Hand, head: Ellipse, ground: float) -> None:
  """The body: down one side from the head, along the ground, up the other side."""
  left, right = head.at(125), head.at(55)
  hip = hand.vary(62, 0.08)
  hand.curve([left, (85 - 0.75 * hip, 165), (85 - hip, 222), (85 - 0.7 * hip, ground),
              (85 + 0.7 * hip, ground), (85 + hip, 222), (85 + 0.75 * hip, 165), right])


def _tail(hand: Hand, ground: float) -> None:
  reach = hand.vary(46, 0.15)
  hand.curve([(142, ground - 14), (142 + 0.7 * reach, ground - 16), (142 + reach, ground - 60),
              (142 + 0.65 * reach, ground - 100), (142 + hand.vary(0.95, 0.1) * reach,
                                                   ground - 118)])


def _front_legs(hand: Hand, ground: float) -> None:
  for x in (72, 98):
    hand.line((x, 178 + hand.shift(6)), (x + hand.shift(2), ground))


STYLES = (Style("face", 0.65, _face), Style("sitting", 0.35, _sitting))
