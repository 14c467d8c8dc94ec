"""Styles of hair: an outer outline, the opening that leaves the face free, and how strands run."""

import dataclasses

Points = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True)
class HairStyle:
  """One style. Points are (half-width, v) of the right half from the top down."""

  outer: Points  # where the hair ends outside
  opening: Points  # where the face begins; beyond `outer`: no hair there
  flow: str  # "fall": strands fall from the parting; "radial": they stand off the face
  wave: float = 0.0  # sideways swing of the strands, pixels
  curl: float = 0.0  # 0 straight to 1 curly
  ragged: float = 1.5  # unevenness of the edges, pixels
  swept: float = 0.0  # pixels by which the parting lifts one side of the hairline
  ears: bool = True  # whether ears are seen
  back: bool = False  # whether hair hangs behind the neck
  density: float = 1.0  # 0 bald to 1


_SHORT_OPENING = ((0, -56), (28, -54), (43, -43), (49, -24), (53, -8), (58, 8), (72, 26),
                  (80, 60), (80, 120), (0, 150))
_SHORT_OUTER = ((0, -97), (32, -91), (53, -70), (62, -40), (63.5, -12), (60, 8), (50, 26),
                (40, 40), (20, 60), (0, 70))
_SIDES_OUT = ((46, 60), (47, 110), (30, 150), (0, 160))

STYLES: dict[str, HairStyle] = {
    "crew cut": HairStyle(_SHORT_OUTER, _SHORT_OPENING, "radial", ragged=1.0),
    "buzz cut": HairStyle(
        ((0, -89), (26, -85), (46, -70), (58, -40), (60, -12), (58, 8), (50, 26), (40, 40),
         (20, 60), (0, 70)), _SHORT_OPENING, "radial", ragged=.6, density=.62),
    "side parting": HairStyle(
        ((0, -102), (36, -95), (58, -72), (65, -40), (65, -10), (60, 10), (50, 28), (40, 40),
         (20, 60), (0, 70)), _SHORT_OPENING, "fall", wave=3, ragged=1.6, swept=8),
    "brushed up": HairStyle(
        ((0, -110), (30, -106), (52, -84), (62, -48), (63, -14), (60, 8), (50, 26), (40, 40),
         (20, 60), (0, 70)), _SHORT_OPENING, "radial", ragged=3.0),
    "receding": HairStyle(
        ((0, -90), (26, -86), (48, -68), (61, -40), (63, -12), (60, 8), (50, 26), (40, 40),
         (20, 60), (0, 70)),
        ((0, -74), (16, -77), (36, -68), (49, -44), (54, -22), (57, 6), (72, 26), (80, 60),
         (80, 120), (0, 150)), "radial", ragged=1.4, density=.85),
    "short curls": HairStyle(
        ((0, -108), (34, -101), (60, -78), (70, -44), (70, -14), (63, 10), (50, 28), (40, 40),
         (20, 60), (0, 70)),
        ((0, -52), (28, -51), (44, -40), (50, -22), (53, -6), (58, 10), (72, 28), (80, 60),
         (80, 120), (0, 150)), "radial", curl=1.0, ragged=3.2),
    "fringe": HairStyle(
        ((0, -103), (36, -97), (58, -76), (68, -42), (69, -8), (65, 16), (56, 36), (44, 50),
         (20, 66), (0, 74)),
        ((0, -30), (24, -31), (42, -27), (50, -14), (53, 6), (57, 22), (70, 40), (80, 66),
         (80, 120), (0, 150)), "fall", wave=2, ragged=3.4, ears=False),
    "long straight": HairStyle(
        ((0, -101), (38, -94), (62, -70), (71, -34), (74, 0), (76, 50), (79, 100), (84, 140),
         (40, 170), (0, 180)),
        ((0, -58), (26, -50), (43, -34), (51, -10), (54, 10), (53, 36), *_SIDES_OUT),
        "fall", wave=2, ragged=2.0, swept=5, ears=False, back=True),
    "long wavy": HairStyle(
        ((0, -104), (42, -96), (68, -68), (78, -30), (82, 6), (86, 50), (90, 96), (92, 140),
         (40, 170), (0, 180)),
        ((0, -57), (26, -50), (44, -33), (52, -9), (55, 12), (54, 38), *_SIDES_OUT),
        "fall", wave=6, ragged=4.0, swept=7, ears=False, back=True),
    "long curls": HairStyle(
        ((0, -108), (46, -98), (74, -66), (86, -26), (92, 12), (94, 54), (92, 92), (84, 126),
         (40, 160), (0, 170)),
        ((0, -54), (26, -48), (44, -31), (52, -8), (55, 12), (54, 38), *_SIDES_OUT),
        "fall", wave=5, curl=1.0, ragged=5.0, ears=False, back=True),
    "bob": HairStyle(
        ((0, -101), (40, -94), (64, -70), (74, -34), (78, 4), (80, 40), (78, 66), (66, 82),
         (40, 92), (0, 96)),
        ((0, -58), (26, -50), (43, -34), (50, -10), (52, 12), (50, 38), (46, 66), (44, 110),
         (30, 150), (0, 160)),
        "fall", wave=2, ragged=1.8, swept=6, ears=False, back=True),
    "bob with fringe": HairStyle(
        ((0, -101), (40, -95), (64, -72), (74, -36), (77, 4), (79, 40), (76, 64), (64, 80),
         (40, 90), (0, 94)),
        ((0, -27), (24, -27), (43, -25), (49, -12), (51, 12), (49, 38), (46, 66), (44, 110),
         (30, 150), (0, 160)),
        "fall", wave=1, ragged=2.4, ears=False, back=True),
    "tied back": HairStyle(
        ((0, -96), (34, -90), (56, -70), (64, -38), (65, -8), (61, 12), (52, 28), (40, 40),
         (20, 60), (0, 70)),
        ((0, -58), (28, -54), (43, -40), (50, -18), (54, 0), (59, 16), (72, 28), (80, 60),
         (80, 120), (0, 150)), "radial", ragged=.9),
}

MALE_STYLES = ("crew cut", "buzz cut", "side parting", "brushed up", "receding", "short curls",
               "fringe")
FEMALE_STYLES = ("long straight", "long wavy", "long curls", "bob", "bob with fringe",
                 "tied back")
