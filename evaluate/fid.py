"""FID and KID of generated images against true ones.

  python evaluate/fid.py --reference_dir=TRUE --generated_dir=MADE
  python evaluate/fid.py --reference_dir=TRUE --generated_dir=MADE --save_statistics=true.npz
  python evaluate/fid.py --reference_dir=true.npz --generated_dir=MADE

Either side may be a folder, a text file with one path a line, or an .npz file of statistics (of
--save_statistics or pytorch-fid). Statistics of the reference are kept in the cache folder and
found again by the images' content. The network's weights are fetched once, or given by
--inception_weights. Prints a table and, as the last line, JSON.
"""

from data_tools import cli  # isort: skip  (sets TensorFlow's log level, so it comes first)

from absl import flags

from evaluate import fid_run
from evaluate.image_flags import GENERATED_DIR, REFERENCE_DIR

_MODE = flags.DEFINE_enum(
    "mode", "pytorch-fid", ["pytorch-fid", "clean"], "How images are resized to 299 x 299: "
    "bilinear without antialiasing as pytorch-fid and most published figures, or antialiased "
    "bicubic as clean-fid. Figures of the two can't be compared.")
_WEIGHTS = flags.DEFINE_string(
    "inception_weights", None, "pt_inception-2015-12-05-6726825d.pth or inception-2015-12-05.tgz; "
    "default: from the cache folder, fetched if it isn't there.")
_OTHER = flags.DEFINE_boolean("allow_other_weights", False, "Take weights that are not the "
                              "published ones; such figures can't be compared with others.")
_BATCH_SIZE = flags.DEFINE_integer("batch_size", 50, "Images at a time; doesn't change the "
                                   "figures.", lower_bound=1)
_KID = flags.DEFINE_boolean("kid", True, "Compute KID too, for up to 10,000 images a set.")
_MIXED = flags.DEFINE_boolean("allow_mixed_sizes", False, "Take sets of images of several sizes, "
                              "which the reference program refuses.")
_SAVE = flags.DEFINE_string("save_statistics", None, "Write the reference's statistics to this "
                            ".npz file, to be given as --reference_dir.")
_CACHE = flags.DEFINE_boolean("cache", True, "Keep the reference's statistics in the cache folder.")
_JIT = flags.DEFINE_boolean("jit_compile", False, "Compile the network with XLA.")


def main() -> None:
  """Reads the flags, scores and reports."""
  cli.emit(fid_run.run(fid_run.Options(
      reference_dir=REFERENCE_DIR.value, generated_dir=GENERATED_DIR.value, mode=_MODE.value,
      inception_weights=_WEIGHTS.value, allow_other_weights=_OTHER.value,
      batch_size=_BATCH_SIZE.value, kid=_KID.value, allow_mixed_sizes=_MIXED.value,
      save_statistics=_SAVE.value, cache=_CACHE.value, jit_compile=_JIT.value)))


if __name__ == "__main__":
  cli.run(main)
