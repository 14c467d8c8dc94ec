"""The results and pictures of a report -> one page."""

import pathlib
from collections.abc import Sequence
from typing import Any

from evaluate import report_appendix
from evaluate.report_pictures import VARIANTS, Pictures
from evaluate.report_words import count, decimals, names, percent, share
from evaluate.web_page import parts
from evaluate.web_page.markup import Markup, page, tag
from evaluate.web_page.sketches import gallery

_STYLE = pathlib.Path(__file__).parent / "web_page" / "style.css"
_LONG = 15  # rows of a table that is not folded
_RANKS = (1, 2, 3, 5, 10)
_DISTANCES = (("fid", "Inception", 2), ("kid", "Inception", 4),  # key, features, decimals
              ("fid_sketch_a_net", "Sketch-a-Net", 2))
Results = dict[str, Any]


def build(results: Results, pictures: Pictures) -> str:
  """The page's HTML.

  Args:
    results: what goes to results.json.
    pictures: what is shown.
  """
  sections = [
      ("sketches", "Sketches", _sketches(results, pictures)),
      ("retrieval", "Retrieval", _retrieval(results, pictures)),
      ("recognition", "Recognition", _recognition(results)),
      ("distance", "Fréchet distance", _distance(results)),
      ("mixture", "Latent mixture", _mixture(results, pictures)),
      ("ways", "Between drawings", _ways(results, pictures)),
      ("training", "Training", report_appendix.training(results)),
      ("model", "Model", report_appendix.model(results)),
      ("data", "Drawings", report_appendix.data(results)),
      ("run", "This run", report_appendix.run(results))]
  model = results["model"]["name"]
  body = tag("div", _header(results), _tiles(results), tag(
      "div", parts.contents([entry[:2] for entry in sections]),
      tag("main", [parts.section(*entry) for entry in sections]), class_="columns-frame"),
             class_="frame")
  return page(f"{model}: evaluation report", _STYLE.read_text(encoding="utf-8"), body)


def _header(results: Results) -> Markup:
  data, settings = results["data"], results["settings"]
  return tag("header", tag("p", "RPCL-pix2seq · evaluation report", class_="eyebrow"),
             tag("h1", results["model"]["name"]),
             tag("p", f"{count(results['retrieval']['count'])} sketches of the "
                 f"{count(data['count'])} {data['split']} drawings of "
                 f"{names([entry['name'] for entry in data['categories']])} "
                 f"({data['source']}), drawn at temperature {settings['temperature']:g} with seed "
                 f"{settings['seed']}.", class_="lead"))


def _tiles(results: Results) -> Markup:
  found, chance = results["retrieval"]["sketches"], results["retrieval"]["chance"]
  recognition, mixture = results["recognition"], results["mixture"]
  drawings = count(results["retrieval"]["drawings"])
  tile = lambda k: (f"Ret@{k}", percent(found[f"ret_at_{k}"]),
                    f"of {drawings} drawings; chance {percent(chance[f'ret_at_{k}'])}")
  against = ("styles" if mixture["adjusted_rand_index_style"] is not None else "categories")
  agreement = mixture[f"adjusted_rand_index_{'style' if against == 'styles' else 'category'}"]
  return parts.tiles([
      tile(1), tile(10), tile(50),
      ("Rec", percent(recognition["rank1"]), "not available, see Recognition" if
       recognition["rank1"] is None else f"real drawings {percent(recognition['real_rank1'])}"),
      _distance_tile(results),
      ("Live components", f"{mixture['live_components']} of {mixture['components']}",
       f"adjusted Rand index {agreement:.2f} against {against}")])


def _distance_tile(results: Results) -> tuple[str, str, str]:
  """FID, or where there is none the distance on Sketch-a-Net's features."""
  for key, name in (("fid", "FID"), ("fid_sketch_a_net", "Fréchet, Sketch-a-Net")):
    if results[key][key] is not None:
      return name, decimals(results[key][key], 2), (
          f"{count(results[key]['count'])} sketches; halves of the drawings "
          f"{decimals(results[key][f'{key}_real_halves'], 2)}")
  return "FID", decimals(None, 2), "not available, see Fréchet distance"


