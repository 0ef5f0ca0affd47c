//! Many debates that are stepped by one call, for training.

use std::sync::{Arc, Mutex, MutexGuard};

use numpy::{PyArray1, PyArray2, PyArray3, PyArrayMethods};
use pixel_debate_datasets::Dataset as Images;
use pixel_debate_game::{
    self as game, Debater, ForfeitReason, Image, Move, Pixel, Role, Verdict, honest_margin,
};
use pixel_debate_judge::{Logits, MOST_CLASSES, ManyEvaluator};
use pixel_debate_validation::check_labels;
use pyo3::prelude::*;
use pyo3::types::PyTuple;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha12Rng;

use crate::{
    arrays::{copied, pair, places_of},
    dataset::Dataset,
    errors::{JudgeError, SetupError, raise, wrong},
    interrupt::detached,
    judge::Judge,
    numbers,
    own::asked,
    rules::{Rules, role},
};

/// What is at work, in errors.
const STEPPING: &str = "many debates";

/// The most debates: what Python has of them, spaces and observations, takes some ten kilobytes each.
pub(crate) const MOST_DEBATES: u32 = 1 << 16;

/// The most pixels of all debates together: those of the most debates about images of 28 × 28. An environment has
/// several arrays of so many, and asks for memory where nobody can refuse it.
const MOST_PIXELS: usize = MOST_DEBATES as usize * 784;

/// How many words can be drawn from a seed: 16 a block, whose number has 64 bits.
const MOST_WORDS: u128 = (1 << 68) - 1;

/// A debate under way: the image's number, the lie, who began, and the reveals.
type Standing = (usize, Option<u8>, String, Vec<(u8, u8)>);
/// Where the random numbers are, the seed and how many words were drawn from it, and all debates.
type Standings = (u64, u128, Vec<Standing>);
/// What makes the debates again: a function, and what it is called with.
type Again<'py> = (Bound<'py, PyAny>, Bound<'py, PyTuple>);

/// What debaters see: image, evidence, role, own claim, rival's claim, action mask.
type Seen<'py> = (
    Bound<'py, PyArray3<u8>>,
    Bound<'py, PyArray3<u8>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray1<i64>>,
    Bound<'py, PyArray2<i8>>,
);

/// What has come of a step: rewards of those who moved, which debates ended, what the honest debaters of
/// these got, and which ended by an illegal move.
type Stepped<'py> = (
    Bound<'py, PyArray1<f32>>,
    Bound<'py, PyArray1<bool>>,
    Bound<'py, PyArray1<f32>>,
    Bound<'py, PyArray1<bool>>,
);

/// Many debates by the same rules, each begun anew when it ends: what `pixel_debate.vector` is made of.
#[pyclass(frozen, module = "pixel_debate._native")]
pub(crate) struct Debates {
    dataset: Py<Dataset>,
    judge: Option<Py<Judge>>,
    state: Mutex<State>,
}

struct State {
    /// The numbers of the images that are drawn from.
    images: Vec<usize>,
    /// Those that have been drawn, by number.
    drawn: Vec<Option<Arc<Image>>>,
    rules: game::Rules,
    /// Who begins; drawn for each debate if it is nobody.
    first: Option<Role>,
    by_margin: bool,
    /// The labels that there are.
    classes: u8,
    /// What `random` was begun from.
    seed: u64,
    random: ChaCha12Rng,
    debates: Vec<game::Debate>,
    /// The numbers of their images.
    about: Vec<usize>,
    /// Debate × pixel: 1 where it may be revealed.
    legal: Vec<i8>,
    /// Debate × pixel: 1 and 2 where the first and the second debater have revealed it.
    shown: Vec<u8>,
    many: Option<ManyEvaluator>,
    /// Whether a step was not carried out to its end, since the judge raised or somebody pressed Ctrl-C.
    is_broken: bool,
    columns: usize,
    area: usize,
}

/// What a step has come to so far, by debate.
struct Outcomes {
    movers: Vec<Option<Role>>,
    honest: Vec<Option<f32>>,
    illegal: Vec<bool>,
    /// Those of which all pixels are revealed.
    complete: Vec<usize>,
}

