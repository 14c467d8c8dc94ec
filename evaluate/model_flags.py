"""The flag that every command on a trained model takes: which model."""

from absl import flags

MODEL = flags.DEFINE_string("model", None, "A model that comes with the zoo, or the folder of a "
                            "training run or of a converted model.", required=True)
flags.DEFINE_alias("model_dir", "model")
