"""Exports a trained model as a SavedModel for TensorFlow Serving, without our code.

  python pretrained/export.py --model_dir=runs/bee_bus --output_dir=runs/serving/bee_bus

Signatures of RPCL-pix2seq, batch axis first in every input (`serving_default` is `reconstruct`):

  encode        image [B, 48, 48, 1] in [-1, 1] -> mean, variance, posterior, component
  decode_image  code [B, Z] -> image
  sample        code, temperature [B], seed [B] -> strokes [B, T, 5], length [B]
  reconstruct   image, temperature, seed -> strokes, length
  score         code, strokes [B, T + 1, 5] -> reconstruction_loss [B]

Of Sketch-a-Net (`serving_default` is `recognise`):

  recognise     image uint8 [B, W, W, C], 0 ink -> category, name, probability, features

Of SC-Lmser (`serving_default` is `photo_to_sketch`; H and W are any multiples of 32):

  photo_to_sketch  photo float32 [B, H, W, 3] in [0, 255] -> sketch in about [-1, 1], sketch_uint8
  sketch_to_photo  sketch float32 [B, H, W, 1] in [0, 255] -> photo, photo_uint8

Of IACycleGAN (`serving_default` is `photo_to_sketch`; H and W multiples of 4, for features any):

  photo_to_sketch, sketch_to_photo   as of SC-Lmser
  embed_photo, embed_sketch          photo or sketch -> features [B, D] of length 1

Of a face recogniser alone (`serving_default` is `embed`):

  embed            photo or sketch, by its domain -> features

Of TOM (`serving_default` is `photo_to_sketch`; H and W are any multiples of 32):

  photo_to_sketch  photo float32 [B, H, W, 3] in [0, 255] -> sketch in [0, 1], sketch_uint8

Of Sketch-to-Image (`serving_default` is `sketch_to_image`; H and W are any, the auto-encoder's
`sketch_to_image` has no seed):

  encode_style     photo float32 [B, H, W, 3] in [0, 255] -> style_32, style_16, style_8
  encode_content   sketch float32 [B, H, W, 1] in [0, 255] -> content_32, content_16, content_8
  sketch_to_image  sketch, photo, seed int32 [B] -> image in (-1, 1), image_uint8

Of Contextual GAN (`serving_default` is `complete`; S is its image_size, N its iterations + 1):

  generate  z float32 [B, Z] -> joint float32 [B, S, 2 S, 3] in [-1, 1], joint_uint8
  complete  joint float32 [B, S, 2 S, 3] in [0, 255], mask float32 [B, S, 2 S, 1], 1 known, seed
            int32 [B] -> joint, joint_uint8, generated, latent [B, Z], contextual [B, N],
            perceptual [B, N], error string [B], "" or what is wrong with the row

Served with
  tensorflow_model_server --model_name=sketch --model_base_path=$PWD/runs/serving/bee_bus \\
      --rest_api_port=8501 --enable_batching \\
      --batching_parameters_file=runs/serving/bee_bus/batching_parameters.txt

A server that batches joins requests of one size only: for pictures of several sizes start it
without the last two flags.

One JSON line goes to stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from collections.abc import Callable, Sequence
from typing import NamedTuple

import tensorflow as tf
from absl import flags, logging

from models import registry
from pretrained import pretrained_registry, saved_model_files
from pretrained.contextual_gan_serving import ContextualGanServing
from pretrained.ia_cyclegan_serving import IaCycleGanServing, VggFaceServing
from pretrained.picture_inputs import BATCH_SIZES
from pretrained.rpcl_pix2seq_serving import RpclPix2SeqServing
from pretrained.sc_lmser_serving import ScLmserServing
from pretrained.sketch2image_serving import SketchAutoEncoderServing, SketchGanServing
from pretrained.sketch_a_net_serving import SketchANetServing
from pretrained.tom_serving import TomServing


class Exporter(NamedTuple):
  """How one model is exported."""

  module: Callable[[tf.keras.Model], tf.Module]  # with `functions` and `inputs`
  default: str  # the signature that serving_default stands for
  batch_sizes: Sequence[int] = saved_model_files.BATCH_SIZES  # ascending


# A search takes seconds for each image, also in the warm-up requests.
_SEARCH_BATCH_SIZES = (1, 2, 4)

EXPORTERS = {"contextual_gan": Exporter(ContextualGanServing, "complete", _SEARCH_BATCH_SIZES),
             "ia_cyclegan": Exporter(IaCycleGanServing, "photo_to_sketch", BATCH_SIZES),
             "rpcl_pix2seq": Exporter(RpclPix2SeqServing, "reconstruct"),
             "sc_lmser": Exporter(ScLmserServing, "photo_to_sketch", BATCH_SIZES),
             "sketch2image": Exporter(SketchGanServing, "sketch_to_image", BATCH_SIZES),
             "sketch2image_ae": Exporter(SketchAutoEncoderServing, "sketch_to_image", BATCH_SIZES),
             "sketch_a_net": Exporter(SketchANetServing, "recognise"),
             "tom": Exporter(TomServing, "photo_to_sketch", BATCH_SIZES),
             "vggface": Exporter(VggFaceServing, "embed", BATCH_SIZES)}

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
  exporter = EXPORTERS[registry.name_of(model)]
  module = exporter.module(model)
  path = saved_model_files.write(module, content["model"], exporter.default, _OUTPUT_DIR.value,
                                 _VERSION.value, _OVERWRITE.value, exporter.batch_sizes)
  cli.emit({"saved_model": str(path), "signatures": sorted(module.functions),
            "serving_default": exporter.default, "data": content["data"]})


if __name__ == "__main__":
  cli.run(main)
