"""The exported SavedModel: in a process without our code, through both loaders, for any batch."""

import json

import numpy as np
import pytest
import tensorflow as tf

from data_tools.errors import UserError
from models import saving
from models.registry import MODELS
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq
from pretrained import export as export_command
from pretrained import publishing, saved_model_files, warmup_requests
from tests.pretrained.prediction_log import replayed
from tests.pretrained.saved_models import export, run_alone, run_by_session

BATCH, STEPS, Z = 5, 12, 6
OUTPUTS = {"encode": {"mean", "variance", "posterior", "component"}, "decode_image": {"image"},
           "sample": {"strokes", "length"}, "reconstruct": {"strokes", "length"},
           "score": {"reconstruction_loss"}}


@pytest.fixture(scope="module")
def model():
  config = RpclPix2SeqConfig(dec_model="hyper", dec_rnn_size=16, z_size=Z, num_mixture=2,
                             max_seq_len=STEPS)
  model = RpclPix2Seq(config, seed=5)
  model.stroke_decoder.head.bias.assign_add([1.5, 0.0, 0.0, *[0.0] * 120])  # longer drawings
  return model


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
  """Through the command line, from a model folder."""
  folder = tmp_path_factory.mktemp("serving")
  saving.save_model(model, folder / "model", {"scale_factor": 3.0})
  done = export(folder / "model", folder / "out")
  assert done.returncode == 0, done.stderr
  result = json.loads(done.stdout)
  assert result["saved_model"] == str(folder / "out" / "1")
  assert result["signatures"] == sorted(OUTPUTS) and result["data"] == {"scale_factor": 3.0}
  return folder / "out" / "1"


@pytest.fixture(scope="module")
def inputs():
  random = np.random.default_rng(0)
  strokes = np.concatenate([random.normal(size=[BATCH, STEPS + 1, 2]),
                            np.eye(3)[random.integers(0, 3, [BATCH, STEPS + 1])]], axis=-1)
  return {"image": random.uniform(-1, 1, [BATCH, 48, 48, 1]).astype(np.float32),
          "code": random.normal(size=[BATCH, Z]).astype(np.float32),
          "temperature": np.linspace(.1, 1, BATCH, dtype=np.float32),
          "seed": np.arange(10, 10 + BATCH, dtype=np.int32),
          "strokes": strokes.astype(np.float32)}


def expected(model, inputs):
  """What the Keras model gives, by signature and output."""
  encoded = model.encode(inputs["image"])
  drawing = (inputs["temperature"], inputs["seed"])
  outputs = {"encode": encoded,
             "decode_image": {"image": model.decode_image(inputs["code"])},
             "sample": dict(zip(("strokes", "length"), model.sample(inputs["code"], *drawing))),
             "reconstruct": dict(zip(("strokes", "length"),
                                     model.sample(encoded["mean"], *drawing)))}
  return {f"{name}/{key}": value.numpy() for name, values in outputs.items()
          for key, value in values.items()}


def keras_scores(model, inputs):
  """The evaluation's reconstruction loss of each drawing, with the code in place of the image's."""
  scores = []
  for code, strokes in zip(inputs["code"], inputs["strokes"]):
    batch = {"image": tf.zeros([1, 48, 48, 1]), "strokes": tf.constant(strokes[None])}
    outputs = model(batch)
    head, last = model.stroke_decoder(code[None], batch["strokes"][:, :-1])
    terms, _ = model.losses_of(batch, outputs._replace(head=head, last_state=last),
                               tf.constant(1), training=False)
    scores.append(terms["reconstruction_loss"][0].numpy())
  return np.array(scores)


def test_every_model_of_the_zoo_has_an_exporter_and_a_usage():
  assert set(export_command.EXPORTERS) == set(MODELS) == set(publishing._USAGE)


def test_alone_it_gives_what_the_keras_model_gives(model, exported, inputs, tmp_path):
  results = run_alone(exported, inputs, tmp_path)
  wanted = expected(model, inputs)
  wanted["score/reconstruction_loss"] = keras_scores(model, inputs)
  wanted.update({f"serving_default/{key}": wanted[f"reconstruct/{key}"]
                 for key in OUTPUTS["reconstruct"]})
  assert set(results) == set(wanted)
  for name, values in wanted.items():
    assert results[name].dtype == values.dtype, name
    np.testing.assert_allclose(results[name], values, rtol=1e-4, atol=1e-4, err_msg=name)
  lengths = results["sample/length"]
  assert len(set(lengths)) > 1 and lengths.max() > 2, "the drawings tell nothing"


