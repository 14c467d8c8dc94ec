"""Images are found, paired and read; whatever is wrong with a file is told in a sentence."""

import struct
import warnings
import zlib

import numpy as np
import pytest
from PIL import Image, ImageFile

from data_tools import image_files
from data_tools.errors import UserError
from data_tools.image_files import list_images, pair_images, read_as_stored, read_image

GRAY = np.arange(12 * 9, dtype=np.uint8).reshape(12, 9)
COLOUR = np.random.default_rng(0).integers(0, 256, [12, 9, 3]).astype(np.uint8)


def save(path, image=GRAY, **how):
  path.parent.mkdir(parents=True, exist_ok=True)
  (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **how)
  return path


def png(path, depth, kind, width, height, rows):
  """A PNG file made by hand: Pillow writes no 16-bit colour."""
  chunk = lambda name, body: (struct.pack(">I", len(body)) + name + body
                              + struct.pack(">I", zlib.crc32(name + body)))
  path.write_bytes(b"\x89PNG\r\n\x1a\n"
                   + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))
  return path


def refused(path, *words):
  """The sentence with which every reader refuses the file; it names the file."""
  with warnings.catch_warnings():
    warnings.simplefilter("error")
    with pytest.raises(UserError) as caught:
      read_image(path)
    with pytest.raises(UserError):
      read_as_stored(path)
  sentence = str(caught.value)
  assert str(path) in sentence and "\n" not in sentence
  for word in words:
    assert word in sentence
  return sentence


def test_a_folder_is_listed_by_name(tmp_path):
  for name in ("b.png", "a.JPG", "c.Jpeg", "d.bmp", "e.tif", "f.webp", "g.gif", "h.ppm", "i.pgm"):
    save(tmp_path / name)
  for name in ("samples.json", "1.svg", "code.npy", "noending", ".hidden.png"):
    (tmp_path / name).write_bytes(b"x")
  save(tmp_path / "deeper" / "z.png")
  (tmp_path / "folder.png").mkdir()
  assert [path.name for path in list_images(tmp_path)] == [
      "a.JPG", "b.png", "c.Jpeg", "d.bmp", "e.tif", "f.webp", "g.gif", "h.ppm", "i.pgm"]


def test_a_list_keeps_its_order_and_counts_from_its_folder(tmp_path):
  one, two = save(tmp_path / "x" / "two words.png"), save(tmp_path / "y" / "1.png")
  names = tmp_path / "x" / "list.txt"
  names.write_text(f"\ufefftwo words.png\r\n\n../y/1.png\n{two}\n", encoding="utf-8")
  found = list_images(names)
  assert [path.resolve() for path in found] == [one, two, two]


def test_what_can_not_be_listed(tmp_path):
  with pytest.raises(UserError, match="no folder and no list.*nowhere"):
    list_images(tmp_path / "nowhere")
  with pytest.raises(UserError, match="is empty"):
    list_images(tmp_path)
  (tmp_path / "a.svg").write_text("x")
  with pytest.raises(UserError, match="holds no image files"):
    list_images(str(tmp_path))
  with pytest.raises(UserError, match="single image"):
    list_images(save(tmp_path / "a.png"))
  names = tmp_path / "list.txt"
  names.write_text("\n  \n")
  with pytest.raises(UserError, match="is empty"):
    list_images(names)
  names.write_text("".join(f"missing{index}.png\n" for index in range(10)) + "a.png\n")
  with pytest.raises(UserError, match="10 of the 11 files.*missing7.png and 2 more"):
    list_images(names)
  names.write_text("a\0b\n" + "x" * 5000)
  with pytest.raises(UserError, match="2 of the 2"):
    list_images(names)
  names.write_bytes(b"\xff\xfe\x80\x81")
  with pytest.raises(UserError, match="not a text file"):
    list_images(names)


