"""Turns checkpoints of an original program into a model folder of the zoo.

  python pretrained/convert.py --model=rpcl_pix2seq --source=TF1_CHECKPOINT_DIR --output_dir=DIR

One JSON line goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models import saving
from pretrained import rpcl_pix2seq_conversion

CONVERTERS = {"rpcl_pix2seq": rpcl_pix2seq_conversion.convert}

_MODEL = flags.DEFINE_enum("model", None, sorted(CONVERTERS), "Which model.", required=True)
_SOURCE = flags.DEFINE_string(
    "source", None, "Folder with the original's checkpoint (.index, .data-*) and "
    "model_config.json.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "The model folder to make.", required=True)
_SCALE_FACTOR = flags.DEFINE_float(
    "scale_factor", None, "What the offsets of the training drawings were divided by, if known; "
    "the original does not keep it.", lower_bound=1e-9)


def main() -> None:
  model, data = CONVERTERS[_MODEL.value](_SOURCE.value, scale_factor=_SCALE_FACTOR.value)
  saving.save_model(model, _OUTPUT_DIR.value, data)
  cli.emit({"model": _MODEL.value, "output_dir": _OUTPUT_DIR.value,
            "parameters": model.count_params(), **data})


if __name__ == "__main__":
  cli.run(main)
