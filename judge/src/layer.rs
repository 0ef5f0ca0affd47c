//! The numbers of one layer.

/// The numbers of one layer, in the order in which PyTorch keeps them.
///
/// ```
/// use pixel_debate_judge::Judge;
///
/// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
/// let conv1 = &judge.network().expect("convolutions").conv1;
/// assert_eq!((conv1.weight.len(), conv1.bias.len()), (32 * 2 * 5 * 5, 32));
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Convolutions: output channel, input channel, kernel row, kernel column; dense layers:
    /// output, input. The last index runs fastest.
    pub weight: Vec<f32>,
    /// One number an output channel.
    pub bias: Vec<f32>,
}
