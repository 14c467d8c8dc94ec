"""Data sets too large for memory: drawings and their pictures in sharded TFRecord files.

`sources` reads drawings of any of the formats, `placement` says which split and shard each belongs
to, `stroke_bytes` and `schema` make a record of it, `writer` a file of records, `pipeline` the
whole with Apache Beam; `build` is the order of events. `manifest` tells what is in a data set,
`reader` reads it with tf.data, `check` says what is wrong with it.

Training: `selection` says what of the files is used, `shard_dataset` finds it, each split a
`ShardSplit`, and `record_batches` makes batches of it.
"""
