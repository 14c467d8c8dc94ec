"""The command line of one GAN of IACycleGAN's training."""

import dataclasses

from train.face_options import FaceOptions


@dataclasses.dataclass(frozen=True)
class IaCycleGanOptions(FaceOptions):
  """What a training run of the GAN is given.

  Attributes:
    recogniser_photo, recogniser_sketch: model or run folders of trained face recognisers, for a run
      that begins; one that is resumed, or goes on with `init_from`, has its own.
    init_gan: a model or run folder of an IACycleGAN, with recognisers or without, whose generators
      and discriminators a run begins with; its Adams, pools and schedule begin anew. None: from
      scratch.
  """

  recogniser_photo: str | None = None
  recogniser_sketch: str | None = None
  init_gan: str | None = None

  @property
  def recognisers(self) -> dict[str, str]:
    """Domain -> folder, of those that are given."""
    given = {"photo": self.recogniser_photo, "sketch": self.recogniser_sketch}
    return {domain: folder for domain, folder in given.items() if folder}