def _sketches(results: Results, pictures: Pictures) -> list[Markup]:
  settings = results["settings"]
  shown, of = len(pictures.samples), len(results["data"]["categories"])
  return [tag("p", f"Tinted: {shown} given drawings, the first of a shuffled list, not chosen"
              f"{f' (24 of {of} categories)' if of > 24 else ''}. Beside each: {VARIANTS + 1} "
              f"sketches of its code at temperature {settings['temperature']:g}; the first one is "
              "the one that is evaluated."),
          gallery(pictures.samples, VARIANTS + 2, least_width=300)]


def _retrieval(results: Results, pictures: Pictures) -> list[Markup]:
  found = results["retrieval"]
  row = lambda name, key: [name, *(percent(found[key][f"ret_at_{k}"]) for k in (1, 10, 50))]
  median = found["median_place"]
  return [
      tag("p", "Each sketch is drawn in black at the model's picture size and encoded again. Its "
          "code is compared with the codes of all drawings by mean squared distance. Ret@k is the "
          "share of sketches whose own drawing is among the k nearest; higher is better."),
      parts.table(["Queries", "Ret@1", "Ret@10", "Ret@50"],
                  [row("Sketches", "sketches"),
                   row("Drawings themselves (ceiling)", "real_drawings"), row("Chance", "chance")],
                  f"{count(found['count'])} sketches, searched among {count(found['drawings'])} "
                  f"{results['data']['split']} drawings", muted=(1, 2)),
      tag("p", f"Half of the sketches have their own drawing at place {median:g} or better, of "
          f"{count(found['drawings'])} (the median)."),
      _by_category(results),
      tag("h3", "Found best"),
      tag("p", "Tinted: the drawing. Beside it: its sketch."),
      gallery(pictures.best, 2, least_width=170),
      tag("h3", "Found worst"),
      tag("p", "The drawing, its sketch, and the drawing that is found first instead."),
      gallery(pictures.worst, 3, least_width=230)]


def _by_category(results: Results) -> Markup | None:
  rows = results["by_category"]
  if len(rows) < 2:
    return None
  made = parts.table(
      ["Category", "Sketches", "Ret@1", "Ret@10", "Ret@50", "Rec", "Rec, drawings"],
      [[row["name"], count(row["sketches"]), *(percent(row[f"ret_at_{k}"]) for k in (1, 10, 50)),
        percent(row["rank1"]), percent(row["real_rank1"])] for row in rows],
      "By category; retrieval among all drawings, whatever their category")
  return made if len(rows) <= _LONG else parts.details(f"By category ({len(rows)})", made)


def _recognition(results: Results) -> list[Markup | None]:
  found = results["recognition"]
  intro = tag("p", "Rec is the share of sketches that a Sketch-a-Net, trained on the training "
              "drawings of the same categories, puts in the category of their drawing. The same "
              "classifier's share on real drawings says how far it can be trusted: Rec means "
              "little where that one is low.")
  if found["rank1"] is None:
    return [intro, parts.note(f"There is no Rec. {found['missing']}")]
  ranks = [rank for rank in _RANKS if rank == 1 or rank < len(found["classes"])]
  row = lambda name, key: [name, *(percent(found[f"{key}cmc"][rank - 1]) for rank in ranks),
                           count(found[f"{key}count"])]
  return [intro,
          parts.table(["What is classified", *(f"Rank {rank}" for rank in ranks), "Count"],
                      [row("Sketches", ""), row("Real drawings", "real_")],
                      f"Classifier {found['classifier']} of {len(found['classes'])} classes, on "
                      f"strokes drawn at {found['image_width']} pixels; rank k: the right class is "
                      f"among the k likeliest; chance {percent(found['chance'])}", muted=(1,)),
          report_appendix.confusions(results)]


def _distance(results: Results) -> list[Markup | None]:
  rows, notes = [], []
  for key, name, places in _DISTANCES:
    found = results[key]
    if "missing" in found and key != "kid":
      notes.append(parts.note(f"There is no distance on {name} features. {found['missing']}"))
    rows.append([_distance_name(key, name), *(
        decimals(found[f"{key}{which}"], places) for which in ("", "_half", "_real_halves"))])
  return [
      tag("p", "How far the distribution of sketches is from that of drawings, both drawn from "
          "strokes in the same way, by the features of a network; lower is better. The distance of "
          "two halves of the real drawings is the least that can be hoped for. Sketches of the one "
          "half against drawings of the other are to be compared with it, as the counts are the "
          "same: fewer pictures give larger distances."),
      parts.table(["Features and distance", "Sketches, all", "Sketches, halves",
                   "Real drawings, halves"], rows, _counts(results)),
      *notes,
      tag("p", "Papers' FID means Inception features of many thousand pictures; of fewer than "
          "2,048 it says little, and KID is the better guide. The distance on Sketch-a-Net's "
          "features (fid_sketch_a_net) is on another scale, which depends on the classifier: it "
          "ranks models judged by the same classifier and is not to be compared with any paper.")]


