"""Trains RPCL-pix2seq.

  python train/rpcl_pix2seq.py --preset=demo --log_root=runs/demo
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus \\
      --hparams="categories=[bee,bus], dec_model=hyper, batch_size=128"
  python train/rpcl_pix2seq.py --data_dir=quickdraw --log_root=runs/bee_bus --resume_training
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models.rpcl_pix2seq.presets import PRESETS
from train import rpcl_pix2seq_run

flags.DEFINE_string("data_dir", None, "Folder with CATEGORY.npz files in the sketch-rnn format "
                    "(and CATEGORY_png.npz). Not given: the built-in drawings.")
flags.DEFINE_string("log_root", "runs/rpcl_pix2seq", "Folder of the run: checkpoints, logs.")
flags.DEFINE_boolean("resume_training", False, "Go on with the run in --log_root.")
flags.DEFINE_enum("preset", "full", sorted(PRESETS), "Hyperparameters to start from.")
flags.DEFINE_string("hparams", "", "Hyperparameters to change, such as "
                    "\"categories=[bee,bus], dec_rnn_size=512\".")
flags.DEFINE_integer("seed", 0, "Of start values, data order, noise and dropout.", lower_bound=0)
flags.DEFINE_boolean("jit_compile", False, "Compile the recurrent decoder with XLA.")
flags.DEFINE_boolean("mixed_precision", False, "bfloat16 products and convolutions.")
flags.DEFINE_boolean("dry_run", False, "Print the resolved hyperparameters as JSON and stop.")


def main() -> None:
  options = flags.FLAGS
  rpcl_pix2seq_run.run(rpcl_pix2seq_run.Options(
      preset=options.preset, hparams=options.hparams, data_dir=options.data_dir,
      log_root=options.log_root, resume=options.resume_training, seed=options.seed,
      jit_compile=options.jit_compile, mixed_precision=options.mixed_precision,
      dry_run=options.dry_run))


if __name__ == "__main__":
  cli.run(main)
