"""Turns checkpoints of an original program into a model folder of the zoo.

  python pretrained/convert.py --model=rpcl_pix2seq --source=TF1_CHECKPOINT_DIR --output_dir=DIR
  python pretrained/convert.py --model=sc_lmser --source=TF1_CHECKPOINT_DIR --output_dir=DIR
  python pretrained/convert.py --model=sc_lmser --source=RUN/cufs-268 --output_dir=DIR

One JSON line goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models import saving
from pretrained import rpcl_pix2seq_conversion, sc_lmser_conversion

# Model -> (source, **the flags of that model) -> the model, and what is known of its training.
CONVERTERS = {"rpcl_pix2seq": rpcl_pix2seq_conversion.convert,
              "sc_lmser": sc_lmser_conversion.convert}

_MODEL = flags.DEFINE_enum("model", None, sorted(CONVERTERS), "Which model.", required=True)
_SOURCE = flags.DEFINE_string(
    "source", None, "Folder with the original's checkpoint (.index, .data-*) and its "
    "model_config.json, without which SC-Lmser's defaults are taken; or one checkpoint's path "
    "without the ending.", required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "The model folder to make.", required=True)
_OF_ONE_MODEL = {"scale_factor": flags.DEFINE_float(
    "scale_factor", None, "RPCL-pix2seq only: what the offsets of the training drawings were "
    "divided by, if known; the original does not keep it.", lower_bound=1e-9)}


@flags.multi_flags_validator(
    ["model", "scale_factor"],
    "--scale_factor belongs to --model=rpcl_pix2seq alone; leave it out for other models.")
def _own_flags_only(given) -> bool:
  return given["model"] == "rpcl_pix2seq" or given["scale_factor"] is None


def main() -> None:
  own = {name: flag.value for name, flag in _OF_ONE_MODEL.items() if flag.value is not None}
  model, data = CONVERTERS[_MODEL.value](_SOURCE.value, **own)
  saving.save_model(model, _OUTPUT_DIR.value, data)
  cli.emit({"model": _MODEL.value, "output_dir": _OUTPUT_DIR.value,
            "parameters": model.count_params(), **data})


if __name__ == "__main__":
  cli.run(main)
