#!/bin/sh
# Contextual GAN on joint images of the built-in faces; ends with pictures.
# Usage: sh demo_contextual_gan.sh PYTHON FOLDER      (make demo-contextual-gan)
. ./demo_start.sh

"$python" train/contextual_gan.py --preset=demo --log_root="$folder" "$(resume_in "$folder")"
for direction in sketch_to_photo photo_to_sketch; do
  rm -rf "${folder:?}/$direction"
  "$python" evaluate/complete.py --model="$folder" --direction=$direction \
    --output_dir="$folder/$direction"
done
"$python" evaluate/recovery.py --model="$folder" --sheet="$folder/recovery.png"

echo "Look at these pictures:" >&2
ls "$folder"/pictures/samples_*.png "$folder"/*_to_*/sheet.png "$folder"/*_to_*/contextual_loss.png \
  "$folder/recovery.png" >&2
