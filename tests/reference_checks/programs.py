"""Which checks belong to the reference files of which original program."""

import pathlib
from collections.abc import Callable, Iterable

from tests.reference_checks import (cells, checkpoint, face_data, forward, frechet, fsim,
                                    hparams_text, inception, lmser_checkpoint, lmser_networks,
                                    lmser_training, lpips, nlda, raster_images, retrieval_scores,
                                    sampling, ssim, stroke_arrays, training)
from tests.reference_checks.finding import Finding

Check = Callable[[pathlib.Path], Iterable[Finding]]
_CELLS = ("lstm", "layer_norm", "hyper")

# File or folder of a reference set -> its checks.
RPCL_PIX2SEQ: dict[str, tuple[Check, ...]] = {
    **{f"cells_{cell}.npz": (cells.check,) for cell in _CELLS},
    **{f"forward_{cell}.npz": (forward.check,) for cell in _CELLS},
    **{f"train_{cell}.npz": (training.check,) for cell in _CELLS},
    "tf1_checkpoint": (checkpoint.check,), "sampling.npz": (sampling.check,),
    "raster.npz": (raster_images.check,), "strokes.npz": (stroke_arrays.check,),
    "retrieval.npz": (retrieval_scores.check,), "hparams.json": (hparams_text.check,)}
SC_LMSER: dict[str, tuple[Check, ...]] = {
    "fsim.npz": (fsim.check,), "ssim.npz": (ssim.check,), "nlda.npz": (nlda.check,),
    "fid.npz": (frechet.check, inception.check), "data.npz": (face_data.check,),
    "tf1_checkpoint": (lmser_checkpoint.check,),
    **{f"train{kind}{run}.npz": (lmser_training.check,)
       for kind in ("", "_gan", "_hinge") for run in ("", "_racefree")},
    **{f"{part}.npz": (lmser_networks.check,) for part in ("generator", "discriminator",
                                                           "losses")}}
SKETCH2IMAGE: dict[str, tuple[Check, ...]] = {
    **{f"lpips_{net}.npz": (lpips.check,) for net in ("vgg", "alex", "squeeze")},
    "fid.npz": (frechet.check,)}
# With our own rounding in place of the original's (see original_rounding.py).
AS_SHIPPED: dict[str, tuple[Check, ...]] = {
    f"forward_{cell}.npz": (forward.check_shipped,) for cell in _CELLS}


def checks_of(folder: pathlib.Path) -> dict[str, tuple[Check, ...]]:
  """The checks of the program that wrote a folder: the one most of whose files are there."""
  programs = (RPCL_PIX2SEQ, SC_LMSER, SKETCH2IMAGE)
  return max(programs, key=lambda checks: sum((folder / file).exists() for file in checks))
