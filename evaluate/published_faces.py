"""Published figures of face synthesis and recognition on CUFS and CUFSF, to stand beside ours."""

SETS = ("CUFS", "CUFSF")
SOURCE = "IACycleGAN"
PAPER = ("Fang, Deng, Du & Hu, Identity-aware CycleGAN for face photo-sketch synthesis and "
         "recognition, Pattern Recognition 102, 2020")
# Direction -> figure -> set -> value. The paper gives percent.
FIGURES = {
    "photo_to_sketch": {"ssim": {"CUFS": 0.6495, "CUFSF": 0.5764},
                        "fsimc": {"CUFS": 0.7401, "CUFSF": 0.7005}},
    "sketch_to_photo": {"ssim": {"CUFS": 0.7122, "CUFSF": 0.6250},
                        "fsimc": {"CUFS": 0.7652, "CUFSF": 0.7547}},
}
# What is compared -> set -> rate of recognition at rank 1, before the mutual optimisation.
RANK1 = {"sketch_matching": {"CUFS": 1.0, "CUFSF": 0.7087},
         "photo_matching": {"CUFS": 0.9882, "CUFSF": 0.6494},
         "fusion": {"CUFS": 1.0, "CUFSF": 0.8136}}
# The same after it; whether of the fusion is not known to us.
RANK1_OPTIMISED = {"CUFS": 1.0, "CUFSF": 0.9576}


def figure(direction: str, name: str, face_set: str) -> float | None:
  """A published figure of synthesis; None where none is known.

  Args:
    direction: "photo_to_sketch" or "sketch_to_photo".
    name: of the figure, such as "ssim".
    face_set: one of SETS.
  """
  return FIGURES[direction].get(name, {}).get(face_set)


def rank1(matching: str, face_set: str) -> float | None:
  """A published rate of recognition, before the mutual optimisation; None where none is known.

  Args:
    matching: what is compared, such as "fusion".
    face_set: a data type, such as one of SETS.
  """
  return RANK1.get(matching, {}).get(face_set)
