//! The one who writes: takes all writes that wait, commits them as one group, answers them all.
//!
//! While a group is on its way to the disk, the next one gathers. So the slower the disk, the larger
//! the groups: a flush is shared by as many writes as came during the one before.

use std::future::Future;
use std::mem;
use std::time::Duration;

use backon::{ExponentialBuilder, RetryableWithContext};
use tokio::sync::{mpsc, oneshot};
use tracing::{error, warn};

use crate::error::StoreError;
pub(crate) use crate::ledger::Write;
use crate::ledger::{Group, Known, Ledger};
use crate::name::{Kind, NameRef};
use crate::page::{Prune, Pruned};

/// What the writer is told.
#[derive(Debug)]
pub(crate) enum Order {
    Write(Write, Answer),
    /// To remove the judgment of that name, after the writes that came before and before those that came after. It
    /// is said whether there was one.
    Remove(String, oneshot::Sender<Result<bool, StoreError>>),
    /// To remove debates that ended long ago, after the writes that wait.
    Prune(Prune, oneshot::Sender<Result<Pruned, StoreError>>),
    /// To give back the room of what has been removed.
    Compact(Answer),
    Close(Answer),
}

/// Where the answer goes.
pub(crate) type Answer = oneshot::Sender<Result<(), StoreError>>;

/// A database, as the writer needs it.
pub(crate) trait Backend: Send {
    /// The pauses after which a group is tried again, where [another try may help](may_pass).
    const PAUSES: ExponentialBuilder;

    /// What the database holds of each of those names, or that it is damaged.
    fn look_up(&mut self, kind: Kind, names: &[&str]) -> impl Future<Output = LookedUp> + Send;

    /// The highest place of a debate or judgment; 0 if there is none.
    fn last_place(&mut self) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Carries out a plan as a whole or not at all, and returns when it is on the disk. Says of each
    /// repeat whether the store holds just that.
    fn commit(
        &mut self,
        plan: &Group<'_>,
    ) -> impl Future<Output = Result<Vec<bool>, StoreError>> + Send;

