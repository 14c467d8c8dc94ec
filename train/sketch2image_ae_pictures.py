"""Previews of the auto-encoder, each of the batch that the next step learns from.

    LOG_ROOT/pictures/rd_000500.png    distorted photos, plain sketches, the version of them that is
                                       decoded (plain, bold, erased, both: in turn), the pictures
    LOG_ROOT/pictures/org_000500.png   photos, sketches, the pictures, those in other photos' styles
"""

import os

import numpy as np
import tensorflow as tf

from data_tools.sketch_sets import derangements, distorted_views, paired_batches
from data_tools.sketch_sets import self_supervised_batches
from data_tools.sketch_sets.pictures import Pictures
from evaluate.painting import as_pixels
from evaluate.pictures.image_matrix import draw_grid
from models.layers.pixels import normalized
from models.layers.undisturbed import undisturbed
from models.sketch2image.autoencoder_model import VERSIONS, SketchAutoEncoder
from train.previews import Previews

_SHOWN = 8


class AutoEncoderPictures(Previews):
  """Writes both sheets every save_image_interval steps.

  The networks are in training mode, as when the original draws them, but are afterwards what they
  were: how often one looks does not decide what is learnt.

  Args:
    model: compiled; its weights are read at each preview.
    pictures: that it is trained on.
    log_root: the run folder.
  """

  def __init__(self, model: SketchAutoEncoder, pictures: Pictures, log_root: str | os.PathLike):
    super().__init__(model, log_root)
    config = model.config
    shape = pictures, config.batch_size_ae, model.seed, config.im_size_ae
    self._distorted = self_supervised_batches.TrainBatches(*shape, config.nbr_cls,
                                                           passes=config.passes_per_set)
    self._paired = paired_batches.TrainBatches(*shape)
    self._rows = max(2, config.batch_size_ae // model.distribute_strategy.num_replicas_in_sync)
    self._run = tf.function(self._painted, autograph=False)

  def sheets(self, step):
    views = distorted_views.Views(*[view[:self._rows] for view in self._distorted(step)[:-1]])
    photo, sketch = (one[:self._rows] for one in self._paired(step))
    version = getattr(views, VERSIONS[step // self._model.config.save_image_interval
                                      % len(VERSIONS)])
    order = derangements.derangement(np.random.default_rng([self._model.seed, step]), len(photo))
    made = [as_pixels(one.numpy()) for one in self._run(
        *map(tf.constant, (views.distorted, version, photo, sketch, order)))]
    rows = {"rd": [views.distorted, views.sketch, version, made[0]],
            "org": [photo, sketch, *made[1:]]}
    return {name: draw_grid([row[:_SHOWN] for row in one]) for name, one in rows.items()}

  def _painted(self, *batch):
    strategy = self._model.distribute_strategy
    made = strategy.run(
        lambda *inputs: undisturbed(self._model.networks.non_trainable_variables,
                                    lambda: self._reconstructed(*inputs)), batch)
    return [strategy.experimental_local_results(one)[0] for one in made]

  def _reconstructed(self, distorted, version, photo, sketch, order):
    """Of distorted photos, of photos, and in another photo's style: float32 [B, S, S, 3] each."""
    networks = self._model.networks
    style = lambda one: networks.style_encoder(normalized(one), training=True).vectors
    content = lambda one: networks.content_encoder(normalized(one), training=True)
    paint = lambda code, vectors: networks.decoder(code, vectors, training=True)
    first = paint(content(version), style(distorted))
    vectors, code = style(photo), content(sketch)
    return [first, paint(code, vectors), paint(code, [tf.gather(one, order) for one in vectors])]
