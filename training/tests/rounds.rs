//! Training on what players reveal: what it comes to, and that it can be stopped anywhere.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use pixel_debate_datasets::{Dataset, mnist};
use pixel_debate_game::{Claims, Pixel, honest_wins};
use pixel_debate_judge::choosers::{Choosers, Lengths, Rounds, Who};
use pixel_debate_judge::masks::Masks;
use pixel_debate_judge::{Judge, Model, PixelSet, Provenance, Question, Trainable, Weights};
use pixel_debate_training::{CheckpointError, OpenError, Processor, Run, Settings};
use safetensors::SafeTensors;
use safetensors::tensor::TensorView;

const NOWHERE: &str = "no-such.safetensors";

/// Some of the test images.
fn images(range: std::ops::Range<usize>) -> Dataset {
    let all = mnist::test();
    let values = range.clone().flat_map(|index| all.image(index)).copied().collect();
    let labels = range.map(|index| all.label(index)).collect();
    Dataset::new("some", (28, 28), values, labels, all.classes().to_vec()).unwrap()
}

fn settings(who: Who, rounds: Rounds) -> Settings {
    let choosers = Choosers::Players(who, rounds);
    Settings {
        masks: Masks::nonzero(4),
        choosers,
        kind: Trainable::Paper,
        seed: 3,
        processor: Processor::Cpu { threads: 1 },
    }
}

/// A few tries, so that it takes no time.
fn short() -> Rounds {
    Rounds { batches: 2, images: 20, tries: 2, ..Rounds::default() }
}

fn shipped() -> Judge {
    Judge::shipped(4).unwrap()
}

/// How many of the images a greedy liar alone gets past the judge.
fn deceived(model: Model, dataset: &Dataset) -> usize {
    let weights = Weights { model, provenance: Provenance::default() };
    let judge = Judge::new("trained", weights);
    let deceived = |index: &usize| {
        let image = Arc::new(dataset.to_image(*index));
        let claims = Claims { honest: dataset.label(*index), liar: None };
        let candidates: Vec<Pixel> =
            image.iter().filter(|(_, value)| *value > 0).map(|(pixel, _)| pixel).collect();
        let mut engine = judge.evaluator(image).unwrap();
        let mut revealed: Vec<usize> = Vec::new();
        let mut decider = engine.decider(Question {
            claims,
            evidence: PixelSet::default(),
            candidates: candidates.clone(),
        });
        for _ in 0..4 {
            let free = (0..candidates.len()).filter(|place| !revealed.contains(place));
            let margins: Vec<_> = free.map(|place| (place, decider.margin_with(place))).collect();
            let worst = margins.iter().min_by(|(_, a), (_, b)| a.total_cmp(b)).unwrap().0;
            decider.push(worst);
            revealed.push(worst);
        }
        drop(decider);
        let set: PixelSet = revealed.iter().map(|place| candidates[*place]).collect();
        !honest_wins(&engine.evaluate(&[set])[0], &claims)
    };
    (0..dataset.len()).filter(deceived).count()
}

#[test]
fn a_run_that_was_stopped_within_a_round_trains_the_same_judge() {
    let dataset = images(0..60);
    let folder = tempfile::tempdir().unwrap();
    for (who, lengths) in [(Who::Provers, Lengths::Full), (Who::Debates, Lengths::Every)] {
        let settings = settings(who, Rounds { lengths, ..short() });
        let from = shipped();
        let open =
            |file: &Path| Run::open_from(settings, &dataset, file, Some(from.model())).unwrap();
        let mut whole = open(Path::new(NOWHERE));
        let losses: Vec<f32> = (0..5).map(|_| whole.train_batch()).collect();
        let file = folder.path().join(who.to_string());
        for (batch, loss) in losses.into_iter().enumerate() {
            let mut again = open(&file);
            assert_eq!(again.batches(), batch as u64);
            assert_eq!(again.train_batch().to_bits(), loss.to_bits(), "{who}, batch {batch}");
            again.save().unwrap();
        }
        assert_eq!(open(&file).model(), whole.model());
    }
}