#[pymethods]
impl Debates {
    #[new]
    #[expect(clippy::too_many_arguments, reason = "the options of an environment")]
    fn new(
        py: Python<'_>,
        dataset: Py<Dataset>,
        judge: Option<Py<Judge>>,
        rules: &Rules,
        first: Option<&str>,
        images: &Bound<'_, PyAny>,
        #[pyo3(from_py_with = numbers::debates)] count: usize,
        by_margin: bool,
        #[pyo3(from_py_with = numbers::seed)] seed: u64,
    ) -> PyResult<Self> {
        let data = dataset.get().inner();
        let classes = classes_of(data)?;
        let images = places_of("images", images, data.len())?;
        if images.is_empty() {
            return Err(wrong("there must be an image at least"));
        }
        let area = data.width() * data.height();
        if count * area > MOST_PIXELS {
            return Err(wrong(format!(
                "num_envs is {count}: of images of {area} pixels there may be {} debates at most",
                MOST_PIXELS / area
            )));
        }
        let many = judge.as_ref().map(|judge| {
            let judge = &judge.get().0;
            let fits = check_labels(judge.weights(), data).map_err(raise::<JudgeError>);
            fits.map(|()| judge.many())
        });
        let mut state = State {
            images,
            drawn: vec![None; data.len()],
            rules: rules.0,
            first: first.map(role).transpose()?,
            by_margin,
            classes,
            seed,
            random: ChaCha12Rng::seed_from_u64(seed),
            debates: Vec::with_capacity(count),
            about: Vec::with_capacity(count),
            legal: vec![0; count * area],
            shown: vec![0; count * area],
            many: many.transpose()?,
            is_broken: false,
            columns: data.width(),
            area,
        };
        py.detach(|| state.begin(data, count)).map_err(raise::<SetupError>)?;
        Ok(Self { dataset, judge, state: Mutex::new(state) })
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Again<'py>> {
        let state = self.sound()?;
        let images: Vec<i64> = state.images.iter().map(|image| *image as i64).collect();
        let made = (
            self.dataset.clone_ref(py),
            self.judge.as_ref().map(|judge| judge.clone_ref(py)),
            Rules(state.rules),
            state.first.map(|first| first.to_string()),
            PyArray1::from_vec(py, images),
            state.debates.len(),
            state.by_margin,
            state.standings(),
        );
        let again = py.get_type::<Self>().getattr("_standing")?;
        Ok((again, made.into_pyobject(py)?))
    }

    #[staticmethod]
    #[expect(clippy::too_many_arguments, reason = "the options of an environment")]
    fn _standing(
        py: Python<'_>,
        dataset: Py<Dataset>,
        judge: Option<Py<Judge>>,
        rules: &Rules,
        first: Option<&str>,
        images: &Bound<'_, PyAny>,
        count: usize,
        by_margin: bool,
        standings: Standings,
    ) -> PyResult<Self> {
        let made = Self::new(py, dataset, judge, rules, first, images, count, by_margin, 0)?;
        let data = made.dataset.get().inner();
        {
            let mut state = made.state()?;
            let state = &mut *state;
            py.detach(|| state.restore(data, standings)).map_err(raise::<SetupError>)?;
        }
        Ok(made)
    }

    /// Begins all debates anew; with a seed, they are the same whenever it is the same.
    #[pyo3(signature = (seed = None))]
    fn reset(
        &self,
        py: Python<'_>,
        #[pyo3(from_py_with = numbers::perhaps_seed)] seed: Option<u64>,
    ) -> PyResult<()> {
        let mut state = self.state()?;
        let state = &mut *state;
        if let Some(seed) = seed {
            state.seed = seed;
            state.random = ChaCha12Rng::seed_from_u64(seed);
        }
        let count = state.debates.len();
        let data = self.dataset.get().inner();
        py.detach(|| state.begin(data, count)).map_err(raise::<SetupError>)
    }

