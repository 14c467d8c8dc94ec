"""Named sets of hyperparameters, to start from with --preset and change with --hparams."""

from models.sketch2image.config import Sketch2ImageConfig

PRESETS = {
    # The original's defaults, for GPUs.
    "art": Sketch2ImageConfig(data_name="art"),
    "face": Sketch2ImageConfig(data_name="face"),
    "shoe": Sketch2ImageConfig(data_name="shoe"),
    # Small enough for minutes on two CPU cores.
    "demo": Sketch2ImageConfig(
        data_name="art", nfc=32, ndf=32, im_size_ae=256, im_size_gan=256, batch_size_ae=4,
        batch_size_gan=4, nbr_cls=24, passes_per_set=40, iteration_ae=600, epoch_gan=3,
        iteration_gan=100, held_out=0.1, lpips_net="squeeze", log_interval=50,
        save_image_interval=100, save_model_interval=100, fid_interval=100, ema_decay=0.97),
}
