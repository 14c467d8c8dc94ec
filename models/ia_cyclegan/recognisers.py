"""The two face recognisers that IACycleGAN's pictures have to satisfy."""

import tensorflow as tf

from models.ia_cyclegan.config import IaCycleGanConfig
from models.vggface.config import DOMAINS
from models.vggface.model import FaceRecogniser


class Recognisers(tf.Module):
  """One recogniser for each domain; random ones until trained weights are read into them.

  Args:
    config: of the model; has_recognisers.
    seed: of start values.
    jit_compile: compile the networks with XLA.

  Attributes:
    photo, sketch: `FaceRecogniser`s.
  """

  def __init__(self, config: IaCycleGanConfig, seed: int = 0, jit_compile: bool = False):
    super().__init__(name="recognisers")
    self.photo, self.sketch = (
        FaceRecogniser(config.recogniser_config(domain), seed + number, jit_compile,
                       name=f"recogniser_{domain}") for number, domain in enumerate(DOMAINS))

  def of(self, domain: str) -> FaceRecogniser:
    """The recogniser of "photo" or "sketch"."""
    return getattr(self, domain)
