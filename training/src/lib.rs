//! Trains a judge on randomly masked images, as the paper did.
