//! What comes in from the workers: checked, kept, compared.

use std::collections::HashSet;

use rayon::prelude::*;
use serde_json::json;

use super::ledger::ShardState;
use super::server::Received;
use super::{Announcer, Coordinator, at_length, audit};
use crate::ClusterError;
use crate::wire::{First, Outcome, ShardReport};

impl Coordinator<'_> {
    /// Takes what came in into the folder, and then into the ledger.
    pub(super) fn take(
        &mut self,
        received: &[Received],
        announcer: &Announcer,
    ) -> Result<(), ClusterError> {
        let mut sound = Vec::new();
        let mut keys = HashSet::new();
        let mut later = Vec::new();
        for Received { shard, report, .. } in received {
            let Some(ShardReport { worker, delivery, first, outcome }) = report else { continue };
            if self.sent_away.contains(worker) {
                // It had this in hand when it was sent away.
                if first.is_none() && self.ledger.is_open(shard) {
                    self.ledger.reopen(shard);
                }
                self.audit.waiting.extend(first.clone().map(|first| (shard.clone(), first)));
                continue;
            }
            // Of those that are done twice, many are in the wrong hands first.
            self.standing.redeliveries += u64::from(first.is_none() && *delivery > 1);
            match (outcome, first) {
                (Outcome::Done(bytes), None) => {
                    if self.ledger.is_open(shard) && keys.insert(shard) {
                        sound.push((shard, worker, bytes));
                    } else {
                        later.push((shard, worker, bytes));
                    }
                }
                (Outcome::Done(bytes), Some(first)) => {
                    self.standing.compared += 1;
                    let claims = [
                        (first.worker.clone(), first.digest),
                        (worker.clone(), audit::digest(bytes)),
                    ];
                    self.compare(shard, &claims, announcer)?;
                }
                (Outcome::Failed(fault), None) => {
                    self.ledger.error(shard, worker, fault);
                    if *delivery >= i64::from(self.options.tries) {
                        self.give_up(shard);
                    }
                }
                (Outcome::Failed(fault), Some(first)) => self.progress.say(&format!(
                    "shard {shard} of {} could not be done again by {worker}: {fault}",
                    first.worker
                )),
                // What was in the store has come with the report.
                (Outcome::Stored(_), _) => {}
            }
        }
        self.keep(&sound)?;
        // A shard that was done before: it counts once, but the two should be the same.
        for (shard, worker, bytes) in later {
            let digest = audit::digest(bytes);
            match self.ledger.done_by(shard) {
                Some((first, before)) if first != *worker => {
                    let claims = [(first, before), (worker.clone(), digest)];
                    self.compare(shard, &claims, announcer)?;
                }
                // An earlier coordinator kept it, and may not have come to have it compared.
                None if self.audit.chooses(shard) => {
                    let first = First { worker: worker.clone(), digest };
                    self.audit.waiting.push((shard.clone(), first));
                }
                Some(_) | None => {}
            }
        }
        Ok(())
    }

    /// Keeps the bytes of shards that were open. Many at once, for each waits for the disk.
    fn keep(&mut self, shards: &[(&String, &String, &Vec<u8>)]) -> Result<(), ClusterError> {
        let undone = self.undone;
        let keep = || {
            let kept = shards.par_iter().map(|(shard, _, bytes)| {
                let sound = undone.sound(shard, bytes);
                sound.map_or_else(|unsound| Ok(Some(unsound)), |sound| sound.keep().map(|()| None))
            });
            kept.collect::<Result<Vec<_>, _>>()
        };
        let kept = at_length(keep)?;
        for ((shard, worker, bytes), unsound) in shards.iter().zip(kept) {
            match unsound {
                None => {
                    self.standing.done += 1;
                    let digest = audit::digest(bytes);
                    self.ledger.set(shard, ShardState::Done { by: (*worker).clone(), digest });
                    if self.audit.chooses(shard) {
                        let first = First { worker: (*worker).clone(), digest };
                        self.audit.waiting.push(((*shard).clone(), first));
                    }
                }
                Some(fault) => {
                    let fault = format!("what it handed in is not sound: {fault}");
                    self.progress.say(&format!("shard {shard} of {worker}: {fault}"));
                    let errors = self.ledger.error(shard, worker, &fault);
                    if errors >= usize::from(self.options.tries) {
                        self.give_up(shard);
                    } else {
                        self.ledger.reopen(shard);
                    }
                }
            }
        }
        Ok(())
    }

    pub(super) fn give_up(&mut self, shard: &str) {
        if self.ledger.is_open(shard) {
            self.ledger.set(shard, ShardState::Failed);
            self.standing.failed += 1;
            self.progress.say(&format!("shard {shard} is given up: {}", self.ledger.errors(shard)));
        }
    }

    /// Compares what two workers made of a shard. Where they differ it is done here a third time, and
    /// who is wrong is named, and has no more part in the run; what else it has done is done again.
    fn compare(
        &mut self,
        shard: &str,
        claims: &[(String, [u8; 32]); 2],
        announcer: &Announcer,
    ) -> Result<(), ClusterError> {
        let [(one, first), (other, second)] = claims;
        if first == second || self.audit.is_settled(shard) || self.sent_away.contains(one) {
            return Ok(());
        }
        self.progress.say(&format!("{one} and {other} differ on shard {shard}: it is done here"));
        let bytes = match at_length(|| self.undone.do_here(shard)) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.progress.say(&format!(
                    "shard {shard} cannot be done here, so that it is open whether {one} or {other} \
                     computes wrongly: {error}"
                ));
                return Ok(());
            }
        };
        self.audit.settle(shard);
        let digest = audit::digest(&bytes);
        match self.undone.sound(shard, &bytes) {
            Ok(sound) => sound.keep()?,
            Err(unsound) => {
                self.progress.say(&format!("shard {shard} is not sound when done here: {unsound}"));
                return Ok(());
            }
        }
        self.ledger.set(shard, ShardState::Done { by: HERE.to_owned(), digest });
        for (worker, _) in claims.iter().filter(|(_, claimed)| *claimed != digest) {
            let reason = format!(
                "it computes wrongly: shard {shard}, done by two workers and by the coordinator, \
                 came out otherwise on it"
            );
            self.sent_away.insert(worker.clone());
            let again = self.ledger.distrust(worker);
            self.standing.done = self.standing.done.saturating_sub(again as u64);
            self.progress.say(&format!(
                "{worker} is sent away: {reason}. {again} more shards of it are done again"
            ));
            self.undone.note(json!({ "sent_away": worker, "reason": reason }))?;
            announcer.refuse(worker, reason);
        }
        Ok(())
    }
}

/// The coordinator among workers.
const HERE: &str = "the coordinator";
