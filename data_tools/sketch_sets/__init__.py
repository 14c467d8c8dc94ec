"""Photos with several sketches each: the data of self-supervised sketch-to-image's two stages.

`paired_folders` finds which photo belongs to which sketches, `pictures` reads them;
`picture_steps`, `random_erasing` and `distorted_views` are what happens to a picture;
`batch_stream` and `class_windows` say which pictures come when; `paired_batches` and
`self_supervised_batches` make the batches of it; `derangements` mixes a batch; `sketch_set_check`
tells what is wrong with folders; `builtin_sets` has data to try it with.
"""