def test_pairs_by_name_without_ending(tmp_path):
  for name in ("b.png", "a.png", "c.d.png"):
    save(tmp_path / "true" / name)
  for name in ("a.jpg", "c.d.bmp", "b.PNG"):
    save(tmp_path / "made" / name)
  pairs = pair_images(tmp_path / "true", tmp_path / "made")
  assert [pair.name for pair in pairs] == ["a", "b", "c.d"]
  assert [(pair.reference.name, pair.generated.name) for pair in pairs] == [
      ("a.png", "a.jpg"), ("b.png", "b.PNG"), ("c.d.png", "c.d.bmp")]


def test_names_without_partner_are_listed(tmp_path):
  for index in range(12):
    save(tmp_path / "true" / f"n{index:02}.png")
  save(tmp_path / "made" / "n00.png")
  save(tmp_path / "made" / "stranger.png")
  with pytest.raises(UserError) as caught:
    pair_images(tmp_path / "true", tmp_path / "made")
  sentence = str(caught.value)
  assert "11 of" in sentence and "n01, " in sentence and "n08 and 3 more" in sentence
  assert "n09" not in sentence and "1 of" in sentence and "stranger" in sentence
  save(tmp_path / "true" / "n00.jpg")
  with pytest.raises(UserError, match="n00.jpg.*n00.png.*same name"):
    pair_images(tmp_path / "true", tmp_path / "made")


@pytest.mark.parametrize("ending", ["png", "bmp", "tif", "ppm", "gif"])
def test_lossless_files_come_back(tmp_path, ending):
  gray = save(tmp_path / f"gray.{'pgm' if ending == 'ppm' else ending}")
  np.testing.assert_array_equal(read_image(gray, "L"), GRAY)
  np.testing.assert_array_equal(read_image(gray), np.repeat(GRAY[..., None], 3, axis=2))
  if ending == "gif":
    return  # a palette
  np.testing.assert_array_equal(read_as_stored(gray), GRAY)
  colour = save(tmp_path / f"colour.{ending}", COLOUR)
  np.testing.assert_array_equal(read_image(colour), COLOUR)
  np.testing.assert_array_equal(read_as_stored(colour), COLOUR)
  weighted = np.rint(COLOUR @ [0.299, 0.587, 0.114])
  assert np.abs(read_image(colour, "L") - weighted).max() <= 1
  assert read_image(colour).flags.writeable


def test_other_modes_are_converted_as_pillow_does(tmp_path):
  rgba = np.dstack([COLOUR, GRAY])
  np.testing.assert_array_equal(read_image(save(tmp_path / "rgba.png", rgba)), COLOUR)
  both = np.dstack([GRAY, GRAY[::-1]])
  np.testing.assert_array_equal(read_as_stored(save(tmp_path / "la.png", both)), GRAY)
  black = save(tmp_path / "bits.png", Image.fromarray(GRAY).convert("1"))
  assert set(np.unique(read_as_stored(black))) == {0, 255}
  palette = Image.fromarray(COLOUR).quantize(256)
  path = save(tmp_path / "palette.png", palette, transparency=bytes(range(200)))
  with warnings.catch_warnings():
    warnings.simplefilter("error")
    np.testing.assert_array_equal(read_image(path), np.asarray(palette.convert("RGB")))
  cmyk = save(tmp_path / "cmyk.jpg", Image.fromarray(COLOUR).convert("CMYK"))
  assert read_image(cmyk).shape == (12, 9, 3) and read_as_stored(cmyk).shape == (12, 9, 3)
  exif = Image.Exif()
  exif[0x0112] = 6  # turned by a quarter: not applied
  assert read_image(save(tmp_path / "turned.jpg", exif=exif), "L").shape == (12, 9)
  depth1 = png(tmp_path / "two_bits.png", 2, 0, 4, 1, bytes([0, 0b00011011]))
  np.testing.assert_array_equal(read_as_stored(depth1), [[0, 85, 170, 255]])