    /// Removes the judgment of that name with its events, and says whether there was one.
    fn remove_judgment(
        &mut self,
        id: &str,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Removes debates that ended long ago with their judgments, so many and no more.
    fn prune(&mut self, what: &Prune) -> impl Future<Output = Result<Pruned, StoreError>> + Send;

    /// Gives back the room of what has been removed. That takes its time.
    fn compact(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Called after an error: forgets what the failure has left open.
    fn reset(&mut self);

    /// Leaves the database in order.
    fn close(self) -> impl Future<Output = Result<(), StoreError>> + Send;
}

/// What a database holds of names.
pub(crate) type LookedUp = Result<Vec<Result<Option<Known>, StoreError>>, StoreError>;

/// The most writes in a group.
const GROUP: usize = 2048;

/// Writes until it is told to close, or until nobody is left who could order anything.
pub(crate) async fn write<B: Backend>(mut backend: B, mut orders: mpsc::Receiver<Order>) {
    let mut ledger = Ledger::default();
    let mut waiting = Vec::new();
    let mut closed = Vec::new();
    while orders.recv_many(&mut waiting, GROUP).await > 0 {
        let (mut writes, mut answers) = (Vec::new(), Vec::new());
        let (mut prunings, mut compacted) = (Vec::new(), Vec::new());
        for order in waiting.drain(..) {
            match order {
                Order::Write(write, answer) => {
                    writes.push(write);
                    answers.push(answer);
                }
                Order::Remove(id, answer) => {
                    answer_all(&mut backend, &mut ledger, &mut writes, &mut answers).await;
                    let removed = backend.remove_judgment(&id).await;
                    match removed {
                        Ok(_) => ledger.release(NameRef { kind: Kind::Judgment, id: &id }),
                        // Nothing has been done.
                        Err(StoreError::Damaged { .. }) => {}
                        Err(_) => {
                            ledger.forget();
                            backend.reset();
                        }
                    }
                    let _ = answer.send(removed);
                }
                Order::Prune(what, answer) => prunings.push((what, answer)),
                Order::Compact(answer) => compacted.push(answer),
                Order::Close(answer) => {
                    // Those that wait already are still carried out.
                    orders.close();
                    closed.push(answer);
                }
            }
        }
        answer_all(&mut backend, &mut ledger, &mut writes, &mut answers).await;
        for (what, answer) in prunings {
            let pruned = backend.prune(&what).await;
            // Names that are remembered may be free again.
            ledger.forget();
            let _ = answer.send(pruned);
        }
        for answer in compacted {
            let _ = answer.send(backend.compact().await);
        }
    }
    let result = backend.close().await;
    if let Err(error) = &result {
        warn!(%error, "the store was closed, and not in order");
    }
    for answer in closed {
        let _ = answer.send(result.clone());
    }
}

/// Carries out the writes that have gathered, and answers them.
async fn answer_all<B: Backend>(
    backend: &mut B,
    ledger: &mut Ledger,
    writes: &mut Vec<Write>,
    answers: &mut Vec<Answer>,
) {
    if writes.is_empty() {
        return;
    }
    let results = carry_out(backend, ledger, &mem::take(writes)).await;
    for (answer, result) in answers.drain(..).zip(results) {
        // Who asked may have gone: the write has been carried out all the same.
        let _ = answer.send(result);
    }
}

/// The results of a group of writes.
async fn carry_out<'a, B: Backend>(
    backend: &'a mut B,
    ledger: &'a mut Ledger,
    writes: &[Write],
) -> Vec<Result<(), StoreError>> {
    let attempt = |(backend, ledger): (&'a mut B, &'a mut Ledger)| async move {
        let result = commit(backend, ledger, writes).await;
        if result.is_err() {
            ledger.forget();
            backend.reset();
        }
        ((backend, ledger), result)
    };
    let retry = attempt.retry(B::PAUSES).context((backend, ledger)).when(may_pass);
    let (_, result) = retry.notify(warn_once()).await;
    result.unwrap_or_else(|error| {
        error!(%error, writes = writes.len(), "the store failed");
        vec![Err(error); writes.len()]
    })
}

/// Whether what failed may succeed a moment later, without anybody's doing.
pub(crate) fn may_pass(error: &StoreError) -> bool {
    matches!(error, StoreError::Unreachable { .. } | StoreError::Busy { .. })
}

/// Says in the log that something is tried again, however often that is.
pub(crate) fn warn_once() -> impl FnMut(&StoreError, Duration) {
    let mut said = false;
    move |error, _| {
        if !mem::replace(&mut said, true) {
            warn!(%error, "the database failed: trying again");
        }
    }
}

/// Commits a group of writes.
async fn commit<B: Backend>(
    backend: &mut B,
    ledger: &mut Ledger,
    writes: &[Write],
) -> Result<Vec<Result<(), StoreError>>, StoreError> {
    for kind in Kind::ALL {
        let names = ledger.unknown(kind, writes);
        if !names.is_empty() {
            let known = backend.look_up(kind, &names).await?;
            for (name, known) in names.into_iter().zip(known) {
                ledger.learn(kind, name, known);
            }
        }
    }
    if ledger.wants_last_place() {
        ledger.learn_last_place(backend.last_place().await?);
    }
    let plan = ledger.plan(writes);
    let equal = if plan.is_empty() { Vec::new() } else { backend.commit(&plan).await? };
    let mut results = vec![Ok(()); writes.len()];
    for (repeat, equal) in plan.repeats.iter().zip(equal) {
        if !equal {
            results[repeat.index] = Err(repeat.what.refusal());
        }
    }
    for (index, refusal) in plan.refusals {
        results[index] = Err(refusal);
    }
    ledger.settle(writes);
    Ok(results)
}
