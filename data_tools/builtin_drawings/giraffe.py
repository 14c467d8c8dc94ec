"""Giraffes: one outline that looks to the right; and oval, lines and legs that look to the left."""

from data_tools.builtin_drawings import parts
from data_tools.builtin_drawings.curves import Ellipse
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _outline(hand: Hand) -> None:
  neck = hand.vary(150, 0.03)  # x of the back of the neck
  nape, withers = 18, hand.vary(150, 0.05)
  belly = withers + hand.vary(46, 0.1)
  thick = hand.vary(27, 0.1)
  rump = hand.vary(30, 0.3)
  muzzle = neck + thick + hand.vary(42, 0.12)
  eye = (neck + thick * 0.9, nape + 12)
  extras = not hand.chance(0.12)
  hand.draw(
      lambda: hand.polygon([
          (neck, nape), (neck + thick, nape - 8), (muzzle, nape + 12), (muzzle - 4, nape + 34),
          (neck + thick, nape + 36), (neck + thick + hand.shift(4), withers + 10),
          *_leg(hand, neck + 16, belly, 26), *_leg(hand, rump + 12, belly, 26),
          (rump, withers + 8), (rump + 16, withers), (neck - 4, withers - 4)], 9.0),
      hand.sometimes(0.7 * extras, lambda: parts.eye(hand, eye, 4, 0.35)),
      hand.sometimes(0.65 * extras, lambda: _horns(hand, neck + 8, neck + 24, nape - 2, 3)),
      hand.sometimes(0.4 * extras, lambda: hand.curve([
          (rump + 4, withers + 10), (rump - 14, withers + 24), (rump - 20, withers + 52)])),
      hand.sometimes(0.17 * extras, lambda: _spots(hand, Ellipse(95, withers + 25, 42, 14), 3)),
  )


def _sticks(hand: Hand) -> None:
  body = Ellipse(150, 158, hand.vary(66, 0.08), hand.vary(33, 0.1), hand.shift(0.05))
  head = Ellipse(58 + hand.shift(6), 34 + hand.shift(5), hand.vary(27, 0.1), hand.vary(16, 0.1),
                 -0.25 + hand.shift(0.1))
  hand.draw(
      lambda: hand.ellipse(body),
      lambda: _neck(hand, head, body),
      lambda: hand.ellipse(head),
      lambda: parts.legs(hand, body, [150, 112, 68, 34], 258, 5),
      hand.sometimes(0.9, lambda: _horns(hand, head.x + 4, head.x + 17, head.y - 16, 3)),
      hand.sometimes(0.85, lambda: hand.curve([body.at(-14), body.at(-8, 1.22), body.at(14, 1.4)])),
      hand.sometimes(0.7, lambda: parts.eye(hand, head.inside(0.1, -0.2), 4, 0.15)),
      hand.sometimes(0.35, lambda: _spots(hand, body, 3)),
  )


def _leg(hand: Hand, left: float, top: float, width: float) -> list[tuple[float, float]]:
  """Corners of one leg as met on the way round the outline clockwise: right side first."""
  foot = 258 + hand.shift(5)
  return [(left + width + hand.shift(3), top), (left + width, foot), (left, foot),
          (left + hand.shift(3), top)]


def _neck(hand: Hand, head: Ellipse, body: Ellipse) -> None:
  for degrees, angle in ((100, 196), (30, 244)):
    hand.line(head.at(degrees), body.at(angle), 0.03)


def _horns(hand: Hand, left: float, right: float, foot: float, lean: float) -> None:
  height = hand.vary(17, 0.15)
  for x, side in ((left, -1), (right, 1)):
    hand.line((x, foot), (x + side * lean, foot - height))


def _spots(hand: Hand, body: Ellipse, count: int) -> None:
  for place in range(count):
    x, y = body.inside((place + 0.5) / count * 1.3 - 0.65, hand.shift(0.35))
    hand.ellipse(Ellipse(x, y, hand.vary(8, 0.2), hand.vary(6, 0.2)))


STYLES = (Style("outline_right", 0.6, _outline), Style("sticks_left", 0.4, _sticks))
