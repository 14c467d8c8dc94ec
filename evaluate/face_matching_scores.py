"""Face recognition across photo and sketch: whose photo belongs to a sketch?

Probes are sketches, the gallery holds photos. A GAN brings both into one domain, a recogniser's
features are compared there by their cosine:

  sketch_matching   probe sketches with sketches made of the gallery's photos, by Phi_sketch
  photo_matching    photos made of the probe sketches with the gallery's photos, by Phi_photo
  fusion            the sum of both similarities

Beside them, to see what synthesis gains, what the same recognisers reach on sketches and photos as
they are: raw_phi_sketch, raw_phi_photo and their sum raw_fusion.

Source: Fang et al., "Identity-aware CycleGAN for face photo-sketch synthesis and recognition",
Pattern Recognition 102, 2020; the comparison without synthesis is ours.
"""

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from data_tools.errors import UserError
from evaluate.metrics import matching, recognition
from evaluate.metrics.matching import Roc

MATCHINGS = ("sketch_matching", "photo_matching", "fusion")
WITHOUT_SYNTHESIS = ("raw_phi_sketch", "raw_phi_photo", "raw_fusion")
WORDS = {"sketch_matching": "sketch matching", "photo_matching": "photo matching",
         "fusion": "fusion", "raw_phi_sketch": "no synthesis, Phi_sketch",
         "raw_phi_photo": "no synthesis, Phi_photo", "raw_fusion": "no synthesis, fusion"}
# What is compared with what where persons come with several pairs. With one pair each, as in CUFS
# and CUFSF, "pairs" and "all_images" are the same, and the paper's.
PROTOCOLS = {
    "pairs": "the gallery holds each person's first photo, the probes are the sketches of it",
    "other_images": "the gallery holds each person's first photo, the probes are the sketches of "
                    "the person's other pictures",
    "all_images": "the gallery holds all photos, the probes are all sketches; any photo of the "
                  "person is right"}
RANKS = (1, 5, 10, 20, 50)
FALSE_ACCEPTS = (0.01, 0.001)
_FEWEST = 2  # persons; a single one is always found

