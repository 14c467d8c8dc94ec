"""Exports a trained model as a SavedModel for TensorFlow Serving, without our code.

  python pretrained/export.py --model_dir=runs/bee_bus --output_dir=serving/bee_bus

Signatures of RPCL-pix2seq, batch axis first in every input (`serving_default` is `reconstruct`):

  encode        image [B, 48, 48, 1] in [-1, 1] -> mean, variance, posterior, component
  decode_image  code [B, Z] -> image
  sample        code, temperature [B], seed [B] -> strokes [B, T, 5], length [B]
  reconstruct   image, temperature, seed -> strokes, length
  score         code, strokes [B, T + 1, 5] -> reconstruction_loss [B]

Of Sketch-a-Net (`serving_default` is `recognise`):

  recognise     image uint8 [B, W, W, C], 0 ink -> category, name, probability, features

Served with
  tensorflow_model_server --model_name=sketch --model_base_path=$PWD/serving/bee_bus \\
      --rest_api_port=8501 --enable_batching \\
      --batching_parameters_file=serving/bee_bus/batching_parameters.txt

One JSON line goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags, logging

from models import registry
from pretrained import pretrained_registry, saved_model_files
from pretrained.rpcl_pix2seq_serving import RpclPix2SeqServing
from pretrained.sketch_a_net_serving import SketchANetServing

# Model name -> its serving module and the signature that serving_default stands for.
EXPORTERS = {"rpcl_pix2seq": (RpclPix2SeqServing, "reconstruct"),
             "sketch_a_net": (SketchANetServing, "recognise")}

_MODEL_DIR = flags.DEFINE_string(
    "model_dir", None, "A run folder of training, a converted model, or a name of the registry.",
    required=True)
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "Folder of the versions, --model_base_path of the server.", required=True)
_VERSION = flags.DEFINE_integer("version", 1, "Number of the version to write.", lower_bound=1)
_OVERWRITE = flags.DEFINE_bool("overwrite", False, "Replaces that version if it is there.")


def main() -> None:
  logging.set_verbosity(logging.ERROR)  # TensorFlow tells how it renames what nobody sees
  model, content = pretrained_registry.load(_MODEL_DIR.value)
  module_class, default = EXPORTERS[registry.name_of(model)]
  module = module_class(model)
  path = saved_model_files.write(module, content["model"], default, _OUTPUT_DIR.value,
                                 _VERSION.value, _OVERWRITE.value)
  cli.emit({"saved_model": str(path), "signatures": sorted(module.functions),
            "serving_default": default, "data": content["data"]})


if __name__ == "__main__":
  cli.run(main)
