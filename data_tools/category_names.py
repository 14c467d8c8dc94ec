"""Category names: Quick, Draw!'s own list, how a command line spells them, typing mistakes.

Source of the list: the Quick, Draw! data set, googlecreativelab/quickdraw-dataset.
"""

import difflib
import re
from collections.abc import Iterable, Sequence

from data_tools.errors import UserError

QUICKDRAW_CATEGORIES: tuple[str, ...] = tuple(" ".join(name.split()) for name in """
    aircraft carrier, airplane, alarm clock, ambulance, angel, animal migration, ant, anvil,
    apple, arm, asparagus, axe, backpack, banana, bandage, barn, baseball, baseball bat, basket,
    basketball, bat, bathtub, beach, bear, beard, bed, bee, belt, bench, bicycle, binoculars,
    bird, birthday cake, blackberry, blueberry, book, boomerang, bottlecap, bowtie, bracelet,
    brain, bread, bridge, broccoli, broom, bucket, bulldozer, bus, bush, butterfly, cactus, cake,
    calculator, calendar, camel, camera, camouflage, campfire, candle, cannon, canoe, car, carrot,
    castle, cat, ceiling fan, cell phone, cello, chair, chandelier, church, circle, clarinet,
    clock, cloud, coffee cup, compass, computer, cookie, cooler, couch, cow, crab, crayon,
    crocodile, crown, cruise ship, cup, diamond, dishwasher, diving board, dog, dolphin, donut,
    door, dragon, dresser, drill, drums, duck, dumbbell, ear, elbow, elephant, envelope, eraser,
    eye, eyeglasses, face, fan, feather, fence, finger, fire hydrant, fireplace, firetruck, fish,
    flamingo, flashlight, flip flops, floor lamp, flower, flying saucer, foot, fork, frog,
    frying pan, garden, garden hose, giraffe, goatee, golf club, grapes, grass, guitar, hamburger,
    hammer, hand, harp, hat, headphones, hedgehog, helicopter, helmet, hexagon, hockey puck,
    hockey stick, horse, hospital, hot air balloon, hot dog, hot tub, hourglass, house,
    house plant, hurricane, ice cream, jacket, jail, kangaroo, key, keyboard, knee, knife, ladder,
    lantern, laptop, leaf, leg, light bulb, lighter, lighthouse, lightning, line, lion, lipstick,
    lobster, lollipop, mailbox, map, marker, matches, megaphone, mermaid, microphone, microwave,
    monkey, moon, mosquito, motorbike, mountain, mouse, moustache, mouth, mug, mushroom, nail,
    necklace, nose, ocean, octagon, octopus, onion, oven, owl, paint can, paintbrush, palm tree,
    panda, pants, paper clip, parachute, parrot, passport, peanut, pear, peas, pencil, penguin,
    piano, pickup truck, picture frame, pig, pillow, pineapple, pizza, pliers, police car, pond,
    pool, popsicle, postcard, potato, power outlet, purse, rabbit, raccoon, radio, rain, rainbow,
    rake, remote control, rhinoceros, rifle, river, roller coaster, rollerskates, sailboat,
    sandwich, saw, saxophone, school bus, scissors, scorpion, screwdriver, sea turtle, see saw,
    shark, sheep, shoe, shorts, shovel, sink, skateboard, skull, skyscraper, sleeping bag,
    smiley face, snail, snake, snorkel, snowflake, snowman, soccer ball, sock, speedboat, spider,
    spoon, spreadsheet, square, squiggle, squirrel, stairs, star, steak, stereo, stethoscope,
    stitches, stop sign, stove, strawberry, streetlight, string bean, submarine, suitcase, sun,
    swan, sweater, swing set, sword, syringe, t-shirt, table, teapot, teddy-bear, telephone,
    television, tennis racquet, tent, The Eiffel Tower, The Great Wall of China, The Mona Lisa,
    tiger, toaster, toe, toilet, tooth, toothbrush, toothpaste, tornado, tractor, traffic light,
    train, tree, triangle, trombone, truck, trumpet, umbrella, underwear, van, vase, violin,
    washing machine, watermelon, waterslide, whale, wheel, windmill, wine bottle, wine glass,
    wristwatch, yoga, zebra, zigzag
    """.split(","))

# One name at the front of a list: in quotes (which may hold commas), or bare up to the next comma.
_NAME = re.compile(r"""\s*(?:'([^']*)'|"([^"]*)"|([^,'"\[\]{}()][^,\[\]{}()"]*?))\s*(?:,|$)""")
_BRACKETS = {"[": "]", "{": "}", "(": ")"}


def parse_categories(values: Iterable[str]) -> list[str]:
  """Reads category names as people type them on a command line.

  Understands a repeated flag (which is also what a shell makes of {'bee','bus'}), one value that
  lists several, and any mix: `bee,bus`, `[bee, bus]`, `{'bee','bus'}`, `["The Mona Lisa", bee]`.

  Args:
    values: the values of the flag, in order.

  Returns:
    Names in the order given, each once.

  Raises:
    UserError: a bracket or quote is not closed, or a name is empty or holds a path.
  """
  names: dict[str, None] = {}
  for value in values:
    for name in _split(value):
      if not name or name in (".", "..") or "/" in name or "\\" in name:
        raise UserError(f"{value!r} holds the category name {name!r}, but a category is the name "
                        "of a file without its folder and .npz; write --categories=bee,bus.")
      names[name] = None
  return list(names)


def _split(value: str) -> list[str]:
  inner = value.strip()
  if inner[:1] in _BRACKETS:
    if not inner.endswith(_BRACKETS[inner[0]]):
      raise UserError(f"The category list {value!r} opens a bracket that it does not close; "
                      "write --categories=bee,bus or --categories=[bee,bus].")
    inner = inner[1:-1].strip()
  inner = inner.removesuffix(",").rstrip()  # a trailing comma is harmless
  if not inner:
    raise UserError(f"The category list {value!r} names no category; write --categories=bee,bus.")
  names, position = [], 0
  while position < len(inner) or inner[position - 1] == ",":
    found = _NAME.match(inner, position)
    if not found:
      raise UserError(f"The category list {value!r} could not be read from {inner[position:]!r} "
                      "on; write --categories=bee,bus, with quotes around a name with a comma.")
    names.append(next(group for group in found.groups() if group is not None).strip())
    position = found.end()
  return names


def suggestion(name: str, available: Sequence[str]) -> str | None:
  """The available name most like `name`, whatever the case, or None if none is near."""
  by_lower = {other.lower(): other for other in available}
  near = difflib.get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
  return by_lower[near[0]] if near else None


def check_known(name: str, available: Sequence[str], where: str = "") -> None:
  """Refuses a category that is not available, and names the nearest one that is.

  Args:
    name: the category asked for.
    available: the categories there are.
    where: where they were looked for, such as "in DIR"; put into the sentence.

  Raises:
    UserError: `name` is not in `available`.
  """
  if name in available:
    return
  place = f" {where}" if where else ""
  if not available:
    raise UserError(f"There is no category {name!r}{place}: there are no categories at all; "
                    "check the folder.")
  near = suggestion(name, available)
  if near:
    raise UserError(f"There is no category {name!r}{place}; did you mean {near!r}?")
  shown = ", ".join(available[:8]) + (" and so on" if len(available) > 8 else "")
  raise UserError(f"There is no category {name!r}{place}; choose from the {len(available)} there "
                  f"are: {shown}.")
