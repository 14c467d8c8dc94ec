"""The later sections of a report: training, model, drawings, how it was made."""

from typing import Any

from evaluate.report_words import count, decimals, duration, percent
from evaluate.web_page import parts
from evaluate.web_page.charts import Line, line_chart
from evaluate.web_page.markup import Markup, tag

_FEW = 12  # categories of a confusion table
_WORST = 15  # confusions that are listed
_FOLDED = 24  # categories that are listed without being folded


def training(results: dict[str, Any]) -> list[Markup | None]:
  """Losses and live components over the epochs."""
  found = results["training"]
  if "missing" in found:
    return [parts.note(f"There is no training curve. {found['missing']}")]
  rows = found["curves"]
  epochs = [row["epoch"] for row in rows]
  column = lambda name: [row[name] for row in rows]
  losses = [Line(name, column(f"{key}_reconstruction_loss"))
            for key, name in (("train", "training"), ("valid", "validation"))]
  best = min((value for value in column("valid_reconstruction_loss") if value is not None),
             default=None)
  return [tag("p", f"{found['epochs']} epochs, {count(rows[-1]['step'])} steps, "
              f"{duration(found['seconds'])}. Lowest validation reconstruction loss: "
              f"{decimals(best, 2)}."),
          tag("div", line_chart("Reconstruction loss", epochs, losses, "epoch",
                                "Reconstruction loss of training and validation drawings over the "
                                "epochs."),
              line_chart("Live components", epochs, [Line("live", column("live_components"))],
                         "epoch", "Number of live components over the epochs.", whole=True),
              class_="plots")]


def model(results: dict[str, Any]) -> list[Markup | None]:
  """Size, files, hyperparameters."""
  facts = results["model"]
  drawings = facts["training_drawings"]
  files = [tag("div", name, tag("br"), tag("code", digest))
           for name, digest in facts["files_sha256"].items()]
  trained_on = None if not drawings else ("Trained on", (
      f"{count(drawings.get('train'))} drawings (validation {count(drawings.get('valid'))})"))
  return [parts.facts([entry for entry in (
      ("Kind", facts["kind"]), ("Given as", tag("code", facts["given_as"])),
      ("Parameters", count(facts["parameters"])), trained_on,
      ("Seed of training", facts["training_seed"]), ("Files, sha256", files)) if entry]),
          parts.details(f"Hyperparameters ({len(facts['hparams'])})", parts.facts(
              [(name, _short(value)) for name, value in facts["hparams"].items()], columns=True))]


def data(results: dict[str, Any]) -> list[Markup | None]:
  """Counts and categories."""
  facts = results["data"]
  categories = facts["categories"]
  listing = parts.facts([(entry["name"], count(entry[facts["split"]])) for entry in categories],
                        columns=True)
  return [
      parts.facts([
          ("Source", facts["source"]), ("Judged by", f"the {facts['split']} split, "
                                        f"{count(facts['count'])} drawings"),
          ("All splits", ", ".join(f"{name} {count(size)}"
                                   for name, size in facts["drawings"].items())),
          ("Points of a drawing", f"{facts['mean_points']:g} on average"),
          ("Pictures", f"{facts['png_width']} x {facts['png_width']} pixels"),
          ("Scale of the offsets", f"{facts['scale_factor']:.4g}"),
          ("Sha256 of the drawings", tag("code", facts["sha256"]))]),
      tag("div", tag("h3", f"Drawings of each category, {facts['split']} split"), listing)
      if len(categories) <= _FOLDED
      else parts.details(f"Drawings of each of the {len(categories)} categories", listing)]


def run(results: dict[str, Any]) -> list[Markup | None]:
  """Command, settings, times, versions."""
  settings, seconds = results["settings"], results["seconds"]
  versions = results["versions"]
  per_category = settings["num_samples"]
  sketches = f"{count(per_category)} of each category" if per_category else "of all drawings"
  if settings["sketches_reused"]:
    sketches += ", from an earlier run with the same settings"
  return [
      tag("p", f"Made on {results['made']}. The same command gives the same numbers, up to the "
          "rounding of the machine; all of them are in results.json beside this page."),
      tag("pre", results["command"]),
      parts.facts([("Temperature", f"{settings['temperature']:g}"), ("Seed", settings["seed"]),
                   ("Sketches at a time", settings["batch_size"]),
                   ("Sketches", sketches)]),
      parts.table(["Step", "Time"], [[name, duration(value)] for name, value in seconds.items()],
                  f"Times; {versions['cpu_cores']} CPU cores, {versions['gpus']} GPUs"),
      parts.facts([("Versions", f"Sketch Zoo {versions['sketch_zoo']}, Python "
                    f"{versions['python']}, TensorFlow {versions['tensorflow']}, NumPy "
                    f"{versions['numpy']}"),
                   ("System", f"{versions['system']}, {versions['machine']}")])]


def confusions(results: dict[str, Any]) -> Markup | None:
  """Which classes the classifier takes sketches for."""
  found = results["recognition"]
  table, classes = found["confusion"], found["classes"]
  names = [entry["name"] for entry in results["data"]["categories"]]
  if len(classes) <= _FEW:
    return parts.table(
        ["Sketches of", *classes], [[name, *map(count, row)] for name, row in zip(names, table)],
        "What sketches are taken for, numbers of sketches")
  mistakes = sorted(((number, name, classes[column], sum(row)) for name, row in zip(names, table)
                     for column, number in enumerate(row) if number and classes[column] != name),
                    reverse=True)[:_WORST]
  if not mistakes:
    return None
  return parts.table(["Sketches of", "Taken for", "Sketches", "Share of the category"],
                     [[name, other, count(number), percent(number / total)]
                      for number, name, other, total in mistakes],
                     "The most frequent mistakes", text_columns=(0, 1))


def _short(value: Any) -> str:
  if isinstance(value, list):
    shown = ", ".join(map(str, value[:3]))
    return f"{shown}, … ({len(value)})" if len(value) > 3 else shown
  return f"{value:g}" if isinstance(value, float) else str(value)