    /// What those see who are to move.
    fn observe<'py>(&self, py: Python<'py>) -> PyResult<Seen<'py>> {
        let state = self.sound()?;
        let state = &*state;
        let (count, columns) = (state.debates.len(), state.columns);
        let (images, evidence) = py.detach(|| (state.pixels(), state.evidence()));
        let label = |claim: Option<u8>| claim.map_or(i64::from(state.classes), i64::from);
        let movers = state.debates.iter().map(|debate| (debate, to_move(debate)));
        let (mut roles, mut own, mut rival) = (Vec::new(), Vec::new(), Vec::new());
        for (debate, by) in movers {
            let role = debate.rules().role_of(by);
            let claims = debate.claims();
            let of = |role| match role {
                Role::Honest => Some(claims.honest),
                Role::Liar => claims.liar,
            };
            roles.push(i64::from(role == Role::Honest));
            own.push(label(of(role)));
            rival.push(label(of(role.other())));
        }
        let shape = [count, state.area / columns, columns];
        Ok((
            PyArray1::from_vec(py, images).reshape(shape)?,
            PyArray1::from_vec(py, evidence).reshape(shape)?,
            PyArray1::from_vec(py, roles),
            PyArray1::from_vec(py, own),
            PyArray1::from_vec(py, rival),
            PyArray1::from_slice(py, &state.legal).reshape([count, state.area])?,
        ))
    }

    /// Which debater is to move in each debate: 0 the first, 1 the second.
    fn to_move<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray1<i64>>> {
        let state = self.sound()?;
        let second = |debate| i64::from(to_move(debate) == Debater::Second);
        Ok(PyArray1::from_vec(py, state.debates.iter().map(second).collect()))
    }

    /// Reveals a pixel in each debate that is `active`, has those judged that are complete, and begins anew
    /// what has ended. `ask` is a judge written in Python, where there is none of the package.
    #[pyo3(signature = (actions, active, ask = None))]
    fn step<'py>(
        &self,
        py: Python<'py>,
        actions: &Bound<'py, PyAny>,
        active: &Bound<'py, PyAny>,
        ask: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Stepped<'py>> {
        let mut state = self.sound()?;
        let count = state.debates.len();
        let actions = copied::<i64>("actions", actions, &[Some(count)])?.numbers;
        let active = copied::<bool>("active", active, &[Some(count)])?.numbers;
        let state = &mut *state;
        state.is_broken = true;
        let mut outcomes = detached(py, STEPPING, || state.reveal(&actions, &active))?;
        let complete = std::mem::take(&mut outcomes.complete);
        let logits = match ask {
            Some(ask) if !complete.is_empty() => state.ask(py, ask, &complete)?,
            _ => detached(py, STEPPING, || state.judged(&complete))?,
        };
        let data = self.dataset.get().inner();
        let settled = detached(py, STEPPING, || {
            state.settle(&complete, &logits, &mut outcomes)?;
            state.redraw(data, &outcomes)
        })?;
        settled.map_err(raise::<SetupError>)?;
        state.is_broken = false;
        let Outcomes { movers, honest, illegal, .. } = outcomes;
        let reward = |(mover, honest): (&Option<Role>, &Option<f32>)| match (mover, honest) {
            (Some(Role::Honest), Some(reward)) => *reward,
            (Some(Role::Liar), Some(reward)) => -*reward,
            _ => 0.0,
        };
        Ok((
            PyArray1::from_vec(py, movers.iter().zip(&honest).map(reward).collect()),
            PyArray1::from_vec(py, honest.iter().map(Option::is_some).collect()),
            PyArray1::from_vec(py, honest.iter().map(|reward| reward.unwrap_or(0.0)).collect()),
            PyArray1::from_vec(py, illegal),
        ))
    }
}

impl Debates {
    /// Nobody waits for another thread: it may be one whose judge asks for the same debates.
    fn state(&self) -> PyResult<MutexGuard<'_, State>> {
        self.state.try_lock().map_err(|_| wrong("these debates are being stepped already"))
    }

    /// The debates, unless some of them are left in the middle of a step.
    fn sound(&self) -> PyResult<MutexGuard<'_, State>> {
        let state = self.state()?;
        if state.is_broken {
            return Err(wrong("the last step was broken off: reset() begins all debates anew"));
        }
        Ok(state)
    }
}

/// The classes of a dataset, which a judge must be able to tell apart that is asked in batches.
pub(crate) fn classes_of(data: &Images) -> PyResult<u8> {
    let classes = data.classes().len();
    if !(2..=MOST_CLASSES).contains(&classes) {
        let name = data.name();
        return Err(raise::<SetupError>(format!(
            "{name} has {classes} classes: a judge that is asked in batches tells 2 to {MOST_CLASSES} apart"
        )));
    }
    Ok(classes as u8)
}

impl State {
    /// Begins all debates.
    fn begin(&mut self, data: &Images, count: usize) -> Result<(), String> {
        self.debates.clear();
        self.about.clear();
        for number in 0..count {
            let (index, debate) = self.draw(data)?;
            self.debates.push(debate);
            self.about.push(index);
            self.mark(number);
        }
        self.is_broken = false;
        Ok(())
    }

