"""SSIM of generated images against the true ones of the same names.

  python evaluate/ssim.py --reference_dir=TRUE --generated_dir=MADE
  python evaluate/ssim.py --reference_dir=TRUE --generated_dir=MADE --variant=uniform --mode=photo

Prints a table and, as the last line, JSON. With --mode=photo the figure is the mean over the three
channels. The variants differ in the third digit and more: name the one used.
"""

from absl import flags

from data_tools import cli
from evaluate import ssim_run
from evaluate.image_flags import GENERATED_DIR, REFERENCE_DIR
from evaluate.pair_flags import MODE, OUTPUT, PER_IMAGE, WORKERS

_VARIANT = flags.DEFINE_enum(
    "variant", "gaussian", ["gaussian", "uniform"],
    "gaussian: 11 x 11 Gaussian window, as the paper (Wang et al., 2004). uniform: 7 x 7 window of "
    "equal weights and sample variances, scikit-image's default.")
_DOWNSAMPLE = flags.DEFINE_boolean("downsample", False, "First shrink by the smaller side / 256, "
                                   "rounded (1 for faces of 200 x 250), as some programs do.")


def main() -> None:
  """Reads the flags, scores and reports."""
  cli.emit(ssim_run.run(ssim_run.Options(
      reference_dir=REFERENCE_DIR.value, generated_dir=GENERATED_DIR.value, mode=MODE.value,
      variant=_VARIANT.value, downsample=_DOWNSAMPLE.value, per_image=PER_IMAGE.value,
      output=OUTPUT.value, workers=WORKERS.value)))


if __name__ == "__main__":
  cli.run(main)
