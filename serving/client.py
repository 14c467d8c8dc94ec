"""Sends a drawing, a picture or a joint picture to a model that TensorFlow Serving serves.

  python serving/client.py --model=rpcl_pix2seq_demo --input=bee.npz --row=3 --output_dir=out
  python serving/client.py --model=sketch_a_net_demo --input=sketch.png
  python serving/client.py --model=faces --signature=photo_to_sketch --input=photo.png \\
      --output_dir=out
  python serving/client.py --model=art --input=sketch=a.png,photo=b.jpg --output_dir=out
  python serving/client.py --model=joint --input=joint.png --known=sketch --output_dir=out
  python serving/client.py --model=rpcl_pix2seq_demo --signature=sample --input=code=out/mean.npy \\
      --protocol=grpc --server=localhost:8500 --output_dir=out2

The signature's inputs are asked from the server. By REST nothing but this repository's data tools
is needed, no TensorFlow (but for drawings that Sketch-a-Net is given); gRPC needs
tensorflow-serving-api. One JSON line goes to stdout.
"""

import re

from absl import flags

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.stroke_files import SPLITS
from serving import grpc_server, request_inputs, rest_server, result_files

_SERVERS = {"rest": (rest_server.RestServer, rest_server.DEFAULT_ADDRESS),
            "grpc": (grpc_server.GrpcServer, grpc_server.DEFAULT_ADDRESS)}

_MODEL = flags.DEFINE_string("model", None, "The model's name on the server.", required=True)
_INPUT = flags.DEFINE_list(
    "input", [], "The files, FILE or NAME=FILE for each input: a picture, a drawing file (.npz), "
    "or an array (.npy).")
_SIGNATURE = flags.DEFINE_string("signature", "serving_default", "What the model is to do.")
_OUTPUT_DIR = flags.DEFINE_string(
    "output_dir", None, "New folder for the results as .npy, .png and .svg; not given, only the "
    "JSON line tells of them.")
_PROTOCOL = flags.DEFINE_enum("protocol", "rest", sorted(_SERVERS), "How to ask.")
_SERVER = flags.DEFINE_string(
    "server", None, "host:port; not given, localhost:8501 for REST, localhost:8500 for gRPC.")
_VERSION = flags.DEFINE_integer("version", None, "The model's version; not given, the newest.",
                                lower_bound=0)
_TIMEOUT = flags.DEFINE_float("timeout", 60.0, "Seconds that an answer may take.", lower_bound=0.01)
_SPLIT = flags.DEFINE_enum("split", "test", SPLITS, "Split of a drawing file.")
_ROW = flags.DEFINE_integer("row", 0, "Which drawing of that split, from 0.")
_SEED = flags.DEFINE_integer("seed", 0, "For signatures that draw at random.",
                             lower_bound=-2**31, upper_bound=2**31 - 1)
_TEMPERATURE = flags.DEFINE_float("temperature", 0.24, "For signatures that draw strokes.")
_KNOWN = flags.DEFINE_enum(
    "known", "sketch", request_inputs.KNOWN, "The half of a joint picture to complete it by: "
    "sketch, the left one, or photo; --input=mask=FILE instead marks any pixels in white.")


def main() -> None:
  sources = _sources(_INPUT.value)
  if _OUTPUT_DIR.value is not None:
    files.check_free(_OUTPUT_DIR.value)
  kind, default = _SERVERS[_PROTOCOL.value]
  server = kind(_SERVER.value or default, _MODEL.value, _VERSION.value, _TIMEOUT.value)
  signature = _signature(server.signatures())
  options = request_inputs.Options(_SEED.value, _TEMPERATURE.value, _SPLIT.value, _ROW.value,
                                   _KNOWN.value)
  inputs = request_inputs.make(signature, sources, options)
  outputs = server.predict(_SIGNATURE.value, signature, inputs)
  result_files.check_rows(outputs)
  written = {}
  if _OUTPUT_DIR.value is not None:
    written = {"output_dir": _OUTPUT_DIR.value,
               "files": result_files.write(_OUTPUT_DIR.value, outputs)}
  cli.emit({"model": _MODEL.value, "signature": _SIGNATURE.value,
            "outputs": result_files.summary(outputs), **written})


def _sources(given: list[str]) -> dict[str, str]:
  """Input name -> file, "" where no name is given."""
  sources = {}
  for one in given:
    name, path = re.fullmatch(r"(?:(\w+)=)?(.*)", one, re.DOTALL).groups("")
    if name in sources or not path:
      raise UserError(f"--input={','.join(given)} gives a file twice or not at all; give each "
                      "input one, as NAME=FILE.")
    sources[name] = path
  return sources


def _signature(found):
  if _SIGNATURE.value not in found:
    raise UserError(f"{_MODEL.value} has no signature {_SIGNATURE.value!r}; it has "
                    f"{', '.join(sorted(found)) or 'none'}.")
  return found[_SIGNATURE.value]


if __name__ == "__main__":
  cli.run(main)