#[test]
fn threads_do_not_change_what_is_trained() {
    let dataset = images(0..40);
    let trained = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut settings = settings(Who::Provers, short());
        settings.processor = Processor::Cpu { threads };
        let from = shipped();
        let mut run =
            Run::open_from(settings, &dataset, Path::new(NOWHERE), Some(from.model())).unwrap();
        pool.install(|| (0..3).for_each(|_| _ = run.train_batch()));
        run.model().hash()
    };
    assert_eq!(trained(1), trained(2));
}

/// Zeros and ones alone: so few labels are learnt in seconds.
fn zeros_and_ones(range: std::ops::Range<usize>) -> Dataset {
    let all = mnist::test();
    let range: Vec<usize> = range.filter(|index| all.label(*index) < 2).collect();
    let values = range.iter().flat_map(|index| all.image(*index)).copied().collect();
    let labels = range.iter().map(|index| all.label(*index)).collect();
    let classes = vec!["zero".to_owned(), "one".to_owned()];
    Dataset::new("zeros and ones", (28, 28), values, labels, classes).unwrap()
}

#[test]
fn a_liar_alone_has_less_success_before_a_judge_that_was_trained_against_liars() {
    let (dataset, others) = (zeros_and_ones(0..4000), zeros_and_ones(4000..4400));
    let rounds = Rounds {
        random_percent: 50,
        batches: 2,
        images: 24,
        tries: 12,
        lies: 1,
        lengths: Lengths::Full,
    };
    let trained = |choosers: Choosers, from: Option<&Model>, batches: usize| {
        let settings = Settings { choosers, ..settings(Who::Provers, rounds) };
        let mut run = Run::open_from(settings, &dataset, Path::new(NOWHERE), from).unwrap();
        for _ in 0..batches {
            run.train_batch();
        }
        run.model()
    };
    let by_chance = trained(Choosers::Chance, None, 60);
    let by_provers = trained(Choosers::Players(Who::Provers, rounds), Some(&by_chance), 100);
    let longer = trained(Choosers::Chance, Some(&by_chance), 100);
    let [before, after] = [longer, by_provers].map(|model| deceived(model, &others));
    // By chance the difference of two such counts has a standard deviation below six.
    assert!(after + 15 <= before, "{before} of {} before, {after} after", others.len());
}

#[test]
fn a_checkpoint_of_other_choosers_is_another_runs() {
    let dataset = images(0..40);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run");
    let from = shipped();
    let asked = settings(Who::Provers, short());
    Run::open_from(asked, &dataset, &file, Some(from.model())).unwrap().save().unwrap();
    let others = [
        (settings(Who::Debates, short()), true, "masks"),
        (settings(Who::Provers, Rounds { tries: 3, ..short() }), true, "tries"),
        (Settings { choosers: Choosers::Chance, ..asked }, true, "lengths"),
        (asked, false, "from"),
    ];
    for (settings, starts, wanted) in others {
        let start = starts.then(|| from.model());
        let refusal = Run::open_from(settings, &dataset, &file, start).err().unwrap();
        let OpenError::Checkpoint(CheckpointError::OtherRun { key, .. }) = refusal else {
            panic!("{refusal}");
        };
        assert_eq!(key, wanted);
    }
}

