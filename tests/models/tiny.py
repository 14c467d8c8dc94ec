"""Small models and batches that the model tests share."""

import numpy as np

from models.rpcl_pix2seq.config import RpclPix2SeqConfig
from models.rpcl_pix2seq.model import RpclPix2Seq, adam

STEPS = 7


def config(**changes) -> RpclPix2SeqConfig:
  values = {"dec_rnn_size": 12, "z_size": 5, "max_seq_len": STEPS, "batch_size": 4,
            "num_mixture": 2, "num_sub": 2, "dec_model": "layer_norm", **changes}
  return RpclPix2SeqConfig(**values)


def model(seed=0, **changes) -> RpclPix2Seq:
  made = RpclPix2Seq(config(**changes), seed=seed)
  made.compile(optimizer=adam(made.config))
  return made


def batch(rows=4, seed=0, steps=STEPS) -> dict[str, np.ndarray]:
  random = np.random.default_rng(seed)
  pen = random.integers(0, 3, [rows, steps + 1])
  strokes = np.concatenate([random.normal(size=[rows, steps + 1, 2]), np.eye(3)[pen]], axis=-1)
  image = np.where(random.random([rows, 48, 48, 1]) < 0.1, -1.0, 1.0)
  return {"image": image.astype(np.float32), "strokes": strokes.astype(np.float32)}
