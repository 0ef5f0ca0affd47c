//! A study that nobody changes any more.
//!
//! What is public of it is a [`Plan`] in canonical form: all that a participant is shown and asked, the program, the
//! judges and the images by their hashes, and each item by a [`commitment`], for an item tells the answer. The
//! SHA-256 of the plan's bytes is the study's hash. A frozen folder has
//!
//! | file | what |
//! |---|---|
//! | `plan.json` | the plan, public |
//! | `plan.sha256` | its SHA-256, as `sha256sum --check` reads it |
//! | `secret.json` | the items, the file's secrets, and the salts of all commitments |
//! | `study.toml` and the files of the texts | as they were |
//!
//! Whoever reads it holds all of them against each other, byte for byte.

mod commitment;
mod error;
mod fit;
mod folder;
mod numbers;
mod plan;
mod remake;
mod secret;
mod sequence;

use pixel_debate_game::BEHAVIOUR;
use pixel_debate_judge::kernels::Instructions;
use rand::CryptoRng;

pub use commitment::{Salt, commitment};
pub use error::{FreezeError, FrozenError, Misfit};
pub use plan::{DataMark, Plan};
pub use remake::{NotRemade, Remade, RemakeError};
pub use secret::{SaltedItem, SaltedList, Secret};
pub use sequence::{Planned, Sequences};

use crate::allocation::Allocation;
use crate::canonical::{canonical, hash};
use crate::draft::{Draft, Words};
use crate::file::{Secrets, Study};
use crate::items::Item;
use commitment::Kind;
use numbers::Numbers;

/// A frozen study.
#[derive(Debug, Clone)]
pub struct Frozen {
    plan: Plan,
    hash: String,
    secret: Secret,
    words: Words,
    numbers: Numbers,
}

impl Frozen {
    /// Freezes a study with its items. The salts come from `rng`, which must be one that nobody can guess, as
    /// `rand::rng()` is.
    ///
    /// # Errors
    ///
    /// [`FreezeError`] if the items are not those of the study, or something of it has no canonical form.
    pub fn new(
        draft: &Draft,
        items: Vec<Item>,
        version: &str,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, FreezeError> {
        let dataset = draft.dataset();
        let numbers = fit::check(&draft.study, dataset.name(), &items.iter().collect::<Vec<_>>())?;
        let study = Study { secrets: Secrets::default(), ..draft.study.clone() };
        let mut secret = Secret {
            format: Plan::FORMAT,
            secrets: draft.study.secrets.clone(),
            secrets_salt: Salt::draw(rng),
            file_salt: Salt::draw(rng),
            asked: draft.asked.as_ref().map(|all| SaltedList::new(Salt::draw(rng), all)),
            items: Vec::with_capacity(items.len()),
        };
        let mut commitments = Vec::with_capacity(items.len());
        for item in items {
            let salted = SaltedItem { salt: Salt::draw(rng), item };
            commitments.push(salted.commitment()?);
            secret.items.push(salted);
        }
        let files = draft.words.files.iter();
        let plan = Plan {
            format: Plan::FORMAT,
            version: version.to_owned(),
            behaviour: BEHAVIOUR,
            instructions: Instructions::in_use().to_string(),
            study,
            texts: draft.words.texts.clone(),
            files: files.map(|(path, text)| (path.clone(), hash(text.as_bytes()))).collect(),
            dataset: DataMark {
                name: dataset.name().to_owned(),
                hash: dataset.hash(),
                classes: dataset.classes().to_vec(),
                width: dataset.width() as u8,
                height: dataset.height() as u8,
            },
            judges: draft.judges().map(|(pixels, mark)| (pixels.to_string(), mark)).collect(),
            file: Kind::File.commitment(&secret.file_salt, draft.words.file.as_bytes()),
            secrets: Kind::Secrets.commitment(&secret.secrets_salt, &canonical(&secret.secrets)?),
            asked: secret.asked.as_ref().map(SaltedList::commitment).transpose()?,
            items: commitments,
        };
        let hash = hash(&canonical(&plan)?);
        Ok(Self { plan, hash, secret, words: draft.words.clone(), numbers })
    }

    /// What is public.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The study's hash: SHA-256 of the plan's canonical form, in hexadecimal.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// What nobody may know before the study has ended.
    pub fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Whether somebody may take part whose link has that as its first parameter, or nothing.
    pub fn may_take_part(&self, person: Option<&str>) -> bool {
        let asked = self.secret.asked.as_ref();
        asked.is_none_or(|asked| person.is_some_and(|person| asked.has(person)))
    }

    /// The items by their numbers.
    pub fn items(&self) -> impl ExactSizeIterator<Item = &Item> {
        self.secret.items.iter().map(|salted| &salted.item)
    }

    /// An item of the plan, by a number that comes from it.
    pub(crate) fn item(&self, number: usize) -> &Item {
        &self.secret.items[number].item
    }

    /// Who is shown which images in which conditions, always the same. Of 10,000 participants with 100 items each it
    /// takes some seconds.
    pub fn allocation(&self) -> Allocation {
        // The study was read from a file, or it would be in no draft and no folder.
        Allocation::of_checked(&self.study().request())
    }

    /// Who is shown which items of the plan. As it makes the [`allocation`](Self::allocation), it is made once.
    pub fn sequences(&self) -> Sequences {
        Sequences::new(self.allocation(), self.numbers.clone())
    }

    /// The study, with its secrets.
    pub fn study(&self) -> Study {
        Study { secrets: self.secret.secrets.clone(), ..self.plan.study.clone() }
    }
}
