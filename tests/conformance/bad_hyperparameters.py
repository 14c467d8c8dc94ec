"""Texts of --hparams that each model refuses, and words of the sentence about them."""

from typing import TypeAlias

Table: TypeAlias = tuple[tuple[str, str], ...]

CONTEXTUAL_GAN: Table = (
    ("image_size=100", "a multiple of 16"), ("image_size=0", "at least 16"),
    ("z_size=0", "z_size"), ("width=0", "width"), ("leak=1", "leak"), ("leak=-0.1", "leak"),
    ("batch_norm_momentum=1", "batch_norm_momentum"), ("batch_size=0", "batch_size"),
    ("num_epochs=0", "num_epochs"), ("save_every=0", "save_every"),
    ("learning_rate=0", "above 0"), ("learning_rate=nan", "learning_rate"),
    ("learning_rate=inf", "learning_rate"), ("generator_steps=0", "generator_steps"),
    ("beta1=1", "beta1"), ("iterations=-1", "iterations"),
    ("iterations=2000000", "at most 1000000"), ("num_init=0", "at least 1"),
    ("perceptual_weight=-1", "at least 0"), ("perceptual_weight=inf", "perceptual_weight"),
    ("search_momentum=1", "below 1"), ("search_rate=0", "above 0"), ("search_rate=nan", "search_r"),
    ("flip=maybe", "flip"), ("iteration=3", "nearest name is"))

IA_CYCLEGAN: Table = (
    ("gan_type=hinge", "gan, lsgan"), ("data_type=CUFS2", "cufs, cufsf, both"),
    ("out_size=[250,256]", "multiples of 4"), ("out_size=[20,256]", "at least 24"),
    ("out_size=[256]", "two whole numbers"), ("out_size=[288,288]", "don't nest"),
    ("beta1=1", "beta1"), ("pool_size=-1", "pool_size"), ("decay_epochs=-1", "decay_epochs"),
    ("recogniser=none", "identity_perception_weight is 3e\\+07, but recogniser is none"),
    ("recogniser=vgg", "none, vgg_face, small"),
    ("recogniser_feature_layer=fc9", "^recogniser_feature_layer is 'fc9'.*fc7"),
    ("recogniser=small", "^recogniser_feature_layer is 'fc7', but network=small"),
    ("recogniser_input_size=100", "multiple of 32"),
    ("identity_perception_weight=inf", "identity_perception_weight"),
    ("cycle_weight=-1", "cycle_weight"))

RPCL_PIX2SEQ: Table = (
    ("batch_size=-4", "batch_size is -4"), ("dec_model=gru", "one of lstm, layer_norm, hyper"),
    ("categories=[]", "at least one category"), ("batchsize=4", "nearest name is 'batch_size'"),
    ("png_width=40", "multiple of 16"))

SC_LMSER: Table = (
    ("gan_type=wgan-gp", "'wgan' is what the original computes"), ("gan_type=foo", "lsgan, gan"),
    ("gan_type=dragan", "'gan' is what"), ("data_type=CUFS2", "cufs, cufsf, both"),
    ("out_size=[250,250]", "multiples of 32"), ("out_size=[256]", "two whole numbers"),
    ("out_size=[288,288]", "don't nest"), ("in_size=[300,250]", "don't nest"),
    ("out_size=[64,96]", "face must fit into the crop"),
    ("beta1=1", "beta1"), ("pool_size=-1", "pool_size"), ("batch_size=0", "batch_size"))

SKETCH2IMAGE: Table = (
    ("im_size_gan=1024, im_size_ae=256", "or twice that"), ("im_size_ae=500", "multiple of 128"),
    ("data_name=cat", "art, face, celeba, shoe"), ("batch_size_ae=1", "at least 2"))

SKETCH_A_NET: Table = (
    ("channels=3", "channels is 3"), ("categories=[bee]", "at least two"),
    ("categories=[bee,bee]", "only once"), ("categories=['bee',' ']", "empty"),
    ("max_seq_len=0", "no limit"), ("keep_prob=0", "keep_prob"), ("optimizer=lbfgs", "adam, sgd"),
    ("learning_rate=0.1, min_learning_rate=0.2", "may not be above"),
    ("line_width=0", "line_width"),
    ("flip_prob=1.5", "flip_prob"), ("removed_share=1", "removed_share"))

TOM: Table = (
    ("im_size=100", "a multiple of 32"), ("im_size=0", "at least 32"), ("lr=0", "above 0"),
    ("lr=nan", "lr"), ("batch_size=0", "batch_size"), ("gram_weight=-1", "at least 0"),
    ("total_iter=0", "total_iter"), ("save_every=0", "save_every"),
    ("iterations=3", "nearest name is"))

VGGFACE: Table = (
    ("network=resnet", "vgg_face, small"), ("feature_layer=fc9", "network=vgg_face has conv1_1"),
    ("network=small", "network=small has conv1, pool1"), ("domain=paint", "photo, sketch"),
    ("feature_layer=fc8", "fc6, fc7"), ("input_size=100", "multiple of 32"),
    ("persons_per_batch=1", "at least 2"), ("images_per_person=1", "at least 2"),
    ("margin=0", "above 0"), ("out_size=[288,288]", "don't nest"), ("in_size=[5]", "two whole"),
    ("data_type=lfw", "cufs, cufsf"))
