#!/bin/sh
# IACycleGAN's turns of GAN and recognisers on the built-in faces; ends with a table and pictures.
# Usage: sh demo_ia_cyclegan.sh PYTHON FOLDER      (make demo-ia-cyclegan)
. ./demo_start.sh

"$python" train/ia_cyclegan.py --preset=demo --log_root="$folder" --resume_training

echo "Look at these pictures:" >&2
ls "$folder"/1_gan/pictures/progress.png "$folder"/evaluation/*/report/sheet.png \
  "$folder"/evaluation/*/matching/cmc.png >&2
