"""What the page is made of: sections, tables, tiles, lists of facts, notes."""

from collections.abc import Sequence

from evaluate.web_page.markup import Markup, tag


def section(name: str, heading: str, *children: object) -> Markup:
  """A part of the page that the contents list can point to.

  Args:
    name: unique, of letters and hyphens.
    heading: its title.
    *children: as of `tag`.
  """
  return tag("section", tag("h2", heading), *children, id=name)


def contents(entries: Sequence[tuple[str, str]]) -> Markup:
  """The list of sections, (name, heading) each."""
  items = [tag("li", tag("a", heading, href=f"#{name}")) for name, heading in entries]
  return tag("nav", tag("h2", "Contents", id="contents"), tag("ol", items),
             aria_labelledby="contents")


def table(headings: Sequence[str], rows: Sequence[Sequence[object]], caption: str,
          text_columns: Sequence[int] = (0,), muted: Sequence[int] = ()) -> Markup:
  """A table that scrolls sideways where it is too wide.

  Args:
    headings: with units.
    rows: as many cells each; the first one names the row.
    caption: above it: what the numbers are on.
    text_columns: set to the left; all others are numbers, set to the right.
    muted: rows of less weight.
  """
  kind = lambda column: None if column in text_columns else "number"
  head = tag("tr", [tag("th", heading, scope="col", class_=kind(column))
                    for column, heading in enumerate(headings)])
  body = [tag("tr", tag("th", cells[0], scope="row", class_=kind(0)),
              [tag("td", cell, class_=kind(column)) for column, cell in enumerate(cells) if column],
              class_="muted" if place in muted else None) for place, cells in enumerate(rows)]
  # The caption stays where it is while the table scrolls.
  return tag("figure", tag("figcaption", caption),
             tag("div", tag("table", tag("thead", head), tag("tbody", body), aria_label=caption),
                 class_="scroll", tabindex=0, role="region", aria_label=caption), class_="table")


def tiles(entries: Sequence[tuple[str, str, str]]) -> Markup:
  """Key figures: (name, value, what it is on) each."""
  return tag("dl", [tag("div", tag("dt", name), tag("dd", value, class_="value"),
                        tag("dd", note, class_="note")) for name, value, note in entries],
             class_="tiles")


def facts(entries: Sequence[tuple[str, object]], columns: bool = False) -> Markup:
  """Names and values below each other; in several columns where there is room."""
  return tag("dl", [tag("div", tag("dt", name), tag("dd", value)) for name, value in entries],
             class_="facts columns" if columns else "facts")


def details(summary: object, *children: object) -> Markup:
  """What is folded away until it is asked for."""
  return tag("details", tag("summary", summary), *children)


def note(*children: object) -> Markup:
  """A remark that stands out, such as why a number is missing."""
  return tag("p", *children, class_="notice", role="note")
