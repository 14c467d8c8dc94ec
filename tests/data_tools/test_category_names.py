"""Category names: the list, how a command line spells them, suggestions."""

import pytest

from data_tools.category_names import (
    QUICKDRAW_CATEGORIES, check_known, parse_categories, suggestion)
from data_tools.errors import UserError


def test_the_list_is_quickdraws():
  names = QUICKDRAW_CATEGORIES
  assert len(names) == len(set(names)) == 345
  assert list(names) == sorted(names, key=str.lower)
  assert {"The Eiffel Tower", "The Great Wall of China", "The Mona Lisa", "t-shirt", "teddy-bear",
          "bee", "bus", "flying saucer", "zigzag"} <= set(names)
  assert all(name == name.strip() and "  " not in name and "\n" not in name for name in names)


@pytest.mark.parametrize("values", [
    ["bee", "bus"], ["bee,bus"], ["bee, bus"], ["bee,bus,"], ["[bee,bus]"], ["[ bee , bus ]"],
    ["{bee,bus}"], ["{'bee','bus'}"], ['{"bee", "bus"}'], ["('bee', 'bus')"], ["bus", "bee,"],
    ["{'bee'}", "bus,bee"]])
def test_spellings(values):
  assert sorted(parse_categories(values)) == ["bee", "bus"]


@pytest.mark.parametrize("values, expected", [
    ([], []),
    (["The Mona Lisa,bee"], ["The Mona Lisa", "bee"]),
    (["['The Mona Lisa', bee]"], ["The Mona Lisa", "bee"]),
    (["The Eiffel Tower"], ["The Eiffel Tower"]),
    (["bus", "bee"], ["bus", "bee"]),  # the order given is kept
    (["o'clock"], ["o'clock"]),
    (['"salt, pepper",bee'], ["salt, pepper", "bee"]),
    (["t-shirt,teddy-bear"], ["t-shirt", "teddy-bear"])])
def test_names_with_spaces_quotes_and_order(values, expected):
  assert parse_categories(values) == expected


@pytest.mark.parametrize("value", QUICKDRAW_CATEGORIES[::23])
def test_every_name_survives_every_spelling(value):
  for text in (value, f"[{value}]", f"{{'{value}'}}", f'["{value}"]'):
    assert parse_categories([text]) == [value]


@pytest.mark.parametrize("value", [
    "", " ", "[]", ",", "bee,,bus", "[bee", "bee]", "'bee", "bee,'bus", "../bee", "a/b", "'..'",
    "[bee}", "'bee'bus", "''"])
def test_what_can_not_be_read_is_refused_in_a_sentence(value):
  with pytest.raises(UserError, match="categor") as caught:
    parse_categories([value])
  assert "\n" not in str(caught.value) and "--categories" in str(caught.value)


@pytest.mark.parametrize("wrong, near", [
    ("girafe", "giraffe"), ("BEE", "bee"), ("mona lisa", "The Mona Lisa"),
    ("the eiffel tower", "The Eiffel Tower"), ("flowers", "flower"), ("hot_dog", "hot dog")])
def test_the_nearest_name_is_suggested(wrong, near):
  assert suggestion(wrong, QUICKDRAW_CATEGORIES) == near
  with pytest.raises(UserError, match=f"did you mean '{near}'"):
    check_known(wrong, QUICKDRAW_CATEGORIES)


def test_unknown_names_with_nothing_near():
  check_known("bee", ["ant", "bee"])
  with pytest.raises(UserError, match="in DIR; choose from the 2 there are: ant, bee"):
    check_known("qqqqqq", ["ant", "bee"], "in DIR")
  with pytest.raises(UserError, match="no categories at all"):
    check_known("bee", [])
