"""A person: proportions, colours, hair, beard and glasses, the same in all of the pictures."""

import dataclasses

import numpy as np

from data_tools.builtin_faces.hair_styles import FEMALE_STYLES, MALE_STYLES
from data_tools.builtin_faces.shape import Shape, sample_shape

# Base colours, sRGB 0 to 1.
SKINS = {"pale": (.85, .70, .63), "light": (.81, .645, .545), "olive": (.75, .58, .45),
         "tan": (.68, .50, .37), "brown": (.53, .37, .265), "dark": (.40, .27, .20)}
HAIRS = {"black": (.085, .075, .075), "dark brown": (.18, .12, .085), "brown": (.32, .20, .125),
         "auburn": (.42, .20, .11), "blond": (.72, .56, .34), "grey": (.56, .55, .54)}
EYES = {"brown": (.30, .17, .09), "dark brown": (.17, .10, .07), "hazel": (.44, .33, .16),
        "green": (.36, .46, .30), "blue": (.34, .49, .63), "grey": (.46, .51, .54)}
GLASSES = ("none", "round", "square")
BEARDS = ("none", "stubble", "moustache", "goatee", "full")
COLLARS = ("round", "shirt", "v")
_DARK_SKINS = ("tan", "brown", "dark")


@dataclasses.dataclass(frozen=True)
class Identity:
  """One person. Colours are names in SKINS, HAIRS and EYES; `tint` shifts them a little."""

  shape: Shape
  male: bool
  skin: str
  hair_style: str
  hair: str
  eyes: str
  glasses: str
  beard: str
  collar: str
  age: float  # 0 young to 1 old: wrinkles, folds
  freckles: float  # 0 to 1
  volume: float  # of the hair, pixels added to its outline
  parting: float  # -1 left to 1 right
  asymmetry: float  # pixels by which one side of the face is the wider
  lip_red: float  # 0 as the skin to 1 painted
  tint: tuple[float, float, float]  # added to the colour of the skin
  clothes: tuple[float, float, float]  # colour, 0 to 1
  background: tuple[float, float, float]  # colour, 0 to 1
  seed: int  # of what else belongs to the person: freckles, strands

  def attributes(self) -> dict[str, object]:
    """What a person would say of the face, for labels: plain text and truth values."""
    return {"sex": "male" if self.male else "female", "skin": self.skin, "hair": self.hair,
            "hair_style": self.hair_style, "eyes": self.eyes, "glasses": self.glasses,
            "beard": self.beard, "collar": self.collar, "freckles": self.freckles > 0.4,
            "age": "old" if self.age > 0.66 else "middle" if self.age > 0.33 else "young"}


def sample_identity(identity: int, seed: int = 0) -> Identity:
  """The person with this number.

  Args:
    identity: from 0 up.
    seed: another seed, other people.

  Returns:
    The person; depends on the two arguments only.
  """
  random = np.random.default_rng((seed, 101, identity))
  male = bool(random.random() < 0.5)
  shape = sample_shape(random, male)
  age = float(random.beta(1.3, 1.8))
  skin = _pick(random, list(SKINS), (.16, .30, .18, .14, .13, .09))
  hair, eyes = _colours(random, skin, age)
  styles = MALE_STYLES if male else FEMALE_STYLES
  beard = _pick(random, BEARDS, (.50, .16, .10, .10, .14)) if male else "none"
  return Identity(
      shape=shape, male=male, skin=skin, hair=hair, eyes=eyes, age=age, beard=beard,
      hair_style=_pick(random, styles, [1 / len(styles)] * len(styles)),
      glasses=_pick(random, GLASSES, (.74, .12, .14)),
      collar=_pick(random, COLLARS, (.4, .35, .25)),
      freckles=_freckles(random, skin),
      volume=float(random.uniform(-2, 6)),
      parting=float(random.uniform(-1, 1)),
      asymmetry=float(random.normal(0, 0.7)),
      lip_red=float(random.uniform(0, .15) if male else random.uniform(.15, .85)),
      tint=tuple((random.normal(0, .02) + random.normal(0, .008, 3)).tolist()),
      clothes=_clothes(random),
      background=_background(random), seed=int(random.integers(2**31)))


def _pick(random: np.random.Generator, names, shares) -> str:
  return str(names[random.choice(len(names), p=shares)])


def _colours(random: np.random.Generator, skin: str, age: float) -> tuple[str, str]:
  """Colours of hair and eyes that go with the skin and the age."""
  if skin in _DARK_SKINS:
    hair = _pick(random, list(HAIRS), (.62, .28, .10, 0, 0, 0))
    eyes = _pick(random, list(EYES), (.35, .58, .07, 0, 0, 0))
  else:
    hair = _pick(random, list(HAIRS), (.22, .26, .22, .11, .19, 0))
    eyes = _pick(random, list(EYES), (.22, .15, .17, .14, .22, .10))
  if age > 0.62 and random.random() < 0.7:
    hair = "grey"
  return hair, eyes


def _freckles(random: np.random.Generator, skin: str) -> float:
  strength, has_some = random.random(2)
  return float(strength) if skin in ("pale", "light") and has_some < .35 else 0.0


def _clothes(random: np.random.Generator) -> tuple[float, float, float]:
  base = random.uniform(.1, .85)
  return tuple(np.clip(base + random.normal(0, .09, 3), .05, .93).tolist())


def _background(random: np.random.Generator) -> tuple[float, float, float]:
  """Paper or cloth of a photographer: blue, grey, beige or white."""
  base = np.array([(.42, .58, .78), (.66, .68, .70), (.80, .76, .70), (.88, .89, .90)])
  return tuple((base[random.integers(4)] + random.normal(0, .025, 3)).tolist())
