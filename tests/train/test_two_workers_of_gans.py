"""Two processes on this machine, each a worker of a cluster, against two replicas in one process.

What these models learn turns on kinks (L1 losses, ReLUs, Adam's first steps), which rounding takes
either way, so that a run of one replica is soon another one. Two replicas of one process compute
the same as two workers, and add the same two numbers.
"""

import functools

import numpy as np
import pytest
from PIL import Image

from tests.data_tools import sketch_folders
from tests.strategies import replicas
from tests.train.test_two_workers import (Cluster, assert_only_the_chief_wrote, names,
                                          variables)
from tests.train.test_two_workers_of_pictures import faces
from train import (devices, sc_lmser_run, sketch2image_ae_run, sketch2image_gan_run, tom_run,
                   training_run)
from train.face_options import FaceOptions
from train.sketch2image_options import Sketch2ImageOptions, of_stage
from train.tom_options import TomOptions

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("two_replicas")]
SC_LMSER = ("in_size=[48,60], pad_size=[72,72], out_size=[64,64], generator_width=2, "
            "discriminator_width=4, batch_size=2, num_epochs=2, select_by=fsim, pool_size=3, "
            "synchronized_batch_norm=1")
TOM = "im_size=32, generator_width=2, batch_size=2, total_iter=3, save_every=2"
SKETCH2IMAGE = ("data_name=shoe, nfc=8, ndf=8, im_size_ae=128, im_size_gan=128, batch_size_ae=2, "
                "batch_size_gan=2, nbr_cls=2, passes_per_set=1, held_out=0.4, log_interval=2, "
                "save_image_interval=4, save_model_interval=2, iteration_ae=4, epoch_gan=2, "
                "iteration_gan=2")


def assert_same(one, two):
  """The same figures and variables, but for rounding."""
  for name, value, other in variables(one, two, 1e-6):
    np.testing.assert_allclose(other, value, rtol=1e-6, atol=1e-9, err_msg=name)


@pytest.fixture
def two_replicas(monkeypatch):
  """What trains in this process has two."""
  monkeypatch.setattr(devices, "connect", lambda *_: replicas(2))


def compare(tmp_path, command, flags, train, stage=""):
  """A command in two workers, and `train(log_root)` in this process."""
  cluster = Cluster(tmp_path, command, f"--log_root={tmp_path / 'two'}", *flags)
  ends = cluster.ends()
  assert_only_the_chief_wrote(ends, cluster, tmp_path / "two" / stage)
  train(str(tmp_path / "one"))
  assert_same(tmp_path / "one" / stage, tmp_path / "two" / stage)
  assert names(tmp_path / "one" / stage) == names(tmp_path / "two" / stage)


def test_sc_lmser_with_its_pools(tmp_path):
  data = faces(tmp_path, 6, 1)
  compare(tmp_path, "sc_lmser", (f"--data_dir={data}", f"--hparams={SC_LMSER}"),
          lambda root: sc_lmser_run.run(FaceOptions(root, data_dir=data, hparams=SC_LMSER)))


@pytest.mark.parametrize("synchronized", ["0", "1"])
def test_tom(tmp_path, synchronized):
  random = np.random.default_rng(0)
  for name in ("photos/a.png", "photos/b.png", "photos/c.png", "sketches/1.png", "sketches/2.png"):
    (tmp_path / name).parent.mkdir(exist_ok=True)
    Image.fromarray(random.integers(0, 256, [40, 30, 3]).astype(np.uint8)).save(tmp_path / name)
  sides = {"path_a": str(tmp_path / "photos"), "path_b": str(tmp_path / "sketches"),
           "vgg": "random"}
  hparams = f"{TOM}, synchronized_batch_norm={synchronized}"
  compare(tmp_path, "tom", (*(f"--{name}={value}" for name, value in sides.items()),
                            f"--hparams={hparams}"),
          lambda root: tom_run.run(TomOptions(root, hparams=hparams, **sides)))


def _sketch2image(stage, recipe, photos, sketches, root, **options):
  given = Sketch2ImageOptions(log_root=root, preset="art", hparams=SKETCH2IMAGE, fid=False,
                              photo_dir=str(photos), sketch_dirs=tuple(map(str, sketches)),
                              **options)
  training_run.run(of_stage(given, stage), recipe)


def test_both_stages_of_sketch2image(tmp_path):
  photos, sketches = sketch_folders.make(tmp_path / "sets", count=5)
  flags = (f"--photo_dir={photos}", f"--sketch_dirs={','.join(map(str, sketches))}", "--nofid",
           "--preset=art", f"--hparams={SKETCH2IMAGE}")
  compare(tmp_path, "sketch2image", ("--stage=ae", *flags), functools.partial(
      _sketch2image, "ae", sketch2image_ae_run.RECIPE, photos, sketches), "ae")
  # of the same auto-encoder
  given = {"pretrained_ae_path": str(tmp_path / "one/ae")}
  compare(tmp_path, "sketch2image",
          ("--stage=gan", f"--pretrained_ae_path={tmp_path / 'one/ae'}", *flags),
          functools.partial(_sketch2image, "gan", sketch2image_gan_run.RECIPE, photos, sketches,
                            **given), "gan")