    /// What the next debate is about: image, lie and who begins are uniformly random, as far as they are not
    /// given.
    fn next(&mut self, data: &Images) -> (usize, Option<u8>, Role) {
        let index = self.images[self.random.random_range(0..self.images.len())];
        let label = data.label(index);
        let lie = self.rules.precommit.then(|| {
            let other = self.random.random_range(0..self.classes - 1);
            other + u8::from(other >= label)
        });
        let drawn = if self.random.random() { Role::Honest } else { Role::Liar };
        (index, lie, self.first.unwrap_or(drawn))
    }

    fn draw(&mut self, data: &Images) -> Result<(usize, game::Debate), String> {
        let (index, lie, first) = self.next(data);
        self.open(data, index, lie, first).map(|debate| (index, debate))
    }

    fn open(
        &mut self,
        data: &Images,
        index: usize,
        lie: Option<u8>,
        first: Role,
    ) -> Result<game::Debate, String> {
        let rules = game::Rules { first, ..self.rules };
        let image = self.drawn[index].get_or_insert_with(|| Arc::new(data.to_image(index)));
        game::Debate::new(rules, Arc::clone(image), data.label(index), lie, self.classes)
            .map_err(|error| format!("image {index}: {error}"))
    }

    /// All debates as they stand, none of which has ended.
    fn standings(&self) -> Standings {
        let standing = |(debate, about): (&game::Debate, &usize)| {
            let reveals = debate.evidence().iter().map(|reveal| pair(reveal.pixel)).collect();
            (*about, debate.claims().liar, debate.rules().first.to_string(), reveals)
        };
        let all = self.debates.iter().zip(&self.about).map(standing).collect();
        (self.seed, self.random.get_word_pos(), all)
    }

    /// Has the debates stand as they did, and the random numbers go on from there.
    fn restore(&mut self, data: &Images, (seed, words, all): Standings) -> Result<(), String> {
        if all.len() != self.debates.len() {
            return Err(format!("{} debates stand for {}", all.len(), self.debates.len()));
        }
        if words > MOST_WORDS {
            return Err(format!("{words} words were drawn: there are {MOST_WORDS} of a seed"));
        }
        self.seed = seed;
        self.random = ChaCha12Rng::seed_from_u64(seed);
        self.random.set_word_pos(words);
        for (number, (index, lie, first, reveals)) in all.into_iter().enumerate() {
            if index >= data.len() {
                return Err(format!("there is no image {index}: there are {}, from 0", data.len()));
            }
            let first = first.parse().map_err(|error: game::UnknownName| error.to_string())?;
            self.debates[number] = self.open(data, index, lie, first)?;
            self.about[number] = index;
            self.mark(number);
            for (x, y) in reveals {
                if usize::from(x) >= self.columns || !self.show(number, Pixel::new(x, y)) {
                    return Err(format!("debate {number}: ({x}, {y}) is no reveal"));
                }
            }
            if self.debates[number].to_move().is_none() {
                return Err(format!("debate {number} is complete"));
            }
        }
        Ok(())
    }

    /// Reveals a pixel for who is to move, if it is legal.
    fn show(&mut self, number: usize, pixel: Pixel) -> bool {
        let debate = &mut self.debates[number];
        let Some(by) = debate.to_move() else { return false };
        if debate.apply(Move::Reveal { by, pixel }).is_err() {
            return false;
        }
        let place = number * self.area + at(pixel, self.columns);
        self.legal[place] = 0;
        self.shown[place] = by as u8 + 1;
        true
    }

    /// Notes what may be revealed of a debate that has just begun.
    fn mark(&mut self, number: usize) {
        let (debate, columns) = (&self.debates[number], self.columns);
        let legal = &mut self.legal[number * self.area..][..self.area];
        let rules = debate.rules();
        for (legal, value) in legal.iter_mut().zip(debate.image().pixels()) {
            *legal = i8::from(rules.legal.allows(*value));
        }
        self.shown[number * self.area..][..self.area].fill(0);
        debug_assert_eq!(
            debate.legal_reveals().map(|pixel| at(pixel, columns)).collect::<Vec<_>>(),
            (0..self.area)
                .filter(|at| self.legal[number * self.area + at] == 1)
                .collect::<Vec<_>>()
        );
    }

