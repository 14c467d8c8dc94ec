"""FSIM and FSIMc of generated images against the true ones of the same names.

  python evaluate/fsim.py --reference_dir=TRUE --generated_dir=MADE
  python evaluate/fsim.py --reference_dir=TRUE --generated_dir=MADE --mode=photo --output=fsim.csv

Prints a table and, as the last line, JSON. Published figures of face sketches are FSIMc, which
for gray images (--mode=sketch, the default) is the same as FSIM.
"""

from data_tools import cli
from evaluate import fsim_run
from evaluate.image_flags import GENERATED_DIR, REFERENCE_DIR
from evaluate.pair_flags import MODE, OUTPUT, PER_IMAGE, WORKERS


def main() -> None:
  """Reads the flags, scores and reports."""
  cli.emit(fsim_run.run(fsim_run.Options(
      reference_dir=REFERENCE_DIR.value, generated_dir=GENERATED_DIR.value, mode=MODE.value,
      per_image=PER_IMAGE.value, output=OUTPUT.value, workers=WORKERS.value)))


if __name__ == "__main__":
  cli.run(main)
