"""The flag that every command on a trained model of drawings takes: whose drawings."""

from absl import flags

DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of the CATEGORY.npz files of the model's "
                               "categories, or of shards (docs/shards.md). Default: the built-in "
                               "drawings.")
