"""The parts of the report's page: nothing that people write can break it, and it loads nothing."""

import html.parser
import pathlib
import re

import numpy as np
import pytest

from evaluate.pictures.scatter import Ellipse
from evaluate.web_page import charts, parts
from evaluate.web_page.charts import Line, line_chart
from evaluate.web_page.markup import Markup, join, page, tag
from evaluate.web_page.scatter import frame_of, scatter
from evaluate.web_page.sketches import Cell, Group, gallery, sketch_svg

STYLE = pathlib.Path(charts.__file__).with_name("style.css").read_text()
EVIL = '<script>alert("x")</script> & \'quoted\' "twice" </td>'


class Reader(html.parser.HTMLParser):
  """Checks that elements nest, and keeps what is on the page."""

  VOID = {"meta", "br", "hr", "img"}

  def __init__(self, text):
    super().__init__()
    self.open, self.starts, self.words = [], [], []
    self.feed(text)
    self.close()
    assert not self.open, self.open

  def handle_starttag(self, tag, attrs):
    self.starts.append((tag, dict(attrs)))
    if tag not in self.VOID:
      self.open.append(tag)

  def handle_endtag(self, tag):
    assert self.open.pop() == tag

  def handle_data(self, data):
    self.words.append(data)

  def all(self, name):
    return [attributes for tag, attributes in self.starts if tag == name]


def test_text_is_escaped_everywhere():
  made = tag("p", EVIL, ["a", 1, 2.5, None, Markup("<b>bold</b>")], title=EVIL, hidden=True,
             id=None)
  reader = Reader(made)
  assert [name for name, _ in reader.starts] == ["p", "b"]
  assert reader.all("p") == [{"title": EVIL, "hidden": None}]
  assert "".join(reader.words) == EVIL + "a12.5bold"
  assert join(["a", "<"], between=" ") == "a &lt;"
  assert isinstance(made, Markup) and tag("div", made) == f"<div>{made}</div>"


def test_names_of_attributes():
  assert tag("svg", class_="a", aria_label="b", viewBox="0 0 1 1") == (
      '<svg class="a" aria-label="b" viewBox="0 0 1 1"></svg>')
  assert tag("br") == "<br>"


def test_the_page_has_what_readers_and_browsers_need():
  text = page(EVIL, STYLE, tag("p", "text"), language="en")
  reader = Reader(text)
  assert text.startswith("<!DOCTYPE html>\n<html lang=\"en\">")
  metas = reader.all("meta")
  assert {"charset": "utf-8"} in metas
  policy = next(meta["content"] for meta in metas if "http-equiv" in meta)
  assert policy.startswith("default-src 'none'") and "http" not in policy
  assert any(meta.get("name") == "viewport" for meta in metas)
  assert EVIL in reader.words and "script" not in [name for name, _ in reader.starts]
  with pytest.raises(ValueError, match="would end its element"):
    page("title", "</style>")


def test_the_style_loads_nothing_and_knows_both_schemes():
  assert not re.search(r"url\(|@import|http", STYLE)
  assert "prefers-color-scheme: dark" in STYLE and "max-width: 640px" in STYLE


def test_tables_name_their_cells():
  made = parts.table(["Name", "Ret, %", "Note"], [[EVIL, 3, "a"], ["b", "–", "c"]],
                     "On what <it> is", text_columns=(0, 2), muted=(1,))
  reader = Reader(made)
  assert [cell.get("scope") for cell in reader.all("th")] == ["col"] * 3 + ["row"] * 2
  assert [cell.get("class") for cell in reader.all("td")] == ["number", None] * 2
  assert [row.get("class") for row in reader.all("tr")] == [None, None, "muted"]
  assert EVIL in reader.words and "On what <it> is" in reader.words
  assert reader.all("table")[0]["aria-label"] == "On what <it> is"


def test_contents_point_to_sections():
  made = tag("div", parts.contents([("one", "First"), ("two", "Second")]),
             parts.section("one", "First", "text"), parts.section("two", "Second"))
  reader = Reader(made)
  assert [link["href"] for link in reader.all("a")] == ["#one", "#two"]
  assert [section["id"] for section in reader.all("section")] == ["one", "two"]


def test_small_parts():
  Reader(tag("div", parts.tiles([("Ret@1", "3 %", EVIL)]), parts.facts([(EVIL, 3)], columns=True),
             parts.details(EVIL, "more"), parts.note(EVIL)))


