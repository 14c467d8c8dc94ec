"""Pigs: the face from the front; and the whole animal from the side, walking to the left."""

from data_tools.builtin_drawings import parts
from data_tools.builtin_drawings.curves import Ellipse
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _face(hand: Hand) -> None:
  face = Ellipse(128, 145, hand.vary(108, 0.05), hand.vary(98, 0.06))
  snout = Ellipse(128 + hand.shift(5), 165 + hand.shift(6), hand.vary(40, 0.1), hand.vary(29, 0.1))
  hand.draw(
      lambda: hand.ellipse(face),
      lambda: parts.pointed_ears(hand, face, hand.vary(42, 0.08), hand.vary(52, 0.12), 17),
      lambda: parts.eyes(hand, face, hand.vary(0.4, 0.1), -0.25, hand.vary(11, 0.15), 0.75),
      lambda: hand.ellipse(snout),
      lambda: parts.eyes(hand, snout, 0.38, 0.0, hand.vary(7, 0.15), 0.75),
      hand.sometimes(0.8, lambda: parts.smile(hand, face.inside(0, 0.72), hand.vary(64, 0.2), 18)),
  )


def _whole_body(hand: Hand) -> None:
  body = Ellipse(155, 80, hand.vary(82, 0.06), hand.vary(46, 0.09), hand.shift(0.04))
  head = Ellipse(body.at(190)[0] - 14, 66 + hand.shift(5), hand.vary(33, 0.08), hand.vary(31, 0.08))
  snout = Ellipse(head.inside(-0.85, 0)[0], head.y + 8, hand.vary(12, 0.1), hand.vary(12, 0.1))
  hand.draw(
      lambda: hand.ellipse(body),
      lambda: hand.ellipse(head),
      lambda: hand.ellipse(snout),
      lambda: _short_legs(hand, body, 150 + hand.shift(4)),
      lambda: _curly_tail(hand, body),
      lambda: parts.pointed_ears(hand, head, 32, hand.vary(24, 0.12), 20),
      lambda: parts.eye(hand, head.inside(-0.15, -0.25), 4, 0.2),
      hand.sometimes(0.75, lambda: parts.eyes(hand, snout, 0.35, 0.0, 2, 0.0)),
  )


def _short_legs(hand: Hand, body: Ellipse, ground: float) -> None:
  """Four legs, each a narrow U."""
  for degrees in (138, 112, 66, 40):
    (x, y), half = body.at(degrees), hand.vary(8, 0.15)
    hand.path([(x - half, y), (x - half, ground), (x + half, ground), (x + half, y)], 3.0)


def _curly_tail(hand: Hand, body: Ellipse) -> None:
  x, y = body.at(-12)
  size = hand.vary(13, 0.15)
  hand.curve([(x, y), (x + 1.2 * size, y - 0.4 * size), (x + 1.7 * size, y - 1.3 * size),
              (x + 0.9 * size, y - 1.5 * size), (x + 0.9 * size, y - 0.5 * size),
              (x + 2.4 * size, y - 0.3 * size)])


STYLES = (Style("face", 0.6, _face), Style("side_left", 0.4, _whole_body))
