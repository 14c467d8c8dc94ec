"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.sketch_a_net.config import SketchANetConfig

PRESETS = {
    # The paper's network on stroke-order channels: for GPUs.
    "full": SketchANetConfig(),
    # The same on plain pictures, for Rec: sample folders may hold pictures without strokes.
    "plain": SketchANetConfig(channels=1),
    # A quarter of the width, which learns the built-in drawings in minutes on two CPU cores.
    "demo": SketchANetConfig(channels=1, width_multiplier=0.25, batch_size=50, num_steps=400,
                             learning_rate=0.001),
}
