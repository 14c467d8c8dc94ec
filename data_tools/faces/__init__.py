"""Paired face photos and sketches: CUFS and CUFSF folders, the original's geometry, batches.

`layout` names the folders and lists, `pairs` finds who belongs to whom, `geometry` is the way from
a file to the network and back, `face_dataset` holds a split in memory, `face_pipeline` makes
batches, `face_check` tells what is wrong with a data folder.
"""
