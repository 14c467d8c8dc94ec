"""Makes the built-in faces as files: pairs of photos and sketches, and a list of the people.

  python data_tools/make_faces.py --output_dir=DIR --identities=20 --images_per_identity=3 \\
      --contact_sheet=DIR.png

One JSON line goes to stdout, progress to stderr. A folder with these faces is kept. What trains
without --data_dir makes its faces by itself; this command is for looking.
"""

from collections import Counter

import numpy as np
from absl import flags
from PIL import Image

from data_tools import builtin_faces, cli
from data_tools.builtin_faces.contact_sheet import save_contact_sheet

_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder for photos, sketches and faces.json; new or empty, or made by this "
    "command with the same options.", required=True)
_IDENTITIES = flags.DEFINE_integer(
    "identities", builtin_faces.DEFAULT_IDENTITIES, "Number of people.", lower_bound=3)
_IMAGES = flags.DEFINE_integer(
    "images_per_identity", builtin_faces.DEFAULT_IMAGES, "Pairs of each person.", lower_bound=1)
_SEED = flags.DEFINE_integer("seed", 0, "Another seed, other people.", lower_bound=0)
_CONTACT_SHEET = flags.DEFINE_string(
    "contact_sheet", None, "PNG to make with the first pairs of the first people.")
_ON_SHEET = 24  # pairs


def main() -> None:
  """Reads the flags, makes the folder and reports it."""
  folder = builtin_faces.ensure(_IDENTITIES.value, _IMAGES.value, _SEED.value, _OUTPUT_DIR.value)
  people = builtin_faces.read_list(folder)["identities"]
  splits = Counter(person["split"] for person in people)
  if _CONTACT_SHEET.value:
    names = [name for person in people for name in person["images"][:4]][:_ON_SHEET]
    save_contact_sheet(_CONTACT_SHEET.value, [
        tuple(np.asarray(Image.open(folder / kind / name)) for kind in ("photos", "sketches"))
        for name in names])
  cli.emit({"folder": str(folder), "identities": len(people),
            "pairs": sum(len(person["images"]) for person in people),
            **{split: splits[split] for split in builtin_faces.SPLITS}})


if __name__ == "__main__":
  cli.run(main)
