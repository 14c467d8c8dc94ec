#!/bin/sh
# RPCL-pix2seq end to end on the built-in drawings; ends with pictures.
# Usage: sh demo.sh PYTHON FOLDER      (make demo)
. ./demo_start.sh

"$python" train/rpcl_pix2seq.py --preset=demo --log_root="$folder" "$(resume_in "$folder")"
"$python" evaluate/sample.py --model="$folder" --output_dir="$folder/samples" --num_samples=8 \
  --temperature=0.1
"$python" evaluate/retrieval.py --model="$folder" --generate
"$python" evaluate/interpolate.py --model="$folder" --output_dir="$folder/interpolation"
"$python" evaluate/latent_space.py --model="$folder" --output_dir="$folder/latent_space"
"$python" evaluate/report.py --model_dir="$folder" --output_dir="$folder/report"

echo "Look at these pictures, and at $folder/report/report.html:" >&2
ls "$folder"/samples/contact_sheet.png "$folder"/interpolation/*.png "$folder"/latent_space/*.png >&2
