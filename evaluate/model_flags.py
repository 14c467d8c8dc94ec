"""The flags that every command on a trained model takes: which model, and whose drawings."""

from absl import flags

MODEL = flags.DEFINE_string("model", None, "A model that comes with the zoo, or the folder of a "
                            "training run or of a converted model.", required=True)
flags.DEFINE_alias("model_dir", "model")
DATA_DIR = flags.DEFINE_string("data_dir", None, "Folder of the CATEGORY.npz files of the model's "
                               "categories. Default: the built-in drawings.")
