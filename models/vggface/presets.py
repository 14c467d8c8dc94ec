"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

import dataclasses

from models.vggface.config import VggFaceConfig

_SMALL = VggFaceConfig(
    network="small", feature_layer="embedding", input_size=96, width=16, learning_rate=0.001,
    persons_per_batch=16, images_per_person=3, num_steps=3000, evaluate_every=100)

PRESETS = {
    # Fine-tunes the published VGG-16: for GPUs.
    "full": VggFaceConfig(),
    # A recogniser of its own, where those weights are not to be had.
    "small": _SMALL,
    # The same on smaller pictures, for minutes on two CPU cores.
    "demo": dataclasses.replace(
        _SMALL, input_size=64, num_steps=600, in_size=(100, 125), pad_size=(143, 143),
        out_size=(128, 128)),
}
