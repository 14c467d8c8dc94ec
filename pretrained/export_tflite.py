"""Exports RPCL-pix2seq as TensorFlow Lite files, for an app that draws point by point.

  python pretrained/export_tflite.py --model=rpcl_pix2seq_demo --output_dir=runs/lite

writes, all or nothing, for one drawing at a time and in float32:

  encoder.tflite        encode  image [1, W, W, 1] in [-1, 1], ink -1 -> mean, variance [1, Z]
  decoder_start.tflite  start   code [1, Z] -> state [1, S], that before the first point
  decoder_step.tflite   step    point [1, 5], code, state -> pen_logits [1, 3], pi, mu_x, mu_y,
                                sigma_x, sigma_y, rho [1, 20], state
  model.json            sizes, sha256, inputs and outputs of the three; scale factor, longest
                        drawing, first point, the latent mixture

They hold TensorFlow Lite's own operations only. `serving/draw_with_tflite.py` draws with them.
--quantize stores the weights as int8: about a quarter of the bytes, and less exact. One JSON line
goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags, logging

from data_tools import files
from data_tools.errors import UserError
from models import registry
from pretrained import lite_files, pretrained_registry, rpcl_pix2seq_lite

_MODEL = flags.DEFINE_string(
    "model", None, "A run folder of training, a converted model, or a name of the registry.",
    required=True)
_OUTPUT_DIR = flags.DEFINE_string("output_dir", None, "New folder.", required=True)
_QUANTIZE = flags.DEFINE_bool("quantize", False, "Store the weights as int8.")


def main() -> None:
  logging.set_verbosity(logging.ERROR)
  files.check_free(_OUTPUT_DIR.value)
  model, content = pretrained_registry.load(_MODEL.value)
  if registry.name_of(model) != "rpcl_pix2seq":
    raise UserError(f"{_MODEL.value} holds a model of {content['model']}, but only rpcl_pix2seq is "
                    "exported to TensorFlow Lite; see pretrained/export.py for the others.")
  described = lite_files.write(
      _OUTPUT_DIR.value, rpcl_pix2seq_lite.RpclPix2SeqLite(model), rpcl_pix2seq_lite.FILES,
      rpcl_pix2seq_lite.facts(model, content["data"]), _QUANTIZE.value)
  cli.emit({"output_dir": _OUTPUT_DIR.value, "quantized": _QUANTIZE.value,
            "bytes": {file["name"]: file["bytes"] for file in described["files"].values()},
            "scale_factor": described["scale_factor"]})


if __name__ == "__main__":
  cli.run(main)
