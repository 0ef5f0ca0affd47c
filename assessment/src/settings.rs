//! What is asked of which judges, and the experiment that it comes to.

use std::path::{Path, PathBuf};

use pixel_debate_harness::RunPlan;
use pixel_debate_harness::experiment::ExperimentError;
use toml::{Table, Value};

/// What is asked, of which judges.
///
/// ```
/// use pixel_debate_assessment::Settings;
///
/// let settings = Settings { images: 20, ..Settings::of(["judge-4", "judge-6"]) };
/// let plan = settings.plan()?;
/// // Two judges, each before debates and consultancies with greedy and with searching agents, and optimal play.
/// assert_eq!(plan.manifest().cells.len(), 2 * 5);
/// # Ok::<(), pixel_debate_harness::experiment::ExperimentError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The judges: `judge-4`, `judge-6`, or files. Each is compared with the first.
    pub judges: Vec<String>,
    /// The folder of the images; MNIST's test images unless said.
    pub data: Option<PathBuf>,
    /// How many images, drawn without replacement.
    pub images: usize,
    /// What all that is random depends on.
    pub seed: u64,
    /// How many pixels are revealed in debates and consultancies, 1 to 60: each a part of its own.
    pub pixels: Vec<u8>,
    /// Rollouts a move of the searching agents.
    pub rollouts: u32,
    /// How many of the images, the first ones, are also played optimally; with none nothing is.
    pub optimal: usize,
}

impl Settings {
    /// Of these judges, with everything else as it is unless said: 1000 images, 6 pixels, 1000 rollouts, and optimal
    /// play over 100 images.
    pub fn of<J: Into<String>>(judges: impl IntoIterator<Item = J>) -> Self {
        Self {
            judges: judges.into_iter().map(Into::into).collect(),
            data: None,
            images: 1000,
            seed: 1,
            pixels: vec![6],
            rollouts: 1000,
            optimal: 100,
        }
    }

    /// The debates and consultancies, as an experiment that could be carried out as it stands.
    pub fn experiment(&self) -> String {
        let text = |value: &str| Value::String(value.to_owned());
        let number = |value: u64| Value::Integer(i64::try_from(value).unwrap_or(i64::MAX));
        let mut images = Table::new();
        images.insert("dataset".into(), text(&self.dataset()));
        images.insert("random".into(), number(self.images as u64));
        images.insert("seed".into(), number(self.seed));
        images.insert("skip_unusable".into(), Value::Boolean(true));
        let judges: Vec<Value> = self.judges.iter().map(|judge| text(judge)).collect();
        let pixels: Vec<Value> =
            self.pixels.iter().map(|pixels| number((*pixels).into())).collect();
        let grid = |name: &str, protocols: &[&str], agents: &[&str]| {
            let list = |names: &[&str]| Value::Array(names.iter().map(|name| text(name)).collect());
            let mut grid = Table::new();
            grid.insert("name".into(), text(name));
            grid.insert("protocol".into(), list(protocols));
            grid.insert("pixels".into(), Value::Array(pixels.clone()));
            grid.insert("lies".into(), text("random"));
            grid.insert("honest".into(), list(agents));
            grid.insert("liar".into(), text("same"));
            grid.insert("judge".into(), Value::Array(judges.clone()));
            grid.insert("seed".into(), number(self.seed));
            grid
        };
        let search = format!("mcts:{}", self.rollouts);
        let mut grids = vec![grid("agents", &["debate", "consultancy"], &["greedy", &search])];
        if self.optimal > 0 {
            let mut optimal = grid("optimal play", &["debate"], &["exact"]);
            optimal.insert("images".into(), number(self.optimal.min(self.images) as u64));
            grids.push(optimal);
        }
        let mut file = Table::new();
        file.insert("title".into(), text("Judges before debates and consultancies"));
        file.insert("images".into(), Value::Table(images));
        file.insert("grid".into(), Value::Array(grids.into_iter().map(Value::Table).collect()));
        file.to_string()
    }

    /// The same, planned. Files are looked for from where the program runs.
    ///
    /// # Errors
    ///
    /// [`ExperimentError`] if a judge or the data cannot be used, or a number is none that is allowed.
    pub fn plan(&self) -> Result<RunPlan, ExperimentError> {
        RunPlan::new(&self.experiment(), Path::new(""), None)
    }

    /// The data as an experiment names them.
    fn dataset(&self) -> String {
        let Some(folder) = &self.data else { return "mnist".to_owned() };
        // A folder of that name is not the program's own images.
        let folder =
            if folder == Path::new("mnist") { Path::new(".").join(folder) } else { folder.clone() };
        folder.to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_they_are() {
        let odd = "a \"judge\"\\ of\nmine";
        let settings = Settings { data: Some("mnist".into()), optimal: 0, ..Settings::of([odd]) };
        let file: Table = settings.experiment().parse().unwrap();
        let grids = file["grid"].as_array().unwrap();
        assert_eq!((grids.len(), grids[0]["judge"][0].as_str()), (1, Some(odd)));
        assert_eq!(file["images"]["dataset"].as_str(), Some("./mnist"));
        let missing = settings.plan().unwrap_err().to_string();
        assert!(missing.contains("./mnist"), "{missing}");
    }
}
