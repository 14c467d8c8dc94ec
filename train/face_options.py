"""The command line of a face model's training."""

import dataclasses

from train.run_start import Options


@dataclasses.dataclass(frozen=True)
class FaceOptions(Options):
  """See the flags of `run_flags` and `face_flags`."""

  lists_dir: str | None = None
  report_root: str | None = None
  inception_weights: str | None = None

  @property
  def reports(self) -> str:
    """Where figures, pictures and TensorBoard's files go."""
    return self.report_root or self.log_root
