"""Makes joint pictures, sketch beside photo, from photos: the data of Contextual GAN.

  python data_tools/make_joint.py --source=celeba --data_dir=DIR --output_dir=OUT \\
      --styles=xdog,fdog,photocopy --size=64 --workers=2

Writes OUT/SPLIT/STYLE/NAME.png, size x 2 size pixels, and OUT/joint.json with settings and counts.
Stopped, it goes on where it was; a folder can be given more styles later. One JSON line goes to
stdout, progress to stderr.
"""

from absl import flags

from data_tools import cli
from data_tools.joint import joint_folder, layout, sources

_SOURCE = flags.DEFINE_enum(
    "source", None, sources.KINDS, "Where the photos come from: CelebA, CUB-200-2011, Stanford "
    "Cars, any folder of photos, or the built-in faces.", required=True)
_DATA_DIR = flags.DEFINE_string(
    "data_dir", None, "Folder of the data set as it comes, or of the photos. Default, for the "
    "built-in faces only: made in the cache.")
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder for the joint pictures; new, or begun by this command with the "
    "same options.", required=True)
_STYLES = flags.DEFINE_list(
    "styles", ["xdog", "fdog", "photocopy"], "Styles of the sketches; also pencil for the built-in "
    "faces: their own.")
_SIZE = flags.DEFINE_integer(
    "size", layout.DEFAULT_SIZE, "Height of a joint picture, pixels, half its width; a multiple of "
    "16.")
_CROP = flags.DEFINE_integer(
    "crop", None, "celeba, folder: side of the centred square that is shown, pixels. Default: 108 "
    "for celeba, the photo's shorter side for folder.", lower_bound=1)
_MARGIN = flags.DEFINE_float(
    "margin", None, "cub, cars: what is shown round the box at each side, as a share of its longer "
    "side. Default: 0.1.", lower_bound=0.0, upper_bound=4.0)
_HOLDOUT = flags.DEFINE_float(
    "holdout", None, "folder: share of the photos for each of valid and test. Default: 0.1.",
    lower_bound=0.0, upper_bound=0.5)
_SKIP_SMALL = flags.DEFINE_bool(
    "skip_small", False, "Leaves photos out that are smaller than --size; otherwise they are an "
    "error.")
_WORKERS = flags.DEFINE_integer("workers", 1, "Number of processes that draw.", lower_bound=1)


def main() -> None:
  """Reads the flags, makes the pictures and reports them."""
  source = sources.find(_SOURCE.value, _DATA_DIR.value, crop=_CROP.value, margin=_MARGIN.value,
                        holdout=_HOLDOUT.value)
  summary = joint_folder.make(source, _OUTPUT_DIR.value, _STYLES.value, _SIZE.value,
                              _WORKERS.value, _SKIP_SMALL.value)
  cli.emit({"output_dir": _OUTPUT_DIR.value, **summary, "styles": list(summary["styles"])})


if __name__ == "__main__":
  cli.run(main)
