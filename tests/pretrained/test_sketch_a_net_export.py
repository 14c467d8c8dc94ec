"""The exported classifier: real files, loaded by TensorFlow alone, any batch."""

import numpy as np
import tensorflow as tf

from pretrained import saved_model_files
from pretrained.sketch_a_net_serving import SketchANetServing
from tests.models import tiny_sketch_a_net


def test_the_saved_model_recognises_as_the_keras_model(tmp_path):
  model = tiny_sketch_a_net.model()
  config = model.config
  path = saved_model_files.write(SketchANetServing(model), "sketch_a_net", "recognise", tmp_path)
  loaded = tf.saved_model.load(str(path))
  image = np.random.default_rng(0).integers(
      0, 256, [5, config.image_width, config.image_width, config.channels], np.uint8)
  scores = model(image).numpy()
  for rows in (5, 1):
    found = loaded.signatures["serving_default"](image=tf.constant(image[:rows]))
    np.testing.assert_allclose(found["probability"], tf.nn.softmax(scores[:rows]), atol=1e-6)
    np.testing.assert_array_equal(found["category"], scores[:rows].argmax(axis=1))
    assert [name.decode() for name in found["name"].numpy()] == [
        config.categories[place] for place in scores[:rows].argmax(axis=1)]
  assert found["features"].shape[0] == 1
