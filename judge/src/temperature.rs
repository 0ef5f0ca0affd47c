//! Judges that are as often right, and surer or less sure.

use crate::{
    file::GREATEST,
    layer::Layer,
    model::{Model, Weights},
    network::Network,
    perceptron::{Linear, Mlp},
    provenance::TEMPERATURE_KEY,
};

/// Why a judge cannot be given a temperature.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum UnfitTemperature {
    /// It is no temperature.
    #[error("the temperature is {temperature}: it must be a number above 0")]
    Number {
        /// What it is.
        temperature: f64,
    },
    /// A number of the last layer would be too great.
    #[error(
        "divided by {temperature}, a number of the last layer is {number}: it must be within ±{GREATEST}"
    )]
    Great {
        /// The temperature.
        temperature: f64,
        /// The number.
        number: f64,
    },
}

impl Weights {
    /// The judge whose logits are those of this one divided by `temperature`: of the same kind, with its last layer
    /// divided, each number rounded once. What its file says has `temperature` in addition, the product of all that it
    /// was ever given.
    ///
    /// Of an ensemble, the last layer of each member is divided; what is said of members stays as it is.
    ///
    /// ```
    /// use pixel_debate_judge::{Judge, Model, dense::planes};
    ///
    /// let judge = Judge::shipped(6).expect("there is a judge for 6 pixels");
    /// let cooler = judge.weights().with_temperature(2.0)?.with_temperature(0.25)?;
    /// assert_eq!(cooler.provenance.0["temperature"], "0.5");
    /// let [before, after] = [judge.model(), &cooler.model].map(|model| model.logits(&[planes([])]));
    /// assert!(before[0].iter().zip(&after[0]).all(|(before, after)| before * 2.0 == *after));
    /// # Ok::<(), pixel_debate_judge::UnfitTemperature>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`UnfitTemperature`] if it is not above 0, or so low that a number leaves the range of a judge's.
    pub fn with_temperature(&self, temperature: f64) -> Result<Self, UnfitTemperature> {
        if !(temperature.is_finite() && temperature > 0.0) {
            return Err(UnfitTemperature::Number { temperature });
        }
        let model = divided(&self.model, temperature)?;
        let mut provenance = self.provenance.clone();
        let before = provenance.0.get(TEMPERATURE_KEY).and_then(|before| before.parse().ok());
        let product: f64 = before.unwrap_or(1.0) * temperature;
        provenance.0.insert(TEMPERATURE_KEY.to_owned(), product.to_string());
        Ok(Self { model, provenance })
    }
}

/// A model with its last layer divided.
fn divided(model: &Model, temperature: f64) -> Result<Model, UnfitTemperature> {
    Ok(match model {
        Model::Convolutions(network) => {
            let fc2 = divided_layer(&network.fc2, temperature)?;
            Network { fc2, ..Network::clone(network) }.into()
        }
        Model::Linear(linear) => Linear { fc: divided_layer(&linear.fc, temperature)? }.into(),
        Model::Mlp(mlp) => {
            Mlp { fc1: mlp.fc1.clone(), fc2: divided_layer(&mlp.fc2, temperature)? }.into()
        }
        Model::Ensemble(ensemble) => {
            ensemble.with_models(|model| divided(model, temperature))?.into()
        }
    })
}

fn divided_layer(layer: &Layer, temperature: f64) -> Result<Layer, UnfitTemperature> {
    let divided = |numbers: &[f32]| {
        let each = numbers.iter().map(|number| {
            let number = f64::from(*number) / temperature;
            if number.abs() > f64::from(GREATEST) {
                return Err(UnfitTemperature::Great { temperature, number });
            }
            Ok(number as f32)
        });
        each.collect::<Result<Vec<f32>, _>>()
    };
    Ok(Layer { weight: divided(&layer.weight)?, bias: divided(&layer.bias)? })
}
