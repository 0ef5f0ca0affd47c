//! Why a command fails: the one line that the user reads.

use std::io;
use std::path::PathBuf;

use pixel_debate_agents::AgentSpec;
use pixel_debate_datasets::DatasetError;
use pixel_debate_harness::{JudgeFileError, RunError, experiment::ExperimentError};
use pixel_debate_judge::{UnfitMembers, UnfitTemperature, WeightsError};
use pixel_debate_play::PlayError;
use pixel_debate_programs::ProgramError;
use pixel_debate_validation::{CalibrationError, UnfitDataset};

/// Why a command fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    #[error(transparent)]
    Judge(#[from] WeightsError),
    #[error(transparent)]
    JudgeFile(#[from] JudgeFileError),
    #[error(transparent)]
    JudgeProgram(#[from] ProgramError),
    #[error(
        "--judge-command {command:?}: it must be a program and its arguments, with quotes as a shell has them"
    )]
    Command { command: String },
    #[error("{0}")]
    Measurement(Box<dyn std::error::Error + Send + Sync>),
    #[error(transparent)]
    UnfitDataset(#[from] UnfitDataset),
    #[error(transparent)]
    Members(#[from] UnfitMembers),
    #[error(transparent)]
    Calibration(#[from] CalibrationError),
    #[error(transparent)]
    Temperature(#[from] UnfitTemperature),
    #[error(
        "dataset {name} has {images} {}, black all over: there is nothing to reveal, and so nothing to debate",
        if *images == 1 { "image" } else { "images" }
    )]
    AllBlack { name: String, images: usize },
    #[error(
        "dataset {name} has one class alone: there is no lie to tell, and so nothing to debate"
    )]
    OneClass { name: String },
    #[error(transparent)]
    Play(#[from] PlayError),
    #[error("{}: {refusal}", path.display())]
    Experiment { path: PathBuf, refusal: ExperimentError },
    #[error("the report cannot be made: {refusal}")]
    Report { refusal: ExperimentError },
    #[error(transparent)]
    Assessment(#[from] pixel_debate_assessment::AssessmentError),
    #[error(
        "--nats: nobody else can play the cell \"{cell}\", for its judge or its debater is a program or an ONNX file: \
         leave it out"
    )]
    KeptHere { cell: String },
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(
        "{count} {} could not be done: {} says which and why, and the same command tries again",
        if *count == 1 { "shard" } else { "shards" }, report.display()
    )]
    Shards { count: usize, report: PathBuf },
    #[error(
        "{} and {} differ in {count} {}", one.display(), other.display(),
        if *count == 1 { "way" } else { "ways" }
    )]
    Differ { one: PathBuf, other: PathBuf, count: usize },
    #[cfg(not(feature = "cluster"))]
    #[error(
        "this program was built without clusters: build it with `cargo build --release --features \
         cluster`"
    )]
    NoCluster,
    #[cfg(feature = "cluster")]
    #[error(transparent)]
    Cluster(#[from] pixel_debate_cluster::ClusterError),
    #[error("{agent} takes part twice: name each agent once")]
    SameAgent { agent: AgentSpec },
    #[error("the judge {judge} is named twice: name each judge once")]
    SameJudge { judge: String },
    #[error("--sprt compares two agents, and {agents} are named")]
    SprtOfMany { agents: usize },
    #[error(
        "no judge for {pixels} pixels comes with the program: choose --pixels 4 or --pixels 6, or \
         name a judge's file with --judge FILE"
    )]
    NoJudge { pixels: u8 },
    #[error(
        "the program's own judges do not know the images of {name}: {reason}; name judges of these by --judge FILE"
    )]
    NoHostedJudge { name: String, reason: String },
    #[error(
        "no image of {name} has more than {most} pixels that are not black: debates of {pixels} pixels cannot be held"
    )]
    TooDark { name: String, pixels: u8, most: usize },
    #[error("line {number} of the input: {fault}")]
    Line { number: usize, fault: String },
    #[error(transparent)]
    Unsolved(#[from] pixel_debate_agents::solver::Unsolved),
    #[error("{} cannot be read: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error(
        "{count} of {of} certificates {} not hold", if *count == 1 { "does" } else { "do" }
    )]
    Refuted { count: usize, of: usize },
    #[error("--invert, --resize and --threshold change a dataset that --data DIR names")]
    NothingToChange,
    #[error("the input has no certificate")]
    NoCertificate,
    #[error("the input cannot be read: {0}")]
    Input(io::Error),
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    #[error("the picture {}: {source}", path.display())]
    Picture { path: PathBuf, source: image::ImageError },
    #[error(transparent)]
    Serve(#[from] pixel_debate_server::ServeError),
    #[error(transparent)]
    Study(#[from] Box<pixel_debate_server::StudyError>),
    #[error(
        "{0}; while the study is served, its server can be asked: --server http://ADDRESS:PORT, with the researcher's token"
    )]
    Served(pixel_debate_store::StoreError),
    #[error("{place}: {fault}")]
    Setting { place: String, fault: String },
    #[error(transparent)]
    Store(#[from] pixel_debate_store::PlaceError),
    #[error("the store is damaged: restore a copy of it")]
    DamagedStore,
    #[error(transparent)]
    Load(#[from] pixel_debate_load::LoadError),
    #[error("the load went wrong {count} times: the report says how")]
    Wrong { count: u64 },
    #[error("the rehearsal went wrong {count} times: the report says how")]
    Rehearsal { count: u64 },
    #[error("this program cannot find itself, to start the server: {0}")]
    Program(io::Error),
    #[error("the server's threads cannot be started: {0}")]
    Runtime(io::Error),
    #[error("the threads cannot be started: {0}")]
    Threads(#[from] rayon::ThreadPoolBuildError),
    #[cfg(not(feature = "train"))]
    #[error(
        "{} cannot be trained by this program, which was built without training: run `cargo run \
         --release --features train -- judge train ...`, or build it with `cargo build --release \
         --features train`", out.display()
    )]
    NoTraining { out: PathBuf },
    #[cfg(feature = "train")]
    #[error(transparent)]
    Training(#[from] pixel_debate_training::OpenError),
    #[cfg(feature = "train")]
    #[error(transparent)]
    Checkpoint(#[from] pixel_debate_training::CheckpointError),
    #[error(transparent)]
    AttackPlan(#[from] pixel_debate_attacks::PlanError),
    #[error(transparent)]
    Attack(#[from] pixel_debate_attacks::AttackError),
    #[cfg_attr(not(feature = "train"), expect(dead_code))]
    #[error("{option} is for players: say `--masks debates` or `--masks provers` with it")]
    NoRounds { option: &'static str },
    #[error(transparent)]
    Positions(#[from] pixel_debate_attacks::SuiteError),
    #[error("the judge is wrong in {wrong} of {of} positions")]
    Suite { wrong: usize, of: usize },
    #[error("interrupts cannot be listened to: {0}")]
    Signal(io::Error),
    #[error(transparent)]
    Draft(#[from] pixel_debate_study::DraftError),
    #[error(transparent)]
    Items(#[from] pixel_debate_study::items::ItemsError),
    #[error(transparent)]
    Frozen(#[from] pixel_debate_study::frozen::FrozenError),
    #[error(transparent)]
    Remake(#[from] pixel_debate_study::frozen::RemakeError),
    #[error(transparent)]
    Freeze(#[from] pixel_debate_study::frozen::FreezeError),
    #[error(transparent)]
    Allocation(#[from] pixel_debate_study::allocation::Refusal),
    #[error(transparent)]
    Design(#[from] pixel_debate_statistics::DesignError),
    #[error(transparent)]
    Results(#[from] pixel_debate_results::ExportError),
    #[error("stopped; {} holds what is done: the same command goes on from there", folder.display())]
    StudyStopped { folder: PathBuf },
    #[error(
        "{count} {} cannot be filled: the study cannot be frozen",
        if *count == 1 { "tier" } else { "tiers" }
    )]
    Tiers { count: usize },
    #[error("{} cannot be written, or removed: {source}", path.display())]
    Change { path: PathBuf, source: io::Error },
    #[error("the judge {} cannot be written: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    #[cfg(feature = "train")]
    #[error(
        "stopped after {batches} of {of} batches, which {} holds: the same command goes on from \
         there", checkpoint.display()
    )]
    Stopped { batches: u64, of: u64, checkpoint: PathBuf },
}

impl Failure {
    /// Whether the reader of the output has gone, which is no error.
    pub(crate) fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
