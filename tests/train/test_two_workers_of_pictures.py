"""Two processes on this machine, each a worker of a cluster, against one: models of pictures."""

import pytest

from data_tools import builtin_faces
from tests.train.test_two_workers import (Cluster, assert_alike, assert_only_the_chief_wrote, names)
from train import ia_cyclegan_gan_run, recogniser_run
from train.ia_cyclegan_options import IaCycleGanOptions
from train.recogniser_options import RecogniserOptions

pytestmark = pytest.mark.slow
# Small steps, as Adam's are by the sign of a gradient that rounding may turn; see there.
IA_CYCLEGAN = ("in_size=[24,30], pad_size=[36,36], out_size=[32,32], generator_width=2, "
               "residual_blocks=1, discriminator_width=2, batch_size=2, num_epochs=1, "
               "decay_epochs=1, pool_size=3, select_by=fsim, recogniser=none, "
               "identity_perception_weight=0, learning_rate=1e-6")
RECOGNISER = ("in_size=[40,50], pad_size=[72,72], out_size=[64,64], network=small, "
              "feature_layer=embedding, input_size=32, width=2, embedding_size=8, "
              "persons_per_batch=2, images_per_person=2, num_steps=4, evaluate_every=2, "
              "learning_rate=1e-6")


def assert_equal_runs(tmp_path, command, flags, train, moments=1e-2):
  """A command in two workers, and `train(log_root)` in this process."""
  cluster = Cluster(tmp_path, command, f"--log_root={tmp_path / 'two'}", *flags)
  ends = cluster.ends()
  one, two = tmp_path / "one", tmp_path / "two"
  assert_only_the_chief_wrote(ends, cluster, two)
  train(str(tmp_path / "one"))
  assert_alike(one, two, moments)
  assert names(one) == names(two)


def faces(folder, *counts):
  return str(builtin_faces.ensure(*counts, folder=folder / "builtin"))


def test_a_face_recogniser(tmp_path):
  data = faces(tmp_path, 8, 2)
  assert_equal_runs(
      tmp_path, "ia_cyclegan", ("--stage=recogniser", f"--data_dir={data}",
                                f"--hparams={RECOGNISER}"),
      lambda root: recogniser_run.run(RecogniserOptions(root, data_dir=data, hparams=RECOGNISER)))


def test_a_gan_of_ia_cyclegan_with_its_pools(tmp_path):
  data = faces(tmp_path, 6, 1)
  assert_equal_runs(
      tmp_path, "ia_cyclegan", ("--stage=gan", f"--data_dir={data}", f"--hparams={IA_CYCLEGAN}"),
      lambda root: ia_cyclegan_gan_run.run(IaCycleGanOptions(root, data_dir=data,
                                                             hparams=IA_CYCLEGAN)))