    fn pixels(&self) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(self.shown.len());
        for debate in &self.debates {
            pixels.extend_from_slice(debate.image().pixels());
        }
        pixels
    }

    /// The evidence as who is to move sees it: 1 its own reveals, 2 its rival's.
    fn evidence(&self) -> Vec<u8> {
        let mut evidence = Vec::with_capacity(self.shown.len());
        for (debate, shown) in self.debates.iter().zip(self.shown.chunks_exact(self.area)) {
            match to_move(debate) {
                Debater::First => evidence.extend_from_slice(shown),
                Debater::Second => {
                    evidence.extend(shown.iter().map(|by| [0, 2, 1][usize::from(*by)]));
                }
            }
        }
        evidence
    }

    fn reveal(&mut self, actions: &[i64], active: &[bool]) -> Outcomes {
        let count = self.debates.len();
        let mut outcomes = Outcomes {
            movers: vec![None; count],
            honest: vec![None; count],
            illegal: vec![false; count],
            complete: Vec::new(),
        };
        for number in (0..count).filter(|number| active[*number]) {
            let Some(by) = self.debates[number].to_move() else { continue };
            let mover = self.debates[number].rules().role_of(by);
            outcomes.movers[number] = Some(mover);
            let place = usize::try_from(actions[number]).ok().filter(|place| *place < self.area);
            let revealed = place.is_some_and(|place| {
                let (column, row) = (place % self.columns, place / self.columns);
                self.show(number, Pixel::new(column as u8, row as u8))
            });
            let debate = &mut self.debates[number];
            if revealed {
                if debate.to_move().is_none() {
                    outcomes.complete.push(number);
                }
            } else {
                outcomes.illegal[number] = true;
                // It cannot be forbidden to whoever is to move.
                let _ = debate.apply(Move::Forfeit { by, reason: ForfeitReason::IllegalMove });
                outcomes.honest[number] = Some(if mover == Role::Honest { -1.0 } else { 1.0 });
            }
        }
        outcomes
    }

    /// What the package's judge says of those debates.
    fn judged(&mut self, complete: &[usize]) -> Logits {
        let Some(many) = &mut self.many else { return Logits::new(self.classes.into()) };
        let debates = &self.debates;
        many.logits(complete.iter().map(|number| {
            debates[*number].evidence().iter().map(|reveal| (reveal.pixel, reveal.value))
        }))
    }

    /// What a judge written in Python says of those debates.
    fn ask(&self, py: Python<'_>, ask: &Bound<'_, PyAny>, complete: &[usize]) -> PyResult<Logits> {
        let mut values = vec![0_u8; complete.len() * self.area];
        let mut masks = vec![false; values.len()];
        for (row, number) in complete.iter().enumerate() {
            for reveal in self.debates[*number].evidence() {
                let place = row * self.area + at(reveal.pixel, self.columns);
                values[place] = reveal.value;
                masks[place] = true;
            }
        }
        let shape = [complete.len(), self.area / self.columns, self.columns];
        let values = PyArray1::from_vec(py, values).reshape(shape)?;
        let masks = PyArray1::from_vec(py, masks).reshape(shape)?;
        asked(ask, values, masks, self.classes).map_err(|failure| failure.into_error(py, STEPPING))
    }

    /// Gives the verdicts.
    fn settle(
        &mut self,
        complete: &[usize],
        logits: &Logits,
        outcomes: &mut Outcomes,
    ) -> Result<(), String> {
        for (number, logits) in complete.iter().zip(logits.rows()) {
            let debate = &mut self.debates[*number];
            // A network also judges data sets of fewer classes than it knows.
            let logits = &logits[..usize::from(self.classes)];
            let margin = honest_margin(logits, debate.claims());
            let verdict = Verdict::Logits { logits: logits.to_vec() };
            debate.apply(Move::Verdict(verdict)).map_err(|error| error.to_string())?;
            let won = debate.outcome().is_some_and(|outcome| outcome.winner == Role::Honest);
            let reward = if won { 1.0 } else { -1.0 };
            outcomes.honest[*number] = Some(if self.by_margin { margin } else { reward });
        }
        Ok(())
    }

    /// Begins anew what has ended.
    fn redraw(&mut self, data: &Images, outcomes: &Outcomes) -> Result<(), String> {
        for number in 0..self.debates.len() {
            if outcomes.honest[number].is_some() {
                (self.about[number], self.debates[number]) = self.draw(data)?;
                self.mark(number);
            }
        }
        Ok(())
    }
}

/// Who is to move: a debate that has ended has been begun anew.
fn to_move(debate: &game::Debate) -> Debater {
    debate.to_move().unwrap_or(Debater::First)
}

fn at(pixel: Pixel, columns: usize) -> usize {
    usize::from(pixel.y) * columns + usize::from(pixel.x)
}
