"""The turns of IACycleGAN: GAN and recognisers, each trained on what the other has made.

    LOG_ROOT/0_recogniser_photo, 0_recogniser_sketch   on real pictures, where persons have several
    LOG_ROOT/0_gan              without the identity loss: a CycleGAN
    LOG_ROOT/0_synthetic        what it makes of the training pairs: photo/, sketch/
    LOG_ROOT/1_recogniser_*     trained further, on real and these pictures
    LOG_ROOT/1_gan              from scratch, with the identity loss by these recognisers
    LOG_ROOT/1_synthetic, 2_recogniser_*, 2_gan, ...   round after round, recognisers last
    LOG_ROOT/final              the last GAN with the last recognisers
    LOG_ROOT/turns.json         what is finished, and the figures of every round

Source: Fang et al., Pattern Recognition 102, 2020: its mutual optimisation.
"""

import dataclasses
import functools
import gc
import json
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import tensorflow as tf

from data_tools import cli, files
from data_tools.errors import UserError
from data_tools.faces import face_source
from models import hparams, saving
from models.ia_cyclegan.config import NO_RECOGNISER, IaCycleGanConfig
from models.vggface.config import DOMAINS, VggFaceConfig
from train import (face_synthesis, ia_cyclegan_gan_run, ia_cyclegan_recognisers, progress,
                   recogniser_run, training_run)
from train.ia_cyclegan_options import IaCycleGanOptions
from train.ia_cyclegan_summary import Summary
from train.recogniser_options import RecogniserOptions
from train.turn_options import TurnOptions

_STATE = "turns.json"
FINAL = "final"
Folders = Mapping[str, str]  # domain -> folder of a recogniser


def configs(options: TurnOptions) -> tuple[IaCycleGanConfig, VggFaceConfig]:
  """The hyperparameters of GAN and recognisers, made to fit each other.

  The recognisers see faces of the GAN's size, and are what the GAN's recogniser_ fields say.

  Raises:
    UserError: a hyperparameter is wrong.
  """
  gan = hparams.parse(ia_cyclegan_gan_run.PRESETS[options.preset], options.hparams)
  recogniser = hparams.parse(recogniser_run.PRESETS[options.recogniser_preset],
                             options.recogniser_hparams)
  shared = ("data_type", "held_out_share", "in_size", "pad_size", "out_size")
  recogniser = dataclasses.replace(
      recogniser, **{name: getattr(gan, name) for name in shared}).validate()
  own = ("feature_layer", "normalize_features", "input_size", "width", "embedding_size")
  gan = dataclasses.replace(gan, recogniser=recogniser.network, **{
      f"recogniser_{name}": getattr(recogniser, name) for name in own}).validate()
  return gan, recogniser


