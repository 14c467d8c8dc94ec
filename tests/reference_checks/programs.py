"""Which checks belong to the reference files of which original program."""

import pathlib
from collections.abc import Callable, Iterable

from tests.reference_checks import (cells, checkpoint, face_data, forward, frechet, fsim,
                                    hparams_text, inception, lmser_checkpoint, lmser_networks,
                                    lmser_training, lpips, nlda, raster_images, retrieval_scores,
                                    s2i_blocks, s2i_data, s2i_derangements, s2i_losses,
                                    s2i_networks, s2i_operators, s2i_tom, s2i_training, sampling,
                                    ssim, stroke_arrays, training)
from tests.reference_checks.finding import Finding

Check = Callable[[pathlib.Path], Iterable[Finding]]
_CELLS = ("lstm", "layer_norm", "hyper")

# File or folder of a reference set -> its checks; a star stands for sizes and the like.
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
    "blocks.npz": (s2i_blocks.check,), "nets_*.npz": (s2i_networks.check,),
    "fid.npz": (frechet.check,), "tom_vgg.npz": (s2i_tom.check_vgg,),
    "tom_parts.npz": (s2i_tom.check_parts,), "tom_train.npz": (s2i_tom.check_train,),
    "tom_evaluate.npz": (s2i_tom.check_evaluate,), "data.npz": (s2i_data.check,),
    "losses.npz": (s2i_operators.check, s2i_derangements.check, s2i_losses.check),
    "train_ae_*.npz": (s2i_training.check_ae,), "train_gan_*.npz": (s2i_training.check_gan,)}
# With our own rounding in place of the original's (see original_rounding.py).
AS_SHIPPED: dict[str, tuple[Check, ...]] = {
    f"forward_{cell}.npz": (forward.check_shipped,) for cell in _CELLS}


def checks_of(folder: pathlib.Path) -> dict[str, tuple[Check, ...]]:
  """The checks of the program that wrote a folder: the one most of whose files are there.

  A name with a star gives way to the files that it fits, if there are any.
  """
  found = lambda name: sorted(path.name for path in folder.glob(name))
  programs = (RPCL_PIX2SEQ, SC_LMSER, SKETCH2IMAGE)
  checks = max(programs, key=lambda checks: sum(bool(found(name)) for name in checks))
  return {file: functions for name, functions in checks.items() for file in found(name) or [name]}
