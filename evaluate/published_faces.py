"""Published figures of face synthesis on CUFS and CUFSF, to stand beside ours."""

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


def figure(direction: str, name: str, face_set: str) -> float | None:
  """A published figure; None where none is known.

  Args:
    direction: "photo_to_sketch" or "sketch_to_photo".
    name: of the figure, such as "ssim".
    face_set: one of SETS.
  """
  return FIGURES[direction].get(name, {}).get(face_set)