class Turns:
  """Trains everything in order; what is finished stays, what was interrupted goes on.

  Args:
    options: of the command line.

  Raises:
    UserError: hyperparameters are wrong, the recogniser to begin with is of another kind or size,
      or the folder holds turns that are not to be resumed.
  """

  def __init__(self, options: TurnOptions):
    self._options, self._root = options, pathlib.Path(options.log_root)
    self._gan_config, self._recogniser_config = configs(options)
    path = self._root / _STATE
    if path.exists() and not options.resume:
      raise UserError(f"{self._root} already holds turns of GAN and recognisers; go on with "
                      "--resume_training, or give another --log_root.")
    if options.recogniser:
      ia_cyclegan_recognisers.checked(self._gan_config.recogniser_config(), options.recogniser)
    self._finished = json.loads(path.read_text())["finished"] if path.exists() else []
    self._summary = Summary(options, self._gan_config.data_type.upper(), self._root)

  def run(self) -> dict[str, Any]:
    """Trains to the end of the last round; the report.

    Raises:
      UserError: anything the user can mend: data, weights, disk.
    """
    recognisers = self._first_recognisers()
    gan = self._gan(0, {})
    if recognisers:
      self._summary.add("CycleGAN, recognisers of real pictures", gan, recognisers)
    for number in range(1, self._options.rounds + 1):
      recognisers = self._recognisers(number, self._synthetic(number - 1, gan), recognisers)
      if number == 1:
        self._summary.add("CycleGAN", gan, recognisers)
      gan = self._gan(number, recognisers)
      self._summary.add(f"identity loss, round {number}", gan, recognisers)
    last = self._options.rounds
    recognisers = self._recognisers(last + 1, self._synthetic(last, gan), recognisers)
    self._summary.add(f"recognisers again, round {last}", gan, recognisers)
    self._stage(FINAL, lambda: self._write_final(gan, recognisers))
    return {"final": str(self._root / FINAL), **self._summary.report()}

  def _first_recognisers(self) -> Folders:
    """Those that are given, or trained on real pictures; none where nobody has two of these."""
    if self._options.recogniser:
      return dict.fromkeys(DOMAINS, self._options.recogniser)
    found = face_source.find("train", self._options.data_dir, self._gan_config.data_type,
                             self._options.lists_dir)
    if len(set(found.persons)) == len(found.persons):
      cli.say("Every person has one photo and one sketch, so the first recognisers are trained "
              "when there are generated pictures, too.")
      return {}
    return self._recognisers(0, None, {})

  def _recognisers(self, number: int, synthetic: str | None, before: Folders) -> Folders:
    """One for each domain, trained further where there is one to begin with."""
    folders = {}
    for domain in DOMAINS:
      name = f"{number}_recogniser_{domain}"
      options = RecogniserOptions(
          **self._common(name), synthetic_dir=synthetic and f"{synthetic}/{domain}",
          init_from=before.get(domain))
      config = dataclasses.replace(self._recogniser_config, domain=domain)
      folders[domain] = self._stage(name, functools.partial(recogniser_run.train, options, config))
    return folders

  def _gan(self, number: int, recognisers: Folders) -> str:
    """A GAN from scratch, with the identity loss if there are recognisers."""
    config = self._gan_config
    if not recognisers:
      config = dataclasses.replace(config, recogniser=NO_RECOGNISER, identity_perception_weight=0.0)
    name = f"{number}_gan"
    options = IaCycleGanOptions(
        **self._common(name), inception_weights=self._options.inception_weights,
        **{f"recogniser_{domain}": folder for domain, folder in recognisers.items()})
    recipe = dataclasses.replace(ia_cyclegan_gan_run.RECIPE, presets={options.preset: config})
    return self._stage(name, lambda: training_run.run(options, recipe))

  def _synthetic(self, number: int, gan: str) -> str:
    """The folder of what a GAN makes of all training pairs."""
    name = f"{number}_synthetic"
    return self._stage(name, lambda: face_synthesis.synthesise(
        gan, self._root / name, self._options.data_dir, self._gan_config.data_type,
        self._options.lists_dir))

  def _write_final(self, gan: str, recognisers: Folders) -> None:
    model, content = saving.load_model(gan)
    ia_cyclegan_recognisers.read(model, recognisers)
    data = {domain: saving.read_config(folder)["data"] for domain, folder in recognisers.items()}
    saving.save_model(model, self._root / FINAL,
                      {**content["data"], ia_cyclegan_recognisers.INFO: data})

  def _common(self, name: str) -> dict[str, Any]:
    """What the options of every stage's run are made with."""
    folder, given = self._root / name, self._options
    return {"log_root": str(folder), "preset": given.preset, "data_dir": given.data_dir,
            "lists_dir": given.lists_dir, "seed": given.seed, "jit_compile": given.jit_compile,
            "mixed_precision": given.mixed_precision,
            "deterministic": given.deterministic, "resume": progress.is_begun(folder)}

  def _stage(self, name: str, work: Callable[[], Any]) -> str:
    """Does a stage's work unless it is done; returns its folder."""
    if name not in self._finished:
      cli.say(f"== {name} ==")
      work()
      self._finished.append(name)
      with files.atomic_path(self._root / _STATE) as path:
        path.write_text(json.dumps({"finished": self._finished}, indent=2) + "\n")
      tf.keras.backend.clear_session()  # the next stage has a model of its own
      gc.collect()
    return str(self._root / name)
