"""What the training of a face recogniser is given."""

import dataclasses

from train.run_start import Options


@dataclasses.dataclass(frozen=True)
class RecogniserOptions(Options):
  """See the flags of `run_flags`.

  Attributes:
    lists_dir: holds the original's lists of pairs, see `face_source.find`.
    synthetic_dir: folder of generated pictures of the config's domain, named after their pairs
      (`FacePair.name`, such as CUHK100.png), whose persons they show. None: there are none.
    init_from: folder of a recogniser, trained or converted, whose weights and hyperparameters the
      run begins with. Its optimiser is not taken over: the pictures are others.
  """

  lists_dir: str | None = None
  synthetic_dir: str | None = None
