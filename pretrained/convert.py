"""Turns checkpoints of an original program into a model folder of the zoo.

  python pretrained/convert.py --model=rpcl_pix2seq --source=TF1_CHECKPOINT_DIR --output_dir=DIR
  python pretrained/convert.py --model=sc_lmser --source=TF1_CHECKPOINT_DIR --output_dir=DIR
  python pretrained/convert.py --model=sc_lmser --source=RUN/cufs-268 --output_dir=DIR
  python pretrained/convert.py --model=tom --source=RUN/699_model.pth --output_dir=DIR
  python pretrained/convert.py --model=sketch2image_ae --source=AE/models/12000.pth --output_dir=DIR
  python pretrained/convert.py --model=sketch2image --source=RUN/models/19.pth --output_dir=DIR
  python pretrained/convert.py --model=vggface --source=vgg_face.mat --output_dir=DIR

One JSON line goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from models import saving
from models.sketch2image.config import DATA_NAMES
from pretrained import (rpcl_pix2seq_conversion, sc_lmser_conversion, sketch2image_ae_conversion,
                        sketch2image_gan_conversion, tom_conversion, vgg_face_conversion,
                        vgg_weights)

# Model -> (source, **the flags of that model) -> the model, and what is known of its training.
CONVERTERS = {"rpcl_pix2seq": rpcl_pix2seq_conversion.convert,
              "sc_lmser": sc_lmser_conversion.convert,
              "sketch2image": sketch2image_gan_conversion.convert,
              "sketch2image_ae": sketch2image_ae_conversion.convert,
              "tom": tom_conversion.convert, "vggface": vgg_face_conversion.convert}

_MODEL = flags.DEFINE_enum("model", None, sorted(CONVERTERS), "Which model.", required=True)
_SOURCE = flags.DEFINE_string(
    "source", None, "Folder with the original's checkpoint (.index, .data-*) and its "
    "model_config.json, without which SC-Lmser's defaults are taken; or one checkpoint's path "
    "without the ending; of TOM the <n>_model.pth; of Sketch-to-Image a models/<number>.pth; "
    "of vggface Oxford's vgg_face.mat.",
    required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "The model folder to make.", required=True)
# Flags of some models only: name -> the models.
_OWN_FLAGS = {"scale_factor": ("rpcl_pix2seq",), "vgg": ("tom",),
              "data_name": ("sketch2image", "sketch2image_ae")}
flags.DEFINE_float(
    "scale_factor", None, "RPCL-pix2seq only: what the offsets of the training drawings were "
    "divided by, if known; the original does not keep it.", lower_bound=1e-9)
flags.DEFINE_string("vgg", None, f"TOM only. {vgg_weights.HELP}")
flags.DEFINE_enum(
    "data_name", None, DATA_NAMES, "Sketch-to-Image only: what its pictures are, if known; a file "
    "of the first stage does not tell, and art is assumed.")


@flags.multi_flags_validator(
    ["model", *_OWN_FLAGS],
    "--scale_factor belongs to --model=rpcl_pix2seq alone, --vgg to --model=tom and --data_name to "
    "--model=sketch2image and sketch2image_ae; leave them out for other models.")
def _own_flags_only(given) -> bool:
  return all(given[name] is None or given["model"] in models
             for name, models in _OWN_FLAGS.items())


def main() -> None:
  given = {name: getattr(flags.FLAGS, name) for name in _OWN_FLAGS}
  own = {name: value for name, value in given.items() if value is not None}
  model, data = CONVERTERS[_MODEL.value](_SOURCE.value, **own)
  saving.save_model(model, _OUTPUT_DIR.value, data)
  cli.emit({"model": _MODEL.value, "output_dir": _OUTPUT_DIR.value,
            "parameters": model.count_params(), **data})


if __name__ == "__main__":
  cli.run(main)
