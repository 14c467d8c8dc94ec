"""The flags that FSIM and SSIM share."""

from absl import flags

from evaluate.paired_scores import MODES

MODE = flags.DEFINE_enum("mode", "sketch", list(MODES), "sketch: both images are turned to gray "
                         "first, as the original driver does with sketches. photo: RGB.")
PER_IMAGE = flags.DEFINE_boolean("per_image", False, "Print the values of every pair, not only of "
                                 "the worst and best ones.")
OUTPUT = flags.DEFINE_string("output", None, "A .csv file to write the values of every pair to.")
WORKERS = flags.DEFINE_integer("workers", None, "Pairs done at a time; never changes a number. "
                               "Default: the number of CPUs.", lower_bound=1)