Pictures = Callable[[np.ndarray], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Matched:
  """How well one way of matching finds the persons.

  Attributes:
    cmc: float64 [persons in the gallery], share of probes found within the first k persons.
    roc: of verification, over all pairs of a probe and a gallery photo.
  """

  cmc: np.ndarray
  roc: Roc

  @property
  def rank1(self) -> float:
    """Share of probes whose most similar person is the right one, and no other is as similar."""
    return float(self.cmc[0])

  def figures(self) -> dict[str, float]:
    """rank1, rank5, ... as far as there are persons, auc, eer, tar_at_far_0.01 and _0.001."""
    return {**{f"rank{k}": float(self.cmc[k - 1]) for k in RANKS if k <= len(self.cmc)},
            "auc": matching.area(self.roc), "eer": matching.equal_error_rate(self.roc),
            **{f"tar_at_far_{share:g}": matching.true_accept_at(self.roc, share)
               for share in FALSE_ACCEPTS}}


@dataclasses.dataclass(frozen=True)
class Matching:
  """All ways of matching on the same faces.

  Attributes:
    found: name, of MATCHINGS and WITHOUT_SYNTHESIS -> how well.
    persons: P in the gallery.
    gallery: photos in it.
    probes: sketches.
    protocol: a key of PROTOCOLS.
  """

  found: dict[str, Matched]
  persons: int
  gallery: int
  probes: int
  protocol: str

  @property
  def rank1(self) -> dict[str, float]:
    """The rate of recognition of each of MATCHINGS."""
    return {name: self.found[name].rank1 for name in MATCHINGS}

  def as_json(self) -> dict[str, Any]:
    """The figures of all ways and the numbers of faces."""
    return {"protocol": self.protocol, "persons": self.persons, "gallery": self.gallery,
            "probes": self.probes, "chance": 1 / self.persons,
            **{name: one.figures() for name, one in self.found.items()}}


def matching_scores(photos: np.ndarray, sketches: np.ndarray, persons: Sequence[str],
                    to_sketch: Pictures, to_photo: Pictures, embed_photo: Pictures,
                    embed_sketch: Pictures, protocol: str = "pairs") -> Matching:
  """Matches the sketches of N pairs with the photos.

  Args:
    photos: uint8 [N, h, w, 3], 0..255.
    sketches: uint8 [N, h, w, 1], 0..255.
    persons: N names, who is on each pair.
    to_sketch: the GAN, uint8 photos [n, h, w, 3] -> sketches [n, h, w, 1]; such as a `Translator`.
    to_photo: likewise the other way.
    embed_photo: Phi_photo, uint8 [n, h, w, 1 or 3] -> float [n, D]; such as `embed_all` of a
      recogniser.
    embed_sketch: likewise Phi_sketch.
    protocol: a key of PROTOCOLS.

  Raises:
    UserError: there is one person only, or no probe; or see the callables.
  """
  gallery, probes = gallery_and_probes(persons, protocol)
  names, photos, sketches = np.asarray(persons), photos[gallery], sketches[probes]
  cosine = matching.cosine_similarities
  probe_features, photo_features = embed_sketch(sketches), embed_photo(photos)
  similarities = {
      "sketch_matching": cosine(probe_features, embed_sketch(to_sketch(photos))),
      "photo_matching": cosine(embed_photo(to_photo(sketches)), photo_features),
      "raw_phi_sketch": cosine(probe_features, embed_sketch(photos)),
      "raw_phi_photo": cosine(embed_photo(sketches), photo_features)}
  for *parts, whole in (MATCHINGS, WITHOUT_SYNTHESIS):
    similarities[whole] = matching.fused(*(similarities[part] for part in parts))
  found = {name: matched(similarities[name], names[probes], names[gallery])
           for name in (*MATCHINGS, *WITHOUT_SYNTHESIS)}
  return Matching(found, len(set(persons)), len(gallery), len(probes), protocol)


def matched(similarities: np.ndarray, probe_ids: np.ndarray, gallery_ids: np.ndarray) -> Matched:
  """The figures of one way of matching.

  Args:
    similarities: float [P, G].
    probe_ids: [P], who each probe is.
    gallery_ids: [G]; holds every probe's person.

  Raises:
    ValueError: see `matching.ranks_from_similarities` and `matching.roc`.
  """
  ranks = matching.ranks_from_similarities(similarities, probe_ids, gallery_ids)
  return Matched(recognition.cmc(ranks, len(np.unique(gallery_ids))),
                 matching.roc(similarities, probe_ids, gallery_ids))


def gallery_and_probes(persons: Sequence[str], protocol: str) -> tuple[np.ndarray, np.ndarray]:
  """Which pairs give their photo to the gallery, and which their sketch to the probes.

  Args:
    persons: N names, who is on each pair.
    protocol: a key of PROTOCOLS.

  Returns:
    int64 [G] and int64 [P], in [0, N).

  Raises:
    UserError: there is one person only, or no probe, or no such protocol.
  """
  if protocol not in PROTOCOLS:
    raise UserError(f"There is no protocol {protocol!r}; give one of {', '.join(PROTOCOLS)}.")
  first = np.sort(np.unique(np.asarray(persons), return_index=True)[1])
  if len(first) < _FEWEST:
    raise UserError(f"There is {len(first)} person on the test faces, who would always be found; "
                    f"give faces of {_FEWEST} persons or more.")
  everything = np.arange(len(persons))
  if protocol == "all_images":
    return everything, everything
  if protocol == "pairs":
    return first, first
  others = np.setdiff1d(everything, first)
  if not len(others):
    raise UserError("No person is on more than one of the test faces, so the protocol other_images "
                    "has no probes; take pairs.")
  return first, others
