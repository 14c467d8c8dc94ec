"""Buses: a school bus with its hood to the left; and a double-decker with its door at the right."""

from data_tools.builtin_drawings import parts
from data_tools.builtin_drawings.hand import Hand
from data_tools.builtin_drawings.style import Style


def _school_bus(hand: Hand) -> None:
  roof, floor = 60, 60 + hand.vary(80, 0.08)
  front, back = 0, 245
  cabin = front + hand.vary(46, 0.12)
  hood = roof + hand.vary(0.48, 0.1) * (floor - roof)
  radius = hand.vary(19, 0.12)
  sill = roof + hand.vary(0.46, 0.08) * (floor - roof)
  hand.draw(
      lambda: hand.polygon([(cabin, roof), (back, roof), (back, floor), (front, floor),
                            (front, hood), (cabin, hood)], 6.0),
      lambda: _two_wheels(hand, front + hand.vary(52, 0.1), back - hand.vary(48, 0.1), floor,
                          radius, hand.chance(0.08)),
      lambda: _side_windows(hand, cabin + 8, roof + 12, back - 8, sill),
      hand.sometimes(0.08, lambda: hand.line((front + 3, floor - 16), (back - 3, floor - 16))),
  )


def _double_decker(hand: Hand) -> None:
  width, height = hand.vary(200, 0.05), hand.vary(140, 0.07)
  roof, floor = 20, 20 + height
  middle = roof + hand.vary(0.48, 0.05) * height
  radius = hand.vary(20, 0.1)
  hand.draw(
      lambda: hand.polygon([(0, roof), (width, roof), (width, floor), (0, floor)], 5.0),
      hand.sometimes(0.5, lambda: hand.line((2, middle), (width - 2, middle), 0.01)),
      lambda: parts.windows(hand, 8, roof + 16, width - 8, middle - 20, 3),
      lambda: parts.windows(hand, 12, middle + 12, 0.62 * width, middle + 0.33 * height,
                            hand.pick([1, 2], [0.65, 0.35])),
      lambda: _door(hand, 0.74 * width, middle + 14, 0.17 * width, floor),
      lambda: _two_wheels(hand, 0.22 * width, 0.72 * width, floor, radius),
  )


def _side_windows(hand: Hand, left: float, top: float, right: float, bottom: float) -> None:
  """Single windows, or one long pane with lines across."""
  if hand.chance(0.7):
    parts.windows(hand, left, top, right, bottom, hand.pick([2, 3, 4], [0.1, 0.82, 0.08]))
    return
  parts.box(hand, left + 4, top, right - left - 8, bottom - top)
  count = hand.pick([1, 2, 3], [0.25, 0.65, 0.1])
  for place in range(1, count + 1):
    x = left + (right - left) * place / (count + 1)
    hand.line((x, top + 1), (x + hand.shift(2), bottom - 1))


def _two_wheels(hand: Hand, left: float, right: float, floor: float, radius: float,
                hub: bool = False) -> None:
  for x in (left, right):
    parts.wheel(hand, (x, floor + 0.35 * radius), radius, hub)


def _door(hand: Hand, left: float, top: float, width: float, floor: float) -> None:
  hand.path([(left, floor), (left, top), (left + width, top), (left + width, floor)], 4.0)


STYLES = (Style("school_left", 0.7, _school_bus), Style("double_decker", 0.3, _double_decker))
