"""A model of TensorFlow Serving, by gRPC: pictures travel as bytes, not as text.

Needs the package tensorflow-serving-api, which nothing else here does.
"""

from collections.abc import Mapping

import numpy as np

from data_tools.errors import UserError
from serving import server_errors, signatures
from serving.signatures import STRING, Signature

DEFAULT_ADDRESS = "localhost:8500"
_WITHOUT = ("gRPC needs the package tensorflow-serving-api, which is not installed; run "
            "`pip install tensorflow-serving-api==2.15.1`, or leave out --protocol=grpc.")
_ANY_SIZE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
_FIELD = "signature_def"


class GrpcServer:
  """One model on one server.

  Args:
    address: host:port.
    model: its name there.
    version: None for the newest.
    timeout: seconds that an answer may take.

  Raises:
    UserError: tensorflow-serving-api is not installed.
  """

  def __init__(self, address: str, model: str, version: int | None = None, timeout: float = 60.0):
    try:
      import grpc
      from tensorflow_serving.apis import (get_model_metadata_pb2, predict_pb2,
                                           prediction_service_pb2_grpc)
    except ImportError as error:
      raise UserError(_WITHOUT) from error
    self._address, self._model, self._version = address, model, version
    self._timeout, self._grpc = timeout, grpc
    self._messages = {"GetModelMetadata": get_model_metadata_pb2.GetModelMetadataRequest,
                      "Predict": predict_pb2.PredictRequest}
    self._service = prediction_service_pb2_grpc.PredictionServiceStub(
        grpc.insecure_channel(address, _ANY_SIZE))

  def signatures(self) -> dict[str, Signature]:
    """As `RestServer.signatures`."""
    from google.protobuf import json_format
    from tensorflow_serving.apis import get_model_metadata_pb2

    request = self._request("GetModelMetadata")
    request.metadata_field.append(_FIELD)
    found = get_model_metadata_pb2.SignatureDefMap()
    if not self._ask("GetModelMetadata", request).metadata[_FIELD].Unpack(found):
      raise server_errors.no_model_server(self._address, "it describes no signatures")
    as_json = json_format.MessageToDict(found, preserving_proto_field_name=True)
    return signatures.of_metadata(as_json.get(_FIELD, {}))

  def predict(self, name: str, signature: Signature, inputs: Mapping[str, np.ndarray]
              ) -> dict[str, np.ndarray]:
    """As `RestServer.predict`."""
    import tensorflow as tf

    request = self._request("Predict")
    request.model_spec.signature_name = name
    for key, array in inputs.items():
      dtype = getattr(tf, signature.inputs[key].dtype)
      request.inputs[key].CopyFrom(tf.make_tensor_proto(array, dtype, array.shape))
    found = self._ask("Predict", request).outputs
    if missing := [key for key in signature.outputs if key not in found]:
      raise server_errors.failed(self._address, f"its answer is without {', '.join(missing)}")
    return {key: _array(tf.make_ndarray(found[key]), tensor.dtype)
            for key, tensor in signature.outputs.items()}

  def _request(self, method):
    request = self._messages[method]()
    request.model_spec.name = self._model
    if self._version is not None:
      request.model_spec.version.value = self._version
    return request

  def _ask(self, method, request):
    try:
      return getattr(self._service, method)(request, timeout=self._timeout)
    except self._grpc.RpcError as error:
      codes, reason = self._grpc.StatusCode, error.details()
      sentences = {
          codes.UNAVAILABLE: lambda: server_errors.unreachable(self._address, reason),
          codes.DEADLINE_EXCEEDED: lambda: server_errors.too_slow(self._address, self._timeout),
          codes.NOT_FOUND: lambda: server_errors.not_loaded(self._address, self._model, reason),
          codes.INVALID_ARGUMENT: lambda: server_errors.refused(self._model, reason),
          codes.UNIMPLEMENTED: lambda: server_errors.no_model_server(self._address, reason)}
      raise sentences.get(error.code(), lambda: server_errors.failed(self._address, reason))(
          ) from error


def _array(found, dtype):
  return found.astype(object) if dtype == STRING else found
