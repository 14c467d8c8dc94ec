"""LPIPS v0.1, the perceptual distance of generated images from the true ones of the same names.

  python evaluate/lpips.py --reference_dir=TRUE --generated_dir=MADE
  python evaluate/lpips.py --reference_dir=TRUE --generated_dir=MADE --net=vgg --size=256

Prints a table and, as the last line, JSON. 0 is equal, more is farther. Distances depend on the net
and on the size of the images: compare figures of equal --net and size only. The weights are fetched
once (alex 244 MB, vgg 553 MB, squeeze 5 MB) and kept in the cache folder, or given by path.
"""

from absl import flags

from data_tools import cli
from evaluate import lpips_run
from evaluate.image_flags import GENERATED_DIR, REFERENCE_DIR
from models.lpips.model import BACKBONES

_NET = flags.DEFINE_enum("net", "alex", list(BACKBONES), "The backbone. alex is what its authors "
                         "advise for a metric; vgg is what sketch-to-image trains with.")
_SIZE = flags.DEFINE_integer("size", None, "Bring both images to SIZE x SIZE pixels first, by the "
                             "mean over areas when shrinking. Default: as they are.", lower_bound=1)
_BACKBONE = flags.DEFINE_string("backbone_weights", None, "torchvision's .pth file of the backbone,"
                                " for machines without a network.")
_HEADS = flags.DEFINE_string("heads_weights", None, "PerceptualSimilarity's v0.1 .pth file of the "
                             "calibration weights, likewise.")
_ALLOW_OTHER = flags.DEFINE_boolean("allow_other_weights", False, "Take weight files that are not "
                                    "the published ones.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 16, "Pairs at a time, of large images fewer; "
                                   "never changes a number.", lower_bound=1)
_PER_IMAGE = flags.DEFINE_boolean("per_image", False, "Print the distance of every pair, not only "
                                  "of the worst and best ones.")
_OUTPUT = flags.DEFINE_string("output", None, "A .csv file to write the distances to.")


def main() -> None:
  """Reads the flags, scores and reports."""
  cli.emit(lpips_run.run(lpips_run.Options(
      reference_dir=REFERENCE_DIR.value, generated_dir=GENERATED_DIR.value, net=_NET.value,
      size=_SIZE.value, backbone_weights=_BACKBONE.value, heads_weights=_HEADS.value,
      allow_other_weights=_ALLOW_OTHER.value, batch_size=_BATCH_SIZE.value,
      per_image=_PER_IMAGE.value, output=_OUTPUT.value)))


if __name__ == "__main__":
  cli.run(main)
