"""Photos and sketches that belong to no pairs: two folders of pictures, and batches of both."""
