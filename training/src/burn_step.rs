//! The same step by the burn library: on a GPU, and as what our own step is tested against.

use burn::tensor::{
    Device, Tensor, TensorData,
    activation::{log_softmax, relu},
    module::{conv2d, max_pool2d},
    ops::{ConvOptions, MaxPoolOptions},
};
use pixel_debate_judge::network::{KERNEL, Layer, Network, SIDE, Widths};

use crate::{
    batch::Example, loss_gradient::LossGradient, parameters::Parameters, perceptron_step::planes,
};

/// Loss and gradient by burn's automatic differentiation.
///
/// Parameters go to the device and gradients come back with each step, so that Adam and
/// checkpoints are the same wherever the gradient is computed.
pub(crate) struct BurnStep {
    device: Device,
}

impl BurnStep {
    /// Works on `device`.
    pub(crate) fn new(device: Device) -> Self {
        Self { device: device.autodiff() }
    }

    fn tensor<const D: usize>(&self, numbers: Vec<f32>, shape: [usize; D]) -> Tensor<D> {
        Tensor::from_data(TensorData::new(numbers, shape), &self.device)
    }

    /// A layer's weight and bias, with gradients.
    fn layer<const D: usize>(&self, layer: &Layer, shape: [usize; D]) -> (Tensor<D>, Tensor<1>) {
        (
            self.tensor(layer.weight.clone(), shape).require_grad(),
            self.tensor(layer.bias.clone(), [layer.bias.len()]).require_grad(),
        )
    }
}

impl LossGradient for BurnStep {
    fn run(
        &mut self,
        parameters: &Parameters,
        examples: &[Example],
        keep: &[f32],
        gradient: &mut Parameters,
    ) -> f32 {
        let (rows, classes) = (examples.len(), parameters.classes());
        let model = parameters.to_model();
        let network = model.network().expect("only networks with convolutions come here");
        let Widths { hidden: units, .. } = network.widths();
        let flat = network.widths().flat();
        let [conv1, conv2] = [(&network.conv1, 0), (&network.conv2, 1)].map(|(layer, index)| {
            let (_, shape) = &network.widths().shapes(network.classes())[index];
            self.layer(layer, [shape[0], shape[1], KERNEL, KERNEL])
        });
        let fc1 = self.layer(&network.fc1, [units, flat]);
        let fc2 = self.layer(&network.fc2, [classes, units]);

        let mut inputs = Vec::new();
        planes(examples, &mut inputs);
        let convolution = |input, (weight, bias): &(Tensor<4>, Tensor<1>)| {
            let options = ConvOptions::new([1, 1], [KERNEL / 2, KERNEL / 2], [1, 1], 1);
            let output = conv2d(input, weight.clone(), Some(bias.clone()), options);
            max_pool2d(relu(output), MaxPoolOptions::new([2, 2]))
        };
        let dense = |input: Tensor<2>, (weight, bias): &(Tensor<2>, Tensor<1>)| {
            input.matmul(weight.clone().transpose()) + bias.clone().unsqueeze()
        };
        let field = convolution(self.tensor(inputs, [rows, 2, SIDE, SIDE]), &conv1);
        let field = convolution(field, &conv2);
        let hidden = relu(dense(field.reshape([rows, flat]), &fc1));
        let hidden = hidden * self.tensor(keep.to_vec(), [rows, units]);
        let logits = dense(hidden, &fc2);
        let mut targets = vec![0.0; rows * classes];
        for (example, target) in examples.iter().zip(targets.chunks_exact_mut(classes)) {
            target[usize::from(example.label)] = 1.0;
        }
        let likelihood = log_softmax(logits, 1) * self.tensor(targets, [rows, classes]);
        let loss = -likelihood.sum() / rows as f32;

        let gradients = loss.backward();
        let numbers = |data: TensorData| data.into_vec::<f32>().expect("the gradient is in f32");
        let of_conv = |(weight, bias): (Tensor<4>, Tensor<1>)| Layer {
            weight: numbers(weight.grad(&gradients).expect("it has a gradient").into_data()),
            bias: numbers(bias.grad(&gradients).expect("it has a gradient").into_data()),
        };
        let of_dense = |(weight, bias): (Tensor<2>, Tensor<1>)| Layer {
            weight: numbers(weight.grad(&gradients).expect("it has a gradient").into_data()),
            bias: numbers(bias.grad(&gradients).expect("it has a gradient").into_data()),
        };
        let slopes = Network {
            conv1: of_conv(conv1),
            conv2: of_conv(conv2),
            fc1: of_dense(fc1),
            fc2: of_dense(fc2),
        };
        *gradient = Parameters::of_model(&slopes.into()).expect("widths are as they were");
        loss.into_scalar()
    }
}