@pytest.mark.parametrize("low,high", [(0, 1), (-50.2, 757.1), (3, 3), (0.001, 0.0017), (-2e6, -1e6),
                                      (1, 16)])
def test_ticks_are_round_and_enclose(low, high):
  found = charts.ticks(low, high)
  assert found[0] <= low and found[-1] >= high and 2 <= len(found) <= 8
  steps = np.diff(found)
  np.testing.assert_allclose(steps, steps[0])
  mantissa = steps[0] / 10 ** np.floor(np.log10(steps[0]) + 1e-9)
  assert min(abs(mantissa - round_one) for round_one in (1, 2, 2.5, 5, 10)) < 1e-6


def test_a_line_breaks_where_values_are_missing():
  made = line_chart("Loss", [1, 2, 3, 4, 5], [
      Line("train", [5.0, 4.0, None, 2.0, float("nan")]), Line("none", [None] * 5)], "epoch", EVIL)
  reader = Reader(made)
  assert len(reader.all("polyline")) == 1 and len(reader.all("circle")) == 1
  assert reader.all("svg")[0]["aria-label"] == EVIL
  first, second = (tuple(map(float, pair.split(","))) for pair in
                   reader.all("polyline")[0]["points"].split())
  assert first[0] < second[0] and first[1] < second[1]  # the loss falls: y points downward
  assert not reader.all("ul")  # one line needs no legend


@pytest.mark.parametrize("values", [[1.0], [None], [7.0, 7.0]])
def test_charts_of_little(values):
  Reader(line_chart("Live", list(range(len(values))), [Line("a", values)], "epoch", "alt"))


def test_sketches_fill_their_square():
  strokes = np.array([[0, 0, 0], [30, 0, 0], [0, 10, 1], [5, 5, 0], [1, 0, 1]], np.float32)
  reader = Reader(sketch_svg(strokes, EVIL))
  path = reader.all("path")[0]["d"]
  assert path.count("M") == 2
  numbers = np.array(re.findall(r"[\d.]+", path), float).reshape(-1, 2)
  assert numbers.min() >= 8 - 1e-9 and numbers.max() <= 88 + 1e-9
  assert np.ptp(numbers[:, 0]) == pytest.approx(80)
  assert reader.all("svg")[0]["aria-label"] == EVIL


def test_a_sketch_without_ink_is_an_empty_square():
  reader = Reader(sketch_svg(np.zeros([0, 3]), "nothing"))
  assert not reader.all("path") and reader.all("svg")
  assert "M" in sketch_svg(np.array([[3, 3, 0], [0, 0, 1]]), "a dot")


def test_galleries():
  strokes = np.array([[1, 1, 0], [5, 5, 1]])
  groups = [Group(EVIL, [Cell(strokes, "bee 1", given=True), Cell(strokes, "sketch")])] * 3
  reader = Reader(gallery(groups, 2, least_width=150))
  assert len(reader.all("figure")) == 3
  assert [cell["class"] for cell in reader.all("div") if "cell" in cell["class"].split()] == [
      "cell given", "cell"] * 3
  assert "--columns: 2; --narrow: 2; --least: 150px" == reader.all("div")[0]["style"]
  with pytest.raises(ValueError):
    gallery(groups, "2; background: red")


def test_scatter_plots():
  random = np.random.default_rng(0)
  points, groups = random.normal(size=[400, 2]), random.integers(20, size=400)
  ellipses = [Ellipse(np.array([8.0, 0.0]), np.array([[4.0, 1.0], [1.0, 1.0]]), "3", 3)]
  frame = frame_of(points, ellipses)
  np.testing.assert_allclose(frame(np.array([12.0, 0.0]))[0], 320 - 14)  # the ellipse's right end
  names = {group: f"{EVIL}{group}" for group in range(20)}
  reader = Reader(scatter("By group", points, groups, names, frame, "alt", ellipses))
  paths = [path["d"] for path in reader.all("path")]
  assert len(paths) == 13 and sum(path.count("M") for path in paths) == 400  # 12 and the others
  assert "8 others" in reader.words and len(reader.all("ellipse")) == 1
  shown = reader.all("ellipse")[0]
  values = np.sort(np.linalg.eigvalsh(ellipses[0].covariance))
  np.testing.assert_allclose(sorted([float(shown["rx"]), float(shown["ry"])]),
                             2 * frame.scale * np.sqrt(values), atol=0.06)


def test_a_scatter_plot_of_one_place():
  points = np.ones([3, 2])
  Reader(scatter("a", points, np.zeros(3, int), {0: "x"}, frame_of(points), "alt"))
