//! Judges and data on the way from the coordinator to its workers, by hash.
//!
//! What is part of the program does not travel. The rest is in the run's object store, and what comes
//! out of it is checked against the hash by which it was asked for.

use std::borrow::Cow;
use std::time::Duration;

use async_nats::jetstream::object_store::{ObjectMetadata, ObjectStore};
use pixel_debate_agents::solver::JudgeMark;
use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_harness::{DataMark, RunPlan};
use pixel_debate_judge::{Judge, SHIPPED_PIXELS};
use serde::{Deserialize, Serialize};
use tokio::io::AsyncReadExt;

use crate::ClusterError;
use crate::error::chain;

/// A dataset as bytes.
#[derive(Serialize, Deserialize)]
struct Images<'a> {
    name: Cow<'a, str>,
    sides: (usize, usize),
    pixels: Vec<u8>,
    labels: Vec<u8>,
    classes: Cow<'a, [String]>,
}

/// Puts what the plan needs and the program has not into the store, unless it is there. The server
/// takes messages of so many bytes.
pub(crate) async fn offer(
    store: &ObjectStore,
    most: usize,
    plan: &RunPlan,
) -> Result<(), ClusterError> {
    let dataset = plan.dataset();
    if built_in_dataset(&plan.manifest().dataset).is_none() {
        put(store, most, &plan.manifest().dataset.hash, || dataset_to_bytes(dataset)).await?;
    }
    let cells = &plan.manifest().cells;
    for (cell, judge) in cells.iter().zip(plan.judges()) {
        // One that was brought along cannot be sent: workers say of its shards that they cannot do them.
        let Some(judge) = judge else { continue };
        let hash = &cell.play.judge.hash;
        if built_in_judge(hash).is_none() {
            put(store, most, hash, || judge.to_bytes()).await?;
        }
    }
    Ok(())
}

async fn put(
    store: &ObjectStore,
    most: usize,
    hash: &str,
    bytes: impl FnOnce() -> Vec<u8>,
) -> Result<(), ClusterError> {
    if store.info(hash).await.is_ok_and(|info| !info.deleted) {
        return Ok(());
    }
    keep(store, most, hash, &bytes()).await.map_err(|fault| {
        let what = "a judge or the images cannot be put into the object store".to_owned();
        ClusterError::JetStream { what, fault }
    })
}

/// Puts bytes into the store, in pieces that fit messages of which the server takes so many bytes.
pub(crate) async fn keep(
    store: &ObjectStore,
    most: usize,
    name: &str,
    bytes: &[u8],
) -> Result<(), String> {
    let chunk_size = Some((most / 2).min(PIECE));
    let meta = ObjectMetadata { name: name.to_owned(), chunk_size, ..Default::default() };
    store.put(meta, &mut &bytes[..]).await.map(drop).map_err(|error| chain(&error))
}

/// How long an object may take to come.
const READING: Duration = Duration::from_mins(2);
/// Bytes of a piece of an object, at most.
const PIECE: usize = 128 << 10;

/// The dataset of that mark, or why there is none.
pub(crate) async fn dataset(
    store: &ObjectStore,
    mark: &DataMark,
) -> Result<Cow<'static, Dataset>, String> {
    if let Some(dataset) = built_in_dataset(mark) {
        return Ok(Cow::Borrowed(dataset));
    }
    let DataMark { name, hash, classes } = mark;
    let bytes = get(store, hash).await.map_err(|error| {
        format!("the images of {name} (hash {}) are not to be had: {error}", short(hash))
    })?;
    let dataset = dataset_from_bytes(&bytes)?;
    if dataset.hash() != *hash || dataset.classes() != classes {
        return Err(format!("what came as the images of {name} is something else"));
    }
    Ok(Cow::Owned(dataset))
}

/// The judge of that mark, or why there is none.
pub(crate) async fn judge(store: &ObjectStore, mark: &JudgeMark) -> Result<Judge, String> {
    let JudgeMark { name, hash } = mark;
    if let Some(judge) = built_in_judge(hash) {
        return Ok(judge);
    }
    let bytes = get(store, hash).await.map_err(|error| {
        let ours = SHIPPED_PIXELS.into_iter().filter_map(Judge::shipped);
        let ours = ours.map(|judge| format!("{} {}", judge.name(), short(&judge.hash())));
        format!(
            "the judge {name} (hash {}) is not part of this program, whose judges are {}, nor to be \
             had from the run: {error}",
            short(hash),
            ours.collect::<Vec<_>>().join(" and ")
        )
    })?;
    let judge = Judge::from_bytes(name, &bytes).map_err(|error| error.to_string())?;
    let came = judge.hash();
    if came != *hash {
        let (wanted, came) = (short(hash), short(&came));
        return Err(format!("what came as the judge {name} has hash {came}, not {wanted}"));
    }
    Ok(judge)
}

/// The bytes by that name.
pub(crate) async fn get(store: &ObjectStore, name: &str) -> Result<Vec<u8>, String> {
    let read = async {
        let mut object = store.get(name).await.map_err(|error| chain(&error))?;
        let mut bytes = Vec::new();
        object.read_to_end(&mut bytes).await.map_err(|error| chain(&error))?;
        Ok(bytes)
    };
    // Who reads is not told that the server has died.
    let read = tokio::time::timeout(READING, read).await;
    read.unwrap_or_else(|_| Err("it does not come".to_owned()))
}

/// Enough of a hash to tell it from others.
fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn built_in_judge(hash: &str) -> Option<Judge> {
    let mut judges = SHIPPED_PIXELS.into_iter().filter_map(Judge::shipped);
    judges.find(|judge| judge.hash() == hash)
}

fn built_in_dataset(mark: &DataMark) -> Option<&'static Dataset> {
    let mnist = mnist::test();
    (mnist.hash() == mark.hash && mnist.classes() == mark.classes).then_some(mnist)
}

fn dataset_to_bytes(dataset: &Dataset) -> Vec<u8> {
    let images = Images {
        name: dataset.name().into(),
        sides: (dataset.width(), dataset.height()),
        pixels: (0..dataset.len()).flat_map(|image| dataset.image(image)).copied().collect(),
        labels: (0..dataset.len()).map(|image| dataset.label(image)).collect(),
        classes: dataset.classes().into(),
    };
    postcard::to_allocvec(&images).expect("images are plain data")
}

fn dataset_from_bytes(bytes: &[u8]) -> Result<Dataset, String> {
    let images: Images<'_> =
        postcard::from_bytes(bytes).map_err(|error| format!("the images are damaged: {error}"))?;
    let Images { name, sides, pixels, labels, classes } = images;
    let dataset = Dataset::new(name, sides, pixels, labels, classes.into_owned());
    dataset.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_arrives_as_it_left() {
        let classes = vec!["cat".to_owned(), "dog".to_owned()];
        let pixels = (0..24).collect();
        let pets = Dataset::new("pets", (4, 3), pixels, vec![1, 0], classes).unwrap();
        let bytes = dataset_to_bytes(&pets);
        assert_eq!(dataset_from_bytes(&bytes).unwrap(), pets);
        for end in 0..bytes.len() {
            assert!(dataset_from_bytes(&bytes[..end]).is_err());
        }
    }
}