@pytest.mark.slow
def test_the_session_loader_too(model, exported, inputs, tmp_path):
  given = {name: inputs[name] for name in ("code", "temperature", "seed")}
  found = run_by_session(exported, "sample", given, tmp_path)
  wanted = expected(model, inputs)
  np.testing.assert_array_equal(found["length"], wanted["sample/length"])
  np.testing.assert_allclose(found["strokes"], wanted["sample/strokes"], atol=1e-4)


@pytest.fixture(scope="module")
def signatures(exported):
  return tf.saved_model.load(str(exported)).signatures


def test_names_types_and_the_batch_axis_first(signatures):
  assert set(signatures) == {*OUTPUTS, "serving_default"}
  for name, outputs in OUTPUTS.items():
    function = signatures[name]
    assert set(function.structured_outputs) == outputs
    for spec in function.structured_input_signature[1].values():
      assert spec.shape[0] is None and spec.name in ("image", "code", "temperature", "seed",
                                                     "strokes")
  assert list(signatures["score"].structured_input_signature[1]["strokes"].shape) == [
      None, STEPS + 1, 5]
  assert list(signatures["sample"].structured_outputs["strokes"].shape) == [None, STEPS, 5]


def test_same_seed_same_drawing_whatever_the_batch(signatures, inputs):
  chosen = {name: inputs[name] for name in ("code", "temperature", "seed")}
  together = signatures["sample"](**{name: tf.constant(v) for name, v in chosen.items()})
  for rows in ([0], [3], [4, 2], [1, 1, 1, 0], [2] * 32):
    part = signatures["sample"](**{name: tf.constant(v[rows]) for name, v in chosen.items()})
    np.testing.assert_array_equal(part["length"], together["length"].numpy()[rows])
    np.testing.assert_allclose(part["strokes"], together["strokes"].numpy()[rows], atol=1e-4)
  other = signatures["sample"](**{name: tf.constant(v + (name == "seed"))
                                  for name, v in chosen.items()})
  assert not np.allclose(other["strokes"], together["strokes"], atol=1e-2)


def test_an_impossible_temperature_still_gives_numbers(signatures, inputs):
  drawn = signatures["sample"](code=tf.constant(inputs["code"]), seed=tf.constant(inputs["seed"]),
                               temperature=tf.constant([0.0, -1.0, 1e-9, 1e-3, 1e3]))
  assert np.isfinite(drawn["strokes"].numpy()).all()


def test_batching_file(exported):
  lines = (exported.parent / "batching_parameters.txt").read_text().splitlines()
  allowed = [int(line.split(": ")[1]) for line in lines if line.startswith("allowed_batch_sizes")]
  assert allowed == sorted(allowed) == list(saved_model_files.BATCH_SIZES)
  assert lines[0] == f"max_batch_size {{ value: {allowed[-1]} }}"
  names = {line.split(" {")[0].split(":")[0] for line in lines}
  assert names == {"max_batch_size", "batch_timeout_micros", "num_batch_threads",
                   "max_enqueued_batches", "allowed_batch_sizes"}


def test_every_warm_up_request_is_one_that_a_signature_takes(signatures, exported):
  found = replayed(exported / warmup_requests.PATH, signatures)
  assert found == {(name, size) for name in signatures for size in saved_model_files.BATCH_SIZES}


class Doubler(tf.Module):
  """As small as a served model can be."""

  def __init__(self):
    super().__init__()
    self.inputs = {"double": {"x": tf.TensorSpec([None], tf.float32, "x")}}
    self.functions = {"double": tf.function(lambda x: {"y": 2 * x},
                                            input_signature=[self.inputs["double"]["x"]])}


def test_versions(exported, tmp_path):
  again = export(exported.parents[1] / "model", exported.parent)
  assert again.returncode == 1 and "--overwrite" in again.stderr
  for version, overwrite in ((1, False), (7, False), (7, True)):
    path = saved_model_files.write(Doubler(), "doubler", "double", tmp_path, version, overwrite)
    assert path == tmp_path / str(version) and (path / "saved_model.pb").is_file()
  assert sorted(entry.name for entry in tmp_path.iterdir()) == ["1", "7",
                                                                "batching_parameters.txt"]


def test_an_interrupted_write_leaves_the_old_version(tmp_path, monkeypatch):
  (tmp_path / "1").mkdir()
  (tmp_path / "1" / "old").write_text("old")

  def full(*_, **__):
    raise tf.errors.ResourceExhaustedError(None, None, "No space left on device")

  monkeypatch.setattr(warmup_requests, "write", full)
  with pytest.raises(UserError, match="No space left.*free some space"):
    saved_model_files.write(Doubler(), "doubler", "double", tmp_path, overwrite=True)
  assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["1", "1/old"]


def test_no_model_there(tmp_path):
  done = export(tmp_path / "nowhere", tmp_path / "out")
  assert done.returncode == 1 and "neither a folder nor a model" in done.stderr
  assert not (tmp_path / "out").exists()
