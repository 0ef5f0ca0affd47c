//! Images with labels: MNIST inside, any IDX pair, any folder of pictures.
