"""Draws one sketch with the TensorFlow Lite files of a model, point by point, as an app would.

  python pretrained/export_tflite.py --model=rpcl_pix2seq_demo --output_dir=runs/lite
  python serving/draw_with_tflite.py --model_dir=runs/lite --output=sketch.svg --seed=3
  python serving/draw_with_tflite.py --model_dir=runs/lite --image=runs/drawings/bee.npz --row=3 \\
      --output=bee.svg

Between two steps there is nothing but NumPy (`serving/point_by_point.py`). One JSON line goes to
stdout.
"""

from data_tools import cli  # first: it quiets TensorFlow before it is imported

from absl import flags

from data_tools import strokes, svg
from data_tools.errors import UserError
from data_tools.stroke_files import SPLITS
from serving import point_by_point, request_inputs
from serving.lite_model import LiteModel
from serving.signatures import Signature, Tensor

_SVG_SIZE = 256

_MODEL_DIR = flags.DEFINE_string("model_dir", None, "What export_tflite.py wrote.", required=True)
_OUTPUT = flags.DEFINE_string("output", None, "The .svg file to write.", required=True)
_IMAGE = flags.DEFINE_string(
    "image", None, "What to draw: a picture (48 x 48 in most models), a drawing file (.npz), or an "
    "array (.npy) in [-1, 1], ink -1. Not given, nor a code: one from the latent mixture.")
_CODE = flags.DEFINE_string("code", None, "In place of an image: an array (.npy) of Z numbers.")
_SPLIT = flags.DEFINE_enum("split", "test", SPLITS, "Split of a drawing file.")
_ROW = flags.DEFINE_integer("row", 0, "Which drawing of that split, from 0.")
_SEED = flags.DEFINE_integer("seed", 0, "Of the random numbers.", lower_bound=0)
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "Lower is neater.", lower_bound=1e-3)


def main() -> None:
  if _IMAGE.value and _CODE.value:
    raise UserError("--image and --code are both given, but a sketch has one code; give one of "
                    "them, or none.")
  model = LiteModel(_MODEL_DIR.value)
  code = _code(model)
  drawn = point_by_point.draw(model, code, _TEMPERATURE.value, _SEED.value)
  drawing = strokes.to_stroke3(drawn)
  svg.save_svg(_OUTPUT.value, drawing, _SVG_SIZE)
  cli.emit({"svg": _OUTPUT.value, "points": len(drawing), "ended": len(drawing) < len(drawn)})


def _code(model):
  """float32 [1, Z]."""
  if _CODE.value:
    return _from_file("code", [1, model.code_size], _CODE.value)
  if _IMAGE.value:
    return model.encode(_from_file("image", [1, model.width, model.width, 1], _IMAGE.value))
  return point_by_point.prior_code(model, _SEED.value)


def _from_file(name, shape, path):
  signature = Signature({name: Tensor("float32", tuple(shape))}, {})
  options = request_inputs.Options(split=_SPLIT.value, row=_ROW.value)
  return request_inputs.make(signature, {name: path}, options)[name]


if __name__ == "__main__":
  cli.run(main)
