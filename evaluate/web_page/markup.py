"""HTML that can't be broken by what people name their things: text is escaped unless it is Markup.

  tag("p", "a < b & ", tag("b", "c"))   ->   <p>a &lt; b &amp; <b>c</b></p>
"""

import html
from collections.abc import Iterable

_VOID = frozenset({"br", "hr", "img", "meta"})  # elements without an end
# What a page may load: the style that it holds, nothing else. Pictures are SVG in the page.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


class Markup(str):
  """Text that is HTML already."""


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
  """An element.

  Args:
    name: such as "td".
    *children: text and numbers, which are escaped; Markup; lists of these; None is left out.
    **attributes: text, escaped, or numbers; None and False are left out, True stands without a
      value. A trailing underscore is dropped and others become hyphens: `class_`, `aria_label`.
  """
  written = "".join(_attribute(key, value) for key, value in attributes.items())
  if name in _VOID:
    return Markup(f"<{name}{written}>")
  return Markup(f"<{name}{written}>{join(children)}</{name}>")


def join(children: Iterable[object], between: str = "") -> Markup:
  """Children one after the other, as `tag` takes them."""
  return Markup(between.join(_child(child) for child in children if child is not None))


def page(title: str, style: str, *body: object, language: str = "en") -> str:
  """The whole document.

  Args:
    title: of the window.
    style: CSS; may not hold "</".
    *body: as children of `tag`.
    language: of the text.

  Raises:
    ValueError: the style would end its element.
  """
  if "</" in style:
    raise ValueError("the style holds '</', which would end its element")
  head = tag("head", tag("meta", charset="utf-8"),
             tag("meta", http_equiv="Content-Security-Policy", content=_POLICY),
             tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
             tag("meta", name="color-scheme", content="light dark"),
             tag("title", title), Markup(f"<style>\n{style}</style>"))
  return f"<!DOCTYPE html>\n{tag('html', head, tag('body', *body), lang=language)}\n"


def _child(child: object) -> str:
  if isinstance(child, Markup):
    return child
  if isinstance(child, (str, int, float)):
    return html.escape(str(child))
  return join(child)


def _attribute(name: str, value: object) -> str:
  if value is None or value is False:
    return ""
  name = name.rstrip("_").replace("_", "-")
  return f" {name}" if value is True else f' {name}="{html.escape(str(value), quote=True)}"'
