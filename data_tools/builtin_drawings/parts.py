"""Parts that several drawings share: eyes, mouths, ears, stripes, wheels, windows, whiskers."""

import math

from data_tools.builtin_drawings.curves import Ellipse, Point
from data_tools.builtin_drawings.hand import Hand


def eye(hand: Hand, place: Point, radius: float, round_share: float = 0.5) -> None:
  """An eye: a small circle, or else a dot."""
  if hand.chance(round_share):
    hand.ellipse(Ellipse(*place, hand.vary(radius, 0.15), hand.vary(radius, 0.15)))
  else:
    hand.dot(place)


def eyes(hand: Hand, face: Ellipse, u: float, v: float, radius: float,
         round_share: float = 0.5) -> None:
  """Two eyes of one kind, left and right of the middle of a face, at the face's (-u, v), (u, v)."""
  kind = 1.0 if hand.chance(round_share) else 0.0
  for side in (-1, 1):
    eye(hand, face.inside(side * u, v + hand.shift(0.03)), radius, kind)


def smile(hand: Hand, middle: Point, width: float, depth: float) -> None:
  """A mouth, drawn from left to right, `depth` lower in its middle."""
  x, y = middle
  hand.curve([(x - width / 2, y - depth / 2), (x, y + depth / 2), (x + width / 2, y - depth / 2)])


def pointed_ears(hand: Hand, head: Ellipse, degrees: float, length: float,
                 spread: float = 22.0) -> None:
  """Two triangles open at the bottom, standing on the head's outline.

  Args:
    hand: draws.
    head: carries them.
    degrees: angle between the top of the head and the middle of each ear.
    length: how far the tips stand out, box units.
    spread: half the angle that an ear's foot takes on the outline.
  """
  for side in (-1, 1):
    middle = 270 + side * degrees
    foot = head.at(middle)
    away = math.radians(middle + side * 8)
    tip = (foot[0] + length * math.cos(away), foot[1] + length * math.sin(away))
    hand.path([head.at(middle - spread, 0.97), tip, head.at(middle + spread, 0.97)], 3.0)


def arch(hand: Hand, start: Point, end: Point, degrees: float, length: float) -> None:
  """A wing or lobe: out from one point of an outline and back to another, wider on the way.

  Args:
    hand: draws.
    start: where it leaves the outline.
    end: where it comes back.
    degrees: direction in which it stands out; 270 = up.
    length: from its foot to its tip, box units.
  """
  angle = math.radians(degrees)
  along, across = (math.cos(angle), math.sin(angle)), (math.sin(angle), -math.cos(angle))
  if (start[0] - end[0]) * across[0] + (start[1] - end[1]) * across[1] < 0:
    across = (-across[0], -across[1])  # widen on the side where it begins
  knots = [start]
  for reach, half in ((0.62, 0.26), (0.93, 0.17), (0.93, -0.17), (0.62, -0.26)):
    knots.append(tuple((a + b) / 2 + length * (reach * u + hand.vary(half) * v)
                       for a, b, u, v in zip(start, end, along, across)))
  hand.curve([*knots, end])


def stripes(hand: Hand, body: Ellipse, places: list[float], bulge: float,
            along_x: bool = True) -> None:
  """Stripes across a body, each an arc from edge to edge.

  Args:
    hand: draws.
    body: carries them.
    places: where they cross the body's axis, -1..1.
    bulge: how far their middles move along the axis, in the body's own units.
    along_x: the axis is the body's x axis (stripes stand); else its y axis (stripes lie).
  """
  for place in places:
    reach = math.sqrt(1 - place * place) * hand.vary(0.96, 0.04)
    knots = [(place, -reach), (place + bulge, 0.0), (place, reach)]
    if not along_x:
      knots = [(v, u) for u, v in knots]
    hand.curve([body.inside(u, v) for u, v in knots])


def wheel(hand: Hand, middle: Point, radius: float, hub: bool = False) -> None:
  """A wheel, with a small hub circle if asked for."""
  rim = Ellipse(*middle, radius, hand.vary(radius, 0.05))
  hand.ellipse(rim)
  if hub:
    hand.ellipse(Ellipse(*middle, 0.4 * radius, 0.4 * radius))


def box(hand: Hand, left: float, top: float, width: float, height: float) -> None:
  """A rectangle, begun mostly at its upper left corner."""
  hand.polygon([(left, top), (left + width, top), (left + width, top + height),
                (left, top + height)], hand.pick([0.0, 6.0], [0.5, 0.5]))


def windows(hand: Hand, left: float, top: float, right: float, bottom: float, count: int) -> None:
  """A row of windows from left to right, with gaps between them."""
  step = (right - left) / count
  for place in range(count):
    box(hand, left + (place + 0.17) * step, top, 0.66 * step, bottom - top)


def legs(hand: Hand, body: Ellipse, degrees: list[float], ground: float, slant: float = 0.0
         ) -> None:
  """Straight legs from the body's outline down to the ground.

  Args:
    hand: draws.
    body: carries them.
    degrees: where they leave the outline; 90 = bottom.
    ground: y of the feet.
    slant: how far a foot may stand beside its hip, box units (standard deviation).
  """
  for angle in degrees:
    x, y = body.at(angle)
    hand.line((x, y), (x + hand.shift(slant), hand.vary(ground, 0.02)))


def whiskers(hand: Hand, cheeks: Ellipse, count: int, length: float) -> None:
  """Whiskers that fan out from both cheeks.

  Args:
    hand: draws.
    cheeks: an oval whose left and right ends are where the whiskers begin.
    count: of whiskers on each side.
    length: box units.
  """
  for side in (-1, 1):
    for place in range(count):
      v = place - (count - 1) / 2
      x, y = cheeks.inside(side, 0.5 * v)
      end = (x + side * hand.vary(length), y + v * hand.vary(0.3 * length, 0.3))
      hand.line((x, y), end, bend=0.04)
