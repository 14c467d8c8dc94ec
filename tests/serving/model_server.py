"""A web server on this machine that speaks TensorFlow Serving's REST protocol; for tests.

Written from TensorFlow Serving's "RESTful API", apart from the client: GET /v1/models/NAME/metadata
and POST /v1/models/NAME:predict with columns of inputs, both also with /versions/N.
"""

import base64
import contextlib
import http.server
import inspect
import json
import re
import threading
from collections.abc import Iterator

import numpy as np
import tensorflow as tf
from google.protobuf import json_format

from tensorflow.core.protobuf import saved_model_pb2

# Fields of their default values, too: protobuf 4's name for it, or the later one.
_DEFAULTS_TOO = next(name for name in inspect.signature(json_format.MessageToDict).parameters
                     if name in ("including_default_value_fields",
                                 "always_print_fields_with_no_presence"))
_PATH = re.compile(r"/v1/models/([^/:]+)(?:/versions/(\d+))?(/metadata|:predict)")


class Served:
  """An exported model, version 1.

  Args:
    path: of the SavedModel.

  Attributes:
    signatures: as `tf.saved_model.load` gives them.
    metadata: SignatureDefs by name, as protobuf's JSON.
  """

  def __init__(self, path):
    self._loaded = tf.saved_model.load(str(path))  # which keeps the variables
    self.signatures = self._loaded.signatures
    content = saved_model_pb2.SavedModel.FromString((path / "saved_model.pb").read_bytes())
    self.metadata = {name: json_format.MessageToDict(one, preserving_proto_field_name=True,
                                                     **{_DEFAULTS_TOO: True})
                     for name, one in content.meta_graphs[0].signature_def.items()}

  def predict(self, request):
    """The `outputs` of an answer."""
    name = request["signature_name"]
    specs = self.signatures[name].structured_input_signature[1]
    if set(request["inputs"]) != set(specs):
      raise tf.errors.InvalidArgumentError(None, None, "input size does not match signature")
    given = {key: tf.constant(_values(request["inputs"][key]), spec.dtype)
             for key, spec in specs.items()}
    found = {key: _json(value.numpy(), key.endswith("_bytes"))
             for key, value in self.signatures[name](**given).items()}
    return found if len(found) > 1 else found.popitem()[1]


def _values(value):
  if isinstance(value, list):
    return [_values(one) for one in value]
  return base64.b64decode(value["b64"]) if isinstance(value, dict) else value


def _json(array, in_base64):
  if array.dtype != object:
    return array.tolist()
  as_text = lambda one: {"b64": base64.b64encode(one).decode()} if in_base64 else one.decode()
  return np.vectorize(as_text, otypes=[object])(array).tolist()


class _Handler(http.server.BaseHTTPRequestHandler):
  """Answers of `server.models`; `server.fault`, a function of the handler, answers instead."""

  def do_GET(self):
    self._answer(None)

  def do_POST(self):
    self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

  def _answer(self, request):
    if self.server.fault is not None and (request is not None or self.server.fault_at_once):
      return self.server.fault(self)
    name, version, what = _PATH.fullmatch(self.path).groups()
    if name not in self.server.models or version not in (None, "1"):
      return self.send(404, {"error": f"Servable not found for request: Latest({name})"})
    model = self.server.models[name]
    if what == "/metadata":
      return self.send(200, {"model_spec": {"name": name, "signature_name": "", "version": "1"},
                             "metadata": {"signature_def": {"signature_def": model.metadata}}})
    try:
      return self.send(200, {"outputs": model.predict(request)})
    except tf.errors.InvalidArgumentError as error:
      # A server gets the reason first, and the node's name on a second line.
      reason = re.search("assertion failed.*|$", error.message)[0] or error.message
      return self.send(400, {"error": f"{reason}\n\t [[{{{{node Assert}}}}]]"})

  def send(self, status, content):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    self.send_response(status)
    self.send_header("Content-Length", str(len(body)))
    self.end_headers()
    self.wfile.write(body)

  def log_message(self, *_):
    pass


@contextlib.contextmanager
def serving(models: dict[str, Served]) -> Iterator[http.server.ThreadingHTTPServer]:
  """A running server; attributes: models, fault, fault_at_once (not only of :predict), address."""
  server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
  server.models, server.fault, server.fault_at_once = models, None, False
  server.address = f"127.0.0.1:{server.server_address[1]}"
  thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
  thread.start()
  try:
    yield server
  finally:
    server.shutdown()
    thread.join()
    server.server_close()