def test_more_than_eight_bits_are_refused(tmp_path):
  deep = np.arange(108, dtype=np.uint16).reshape(12, 9) * 500
  for name in ("gray.png", "gray.tif", "gray.pgm"):
    refused(save(tmp_path / name, deep), "more than 8 bits")
  refused(save(tmp_path / "float.tif", deep.astype(np.float32)), "more than 8 bits")
  refused(save(tmp_path / "int.tif", deep.astype(np.int32)), "more than 8 bits")
  row = lambda values: b"\0" + struct.pack(f">{len(values)}H", *values)
  refused(png(tmp_path / "rgb.png", 16, 2, 2, 1, row([1, 500, 60000, 7, 8, 9])), "more than 8 bits")
  refused(png(tmp_path / "rgba.png", 16, 6, 1, 1, row([1, 2, 3, 4])), "more than 8 bits")
  refused(png(tmp_path / "la.png", 16, 4, 1, 1, row([1, 2])), "more than 8 bits")
  (tmp_path / "deep.ppm").write_bytes(b"P6 1 1 65535\n" + struct.pack(">3H", 1, 2, 3))
  refused(tmp_path / "deep.ppm", "more than 8 bits")


@pytest.mark.parametrize("ending", ["png", "jpg", "bmp", "tif", "webp", "gif", "ppm"])
def test_files_that_are_cut_off(tmp_path, ending):
  noise = np.random.default_rng(1).integers(0, 256, [64, 64, 3]).astype(np.uint8)
  whole = save(tmp_path / f"whole.{ending}", noise).read_bytes()
  for share in (0.05, 0.5, 0.9):
    cut = tmp_path / f"cut.{ending}"
    cut.write_bytes(whole[:int(len(whole) * share)])
    refused(cut)
  assert "cut off" in refused(cut)


def test_files_that_are_no_images(tmp_path):
  for name, content in {"a.png": b"", "b.jpg": b"<html>not found</html>", "c.png": b"\x89PNG\r\n",
                        "d.gif": b"GIF89a", "e.bmp": b"BM" + b"\0" * 60}.items():
    (tmp_path / name).write_bytes(content)
    refused(tmp_path / name)
  (tmp_path / "f.png").write_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EOF\n")
  refused(tmp_path / "f.png", "not an image")  # Pillow would start a program to draw it
  refused(tmp_path / "gone.png", "No such file")
  (tmp_path / "folder.png").mkdir()
  refused(tmp_path / "folder.png", "directory")


def test_damaged_checksums_are_refused(tmp_path):
  content = bytearray(save(tmp_path / "a.png", COLOUR).read_bytes())
  content[content.index(b"IDAT") + 10] ^= 0xff
  (tmp_path / "a.png").write_bytes(content)
  refused(tmp_path / "a.png", "damaged")


def test_absurd_sizes_are_refused_unread(tmp_path):
  for width, height in ((10_000, 8_001), (60_000, 60_000), (2**31 - 1, 2**31 - 1)):
    bomb = png(tmp_path / "bomb.png", 8, 0, width, height, b"\0")
    refused(bomb, "larger than the 80,000,000 pixels")


def test_the_limit_counts_pixels(tmp_path, monkeypatch):
  path = save(tmp_path / "a.png")
  monkeypatch.setattr(image_files, "MAX_PIXELS", GRAY.size)
  assert read_image(path, "L").size == GRAY.size
  monkeypatch.setattr(image_files, "MAX_PIXELS", GRAY.size - 1)
  refused(path, "9 x 12 pixels")


@pytest.mark.parametrize("error", [MemoryError, RuntimeError, ZeroDivisionError, AttributeError])
def test_whatever_pillow_raises_of_a_damaged_file_is_a_sentence(tmp_path, monkeypatch, error):
  def load(image):
    raise error

  path = save(tmp_path / "a.png")
  monkeypatch.setattr(ImageFile.ImageFile, "load", load)
  refused(path, "is damaged or cut off", error.__name__)
