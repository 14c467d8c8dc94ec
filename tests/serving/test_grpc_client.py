"""The client by gRPC, against a service that runs a saved module; needs tensorflow-serving-api."""

import builtins
import concurrent.futures

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from serving.grpc_server import GrpcServer
from tests.serving import served_models
from tests.serving.model_server import Served


def test_without_the_package_a_sentence(monkeypatch):
  real = builtins.__import__

  def without(name, *rest):
    if name.startswith("tensorflow_serving"):
      raise ImportError(name)
    return real(name, *rest)

  monkeypatch.setattr(builtins, "__import__", without)
  with pytest.raises(UserError, match="pip install tensorflow-serving-api==2.15.1"):
    GrpcServer("localhost:8500", "toy")


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
  path = tmp_path_factory.mktemp("models") / "toy"
  module = served_models.Toy()
  tf.saved_model.save(module, str(path), {name: one.get_concrete_function()
                                          for name, one in module.functions.items()})
  return Served(path)


@pytest.fixture
def server(toy):
  """A service of the two calls that the client makes; attributes: address, stop."""
  grpc = pytest.importorskip("grpc")
  service = pytest.importorskip("tensorflow_serving.apis.prediction_service_pb2_grpc")
  server = grpc.server(concurrent.futures.ThreadPoolExecutor(2),
                       options=[("grpc.max_receive_message_length", -1)])
  service.add_PredictionServiceServicer_to_server(_service(toy, grpc, service), server)
  server.address = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
  server.start()
  yield server
  server.stop(None).wait()


def _service(toy, grpc, service):
  from google.protobuf import json_format
  from tensorflow_serving.apis import get_model_metadata_pb2, predict_pb2

  def known(request, context):
    version = request.model_spec.version.value
    if request.model_spec.name != "toy" or version not in (0, 1):
      context.abort(grpc.StatusCode.NOT_FOUND, "Servable not found for request: Latest(x)\n")

  class Service(service.PredictionServiceServicer):
    def GetModelMetadata(self, request, context):
      known(request, context)
      assert list(request.metadata_field) == ["signature_def"]
      found = json_format.ParseDict({"signature_def": toy.metadata},
                                    get_model_metadata_pb2.SignatureDefMap())
      answer = get_model_metadata_pb2.GetModelMetadataResponse()
      answer.metadata["signature_def"].Pack(found)
      return answer

    def Predict(self, request, context):
      known(request, context)
      given = {key: tf.constant(tf.make_ndarray(value)) for key, value in request.inputs.items()}
      answer = predict_pb2.PredictResponse()
      try:
        found = toy.signatures[request.model_spec.signature_name](**given)
      except (tf.errors.InvalidArgumentError, TypeError) as error:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
      for key, value in found.items():
        answer.outputs[key].CopyFrom(tf.make_tensor_proto(value))
      return answer

  return Service()


def test_what_is_sent_comes_back(server):
  toy = GrpcServer(server.address, "toy", version=1)
  found = toy.signatures()
  assert {"back", "tell", "photo_to_sketch"} <= set(found)
  assert found["photo_to_sketch"].inputs["photo"] == ("float32", (None, None, None, 3))
  data = np.array([bytes(range(256)), b""], object)
  assert toy.predict("back", found["back"], {"data": data})["same_bytes"].tolist() == data.tolist()
  numbers = np.random.default_rng(0).normal(size=[2, 3]).astype(np.float32)
  told = toy.predict("tell", found["tell"], {"numbers": numbers})
  np.testing.assert_array_equal(told["same"], numbers, strict=True)
  assert [one.decode() for one in told["name"]] == ["näme"] * 2


def test_pictures_larger_than_grpc_takes_by_itself(server):
  toy = GrpcServer(server.address, "toy")
  photo = np.random.default_rng(0).uniform(0, 255, [1, 800, 800, 3]).astype(np.float32)
  found = toy.predict("photo_to_sketch", toy.signatures()["photo_to_sketch"], {"photo": photo})
  assert photo.nbytes > 4 * 2 ** 20 and found["sketch_uint8"].dtype == np.uint8
  np.testing.assert_allclose(found["sketch"][..., 0], photo.mean(-1), atol=1e-3)


def test_errors_are_sentences(server):
  toy = GrpcServer(server.address, "toy")
  signature = toy.signatures()["photo_to_sketch"]
  with pytest.raises(UserError, match="toy does not take this request"):
    toy.predict("photo_to_sketch", signature, {"photo": np.zeros([1, 4, 5, 3], np.float32)})
  for name, version in (("other", None), ("toy", 7)):
    with pytest.raises(UserError, match=f"has not loaded {name} .Servable not found"):
      GrpcServer(server.address, name, version).signatures()
  server.stop(None).wait()
  with pytest.raises(UserError, match="No model server answers at 127.0.0.1"):
    GrpcServer(server.address, "toy", timeout=5).signatures()
