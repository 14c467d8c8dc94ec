"""A small untrained model and a few drawings, on disk."""

import dataclasses
import functools

import numpy as np
import pytest

from data_tools import builtin_drawings, sketch_dataset
from evaluate import model_loading
from models import saving
from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq

COUNTS = {"train": 12, "valid": 3, "test": 13}


@dataclasses.dataclass(frozen=True)
class Trained:
  """Folders of a model and of its drawings."""

  model: str
  data: str


@pytest.fixture(scope="session")
def trained(tmp_path_factory) -> Trained:
  """A model folder that says it was trained on 12 bees and 12 buses."""
  root = tmp_path_factory.mktemp("trained")
  data = builtin_drawings.ensure(["bee", "bus"], COUNTS, folder=root / "data")
  dataset = sketch_dataset.load(data, ["bee", "bus"])
  config = RpclPix2SeqConfig(categories=("bee", "bus"), dec_rnn_size=12, z_size=5, num_mixture=2,
                             dec_model="layer_norm", max_seq_len=dataset.max_seq_len)
  model = RpclPix2Seq(config, seed=3)
  model.mixture.mixture_weights.assign(np.array([[0.5], [0.3], [0.19], [0.01]], np.float32))
  saving.save_model(model, root / "model", {"scale_factor": dataset.scale_factor})
  return Trained(str(root / "model"), str(data))


_load_once = functools.cache(model_loading.load)


@pytest.fixture(autouse=True)
def models_are_loaded_once(monkeypatch):
  """Building a model takes longer than what most tests do with it."""
  monkeypatch.setattr(model_loading, "load", _load_once)
