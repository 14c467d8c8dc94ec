"""A model of TensorFlow Serving, by its REST interface and Python's standard library.

Source: TensorFlow Serving's "RESTful API": columns of inputs, as JSON; bytes as {"b64": ...}; NaN
and infinities as the words NaN, Infinity.
"""

import base64
import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

import numpy as np

from data_tools.errors import UserError
from serving import server_errors, signatures
from serving.signatures import Signature

DEFAULT_ADDRESS = "localhost:8501"
_NOT_JSON = "its answer is not TensorFlow Serving's JSON"


class RestServer:
  """One model on one server. Proxies of the environment are passed by.

  Args:
    address: host:port, or all before /v1, as in "https://host/path".
    model: its name there.
    version: None for the newest.
    timeout: seconds that an answer may take.
  """

  def __init__(self, address: str, model: str, version: int | None = None, timeout: float = 60.0):
    self._address, self._model, self._timeout = address, model, timeout
    base = address.rstrip("/") if "://" in address else f"http://{address}"
    self._url = f"{base}/v1/models/{urllib.request.quote(model, safe='')}" + (
        "" if version is None else f"/versions/{version}")
    self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

  def signatures(self) -> dict[str, Signature]:
    """The model's signatures by name.

    Raises:
      UserError: there is no such server, or the model is not loaded.
    """
    answer = self._ask(f"{self._url}/metadata")
    try:
      return signatures.of_metadata(answer["metadata"]["signature_def"]["signature_def"])
    except (LookupError, TypeError, ValueError, AttributeError) as error:
      raise server_errors.no_model_server(self._address, _NOT_JSON) from error

  def predict(self, name: str, signature: Signature, inputs: Mapping[str, np.ndarray]
              ) -> dict[str, np.ndarray]:
    """Runs a signature.

    Args:
      name: of the signature.
      signature: what `signatures` says of it.
      inputs: name -> array of the input's type, [B, ...]; strings as object arrays of bytes.

    Returns:
      Output name -> array, [B, ...]; strings as object arrays of bytes.

    Raises:
      UserError: there is no such server, the model is not loaded or does not take the request.
    """
    body = {"signature_name": name,
            "inputs": {key: _as_json(array.tolist()) for key, array in inputs.items()}}
    answer = self._ask(f"{self._url}:predict", json.dumps(body).encode())
    try:
      found = answer["outputs"]
      if len(signature.outputs) == 1:  # a single output comes without its name
        found = dict.fromkeys(signature.outputs, found)
      return {key: signatures.as_array(_from_json(found[key]), tensor)
              for key, tensor in signature.outputs.items()}
    except (LookupError, TypeError, ValueError, OverflowError) as error:
      raise server_errors.no_model_server(self._address, _NOT_JSON) from error

  def _ask(self, url: str, body: bytes | None = None) -> Any:
    """The JSON that a GET, or a POST of a body, is answered with."""
    try:
      request = urllib.request.Request(url, body, {"Content-Type": "application/json"})
      with self._open(request, timeout=self._timeout) as answer:
        content = answer.read()
    except urllib.error.HTTPError as error:
      raise self._judged(error) from error
    except (OSError, ValueError, http.client.InvalidURL) as error:
      reason = getattr(error, "reason", error)
      if isinstance(reason, TimeoutError):
        raise server_errors.too_slow(self._address, self._timeout) from error
      raise server_errors.unreachable(self._address, reason) from error
    except http.client.HTTPException as error:
      raise server_errors.no_model_server(self._address, _NOT_JSON) from error
    try:
      return json.loads(content)
    except ValueError as error:
      raise server_errors.no_model_server(self._address, _NOT_JSON) from error

  def _judged(self, error: urllib.error.HTTPError) -> UserError:
    """What an error status means; the server gives its reason as {"error": ...}."""
    try:
      reason = json.loads(error.read())["error"]
    except (http.client.HTTPException, OSError, ValueError, LookupError, TypeError):
      return server_errors.no_model_server(self._address, f"HTTP {error.code} {error.reason}")
    if error.code == 404:
      return server_errors.not_loaded(self._address, self._model, reason)
    if error.code == 400:
      return server_errors.refused(self._model, reason)
    return server_errors.failed(self._address, reason)


def _as_json(value: Any) -> Any:
  if isinstance(value, list):
    # Numbers, which are many, need no look at each.
    return value if value and isinstance(value[0], (int, float)) else [*map(_as_json, value)]
  return {"b64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _from_json(value: Any) -> Any:
  """Text comes as it is, bytes in base64 where an output's name ends with _bytes."""
  if isinstance(value, list):
    return value if value and isinstance(value[0], (int, float)) else [*map(_from_json, value)]
  if isinstance(value, dict):
    return base64.b64decode(value["b64"], validate=True)
  return value.encode() if isinstance(value, str) else value
