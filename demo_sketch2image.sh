#!/bin/sh
# Sketch-to-Image's two stages on the built-in faces; ends with pictures.
# Usage: sh demo_sketch2image.sh PYTHON FOLDER      (make demo-sketch2image)
. ./demo_start.sh

for stage in ae gan; do
  "$python" train/sketch2image.py --stage=$stage --preset=demo --backbone_weights=random --nofid \
    --log_root="$folder" "$(resume_in "$folder/$stage")"
done
rm -rf "$folder/report"
"$python" evaluate/sketch2image_report.py --model="$folder/gan" --output_dir="$folder/report"

echo "Look at these pictures:" >&2
ls "$folder"/gan/pictures/*.png "$folder"/report/*.png >&2