#[test]
fn a_round_that_cannot_be_is_refused() {
    let dataset = images(0..40);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("run");
    let settings = settings(Who::Provers, short());
    let from = shipped();
    let open = || Run::open_from(settings, &dataset, &file, Some(from.model()));
    let mut run = open().unwrap();
    run.train_batch();
    run.save().unwrap();
    let whole = fs::read(&file).unwrap();
    let with = |name: &str, change: &dyn Fn(&mut Vec<u8>)| {
        let (_, metadata) = SafeTensors::read_metadata(&whole).unwrap();
        let metadata = metadata.metadata().clone();
        let tensors = SafeTensors::deserialize(&whole).unwrap();
        let mut changed = tensors.tensor(name).unwrap().data().to_vec();
        change(&mut changed);
        let views = tensors.tensors().into_iter().map(|(key, view)| {
            if key != name {
                return (key, view);
            }
            let size = view.dtype().bitsize() / 8;
            let shape = vec![changed.len() / size];
            (key, TensorView::new(view.dtype(), shape, &changed).unwrap())
        });
        fs::write(&file, safetensors::serialize(views, metadata).unwrap()).unwrap();
        open().err().expect("it is refused").to_string()
    };
    let refusal = with("round.images", &|bytes| bytes[..4].fill(255));
    assert!(refusal.contains("its round shows image 4294967295 of 40"), "{refusal}");
    let refusal = with("round.pixels", &|bytes| bytes[..2].copy_from_slice(&784_u16.to_le_bytes()));
    assert!(refusal.contains("its round shows pixel 784 of 784"), "{refusal}");
    let refusal = with("round.lengths", &|bytes| bytes[..4].fill(255));
    assert!(refusal.contains("fewer pixels than its masks"), "{refusal}");
    let refusal = with("round.lengths", &|bytes| bytes.truncate(4));
    assert!(refusal.contains("images and 1 masks of them"), "{refusal}");
    let refusal = with("round.pixels", &|bytes| bytes.extend([0, 0]));
    assert!(refusal.contains("1 pixels more than its masks"), "{refusal}");
    fs::write(&file, &whole).unwrap();
    assert_eq!(open().unwrap().batches(), 1);
}

#[test]
fn what_cannot_be_played_is_refused() {
    let dataset = images(0..4);
    let refused = |settings: Settings, dataset: &Dataset| {
        let from = shipped();
        let opened = Run::open_from(settings, dataset, Path::new(NOWHERE), Some(from.model()));
        opened.err().expect("it is refused").to_string()
    };
    let rounds = Rounds { images: 0, ..short() };
    assert_eq!(
        refused(settings(Who::Provers, rounds), &dataset),
        "round_images is 0: it must be 1 to 60000"
    );
    let two = vec!["zero".to_owned(), "one".to_owned()];
    let small = |classes| Dataset::new("small", (2, 2), vec![9; 4], vec![0], classes).unwrap();
    assert_eq!(
        refused(settings(Who::Provers, short()), &small(two)),
        "training cannot begin with a judge that tells 10 labels apart: the images have 2"
    );
    let from = shipped();
    let mut linear = settings(Who::Provers, short());
    linear.kind = Trainable::Linear;
    let refusal = Run::open_from(linear, &dataset, Path::new(NOWHERE), Some(from.model()));
    assert_eq!(
        refusal.err().expect("it is refused").to_string(),
        "training of a judge of kind linear cannot begin with one of kind paper, or of other widths: the kinds are \
         paper, linear, mlp, small, large"
    );
    let ten = (0..10).map(|label| label.to_string()).collect();
    assert_eq!(
        refused(settings(Who::Provers, short()), &small(ten)),
        "images of 2×2 pixels: the judge reads 28×28"
    );
}

/// Each kind learns, and plays before itself in rounds.
#[test]
fn every_kind_is_trained_and_goes_on_from_its_checkpoint() {
    let dataset = images(0..100);
    let folder = tempfile::tempdir().unwrap();
    for kind in Trainable::ALL {
        let file = folder.path().join(kind.to_string());
        let mut chance = settings(Who::Provers, short());
        (chance.choosers, chance.kind) = (Choosers::Chance, kind);
        let mut run = Run::open(chance, &dataset, &file).unwrap();
        let first = run.train_batch();
        // What a judge of one layer makes of a few pixels moves slowly.
        let more = if kind == Trainable::Linear { 200 } else { 7 };
        (0..more).for_each(|_| _ = run.train_batch());
        run.save().unwrap();
        let last = run.train_batch();
        assert!(last < first, "{kind}: {last} after {first}");
        let mut again = Run::open(chance, &dataset, &file).unwrap();
        assert_eq!(again.train_batch().to_bits(), last.to_bits(), "{kind}");
        assert_eq!(Trainable::of(&again.model()), Some(kind));

        let rounds = Settings { kind, ..settings(Who::Provers, Rounds { images: 3, ..short() }) };
        let from = run.model();
        let mut rounds = Run::open_from(rounds, &dataset, Path::new(NOWHERE), Some(&from)).unwrap();
        assert!(rounds.train_batch().is_finite());
    }
}