def _distance_name(key: str, features: str) -> str:
  return f"{features}, {key.upper() if features == 'Inception' else 'Fréchet'}"


def _counts(results: Results) -> str:
  """What the distances are on."""
  known = [results[key] for key, *_ in _DISTANCES if results[key][key] is not None]
  if not known:
    return "None could be computed"
  half = count(known[0]["real_half_count"])
  said = (f"All: {count(known[0]['drawings'])} drawings against {count(known[0]['count'])} "
          f"sketches; halves: {half} drawings against {count(known[0]['half_count'])} sketches or "
          f"{half} drawings")
  if "mode" in known[0]:
    said += (f"; Inception: {known[0]['weights']} weights, mode {known[0]['mode']}, pictures of "
             f"{known[0]['pictures']}")
  return said


def _mixture(results: Results, pictures: Pictures) -> list[Markup | None]:
  mixture, drawings = results["mixture"], results["data"]["count"]
  styles = mixture["adjusted_rand_index_style"] is not None
  agreement = f"{mixture['adjusted_rand_index_category']:.2f} against the categories"
  if styles:
    agreement += f", {mixture['adjusted_rand_index_style']:.2f} against the styles"
  return [
      tag("p", f"{mixture['live_components']} of {mixture['components']} components of the latent "
          "mixture are live: their weight is above a tenth of the even share and they win at least "
          f"one drawing. Adjusted Rand index of the components: {agreement} (1: the same "
          "partition, 0: chance)."),
      _component_table(mixture, drawings, styles),
      tag("h3", "Codes on a plane") if pictures.map else None,
      tag("p", "Codes of the drawings on the two axes along which they spread most; ellipses are "
          "live components at two standard deviations.") if pictures.map else None,
      tag("div", pictures.map, class_="plots", style="--least: 240px") if pictures.map else None,
      tag("h3", "What the components draw"),
      tag("p", "Tinted: the drawing nearest to a component's mean. Beside it: sketches of codes "
          f"drawn from the component.{_heaviest(mixture, pictures)}")
      if pictures.components else parts.note("No component is live, so there is nothing to draw."),
      gallery(pictures.components, 9, 5) if pictures.components else None]


def _heaviest(mixture, pictures):
  shown = len(pictures.components)
  return f" The {shown} heaviest are shown." if shown < mixture["live_components"] else ""


def _component_table(mixture: dict[str, Any], drawings: int, styles: bool) -> Markup:
  rows = sorted(mixture["table"], key=lambda row: (not row["live"], -row["weight"]))
  head = ["Component", "Weight", "Drawings won", "Most frequent category"]
  text = (0, 3, 4, 5) if styles else (0, 3, 4)
  cells = [[row["component"], f"{row['weight']:.4f}", count(row["drawings"]),
            share(row["category"], row["category_share"]),
            *([share(row["style"], row["style_share"])] if styles else []),
            "live" if row["live"] else "dead"] for row in rows]
  head += ["Most frequent style", "State"] if styles else ["State"]
  made = lambda part, caption: parts.table(
      head, [cells[place] for place in part], caption, text,
      [number for number, place in enumerate(part) if not rows[place]["live"]])
  caption = f"Components of the mixture; codes of {count(drawings)} drawings"
  if len(rows) <= _LONG:
    return made(range(len(rows)), caption)
  few = [place for place, row in enumerate(rows) if row["live"]][:_LONG]
  return tag("div", made(few, caption), parts.details(
      f"All {len(rows)} components", made(range(len(rows)), caption)))


def _ways(results: Results, pictures: Pictures) -> list[Markup]:
  settings = results["settings"]
  return [tag("p", "Tinted: two drawings, chosen at random. Between them: sketches of the codes on "
              "the arc from one code to the other, at temperature "
              f"{settings['interpolation_temperature']:g} and with one seed, so that only the code "
              "changes."),
          gallery(pictures.walks, 10, 5)]


def missing(results: Results) -> Sequence[str]:
  """The names of the numbers that could not be had."""
  return [key for key in ("recognition", "fid", "kid", "fid_sketch_a_net", "training")
          if "missing" in results[key]]
