//! All classes of a server, by their codes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use pixel_debate_protocol::{ClassCode, Opened, Refusal, RefusalCode};
use pixel_debate_store::{Damaged, StoreError, StoredJudgment};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_util::task::TaskTracker;
use tracing::{error, info, warn};

use super::effect::{ClassHandle, Now};
use super::task::Task;
use super::{Bounds, Class};
use crate::audience::{Audience, class, stream};
use crate::limits::milliseconds;
use crate::lobby::Lobby;
use crate::record::now_ms;
use crate::register::{Entry, entries, opening, presenter};
use crate::stored::Unreadable;
use crate::tokens::{Lock, new_class_code};

/// How many requests wait for a class.
const REQUESTS: usize = 32;

/// How many streams are read from the store at once.
const PAGE: u32 = 256;

/// How often a code is drawn that another class has, or had.
const DRAWS: usize = 16;

/// Opens classes and finds them again.
pub(crate) struct Classes {
    lobby: Arc<Lobby>,
    all: Arc<Mutex<All>>,
    tasks: TaskTracker,
}

type All = HashMap<ClassCode, Entered>;

/// A class that has not ended.
struct Entered {
    handle: ClassHandle,
    /// From where it was opened; none where it comes from the store.
    address: Option<IpAddr>,
}

impl Classes {
    pub(crate) fn new(lobby: Arc<Lobby>, tasks: TaskTracker) -> Self {
        Self { lobby, all: Arc::default(), tasks }
    }

    /// Brings back from the store every class that has not ended, and says how many. It is done before its debates come
    /// back, so that they know whose they are; and classes look for these when they are told to [begin](Self::begin).
    pub(crate) async fn recover(&self) -> Result<Vec<Found>, StoreError> {
        let store = &self.lobby.services().store;
        let (mut after, mut found) = (0, Vec::new());
        loop {
            let page = store.unfinished_judgments(after, PAGE).await?;
            for Damaged { number, detail } in &page.damaged {
                let name = store.name_of(*number).await?;
                if name.as_deref().and_then(class).is_some() {
                    error!(place = number, name, detail, "a stored class is damaged");
                }
            }
            for stored in &page.items {
                let Some(code) = class(&stored.judgment.id) else { continue };
                match self.restore(stored, &code).await {
                    Ok(class) => found.push(self.enter(class, None)),
                    Err(Unreadable::Damaged(reason)) => {
                        error!(%code, reason, "a stored class is damaged");
                    }
                    Err(Unreadable::Store(error)) => return Err(error),
                }
            }
            let Some(next) = page.next else { return Ok(found) };
            after = next;
        }
    }

    /// Lets the classes begin that have come back.
    pub(crate) fn begin(&self, found: Vec<Found>) {
        for found in found {
            self.run(found);
        }
    }

    /// Opens a class for a client at that address.
    pub(crate) async fn open(&self, address: IpAddr) -> Result<Opened, Refusal> {
        let services = self.lobby.services();
        self.check_room(address)?;
        let debate = self.lobby.cancelled(address).await?;
        let unavailable = |error: &dyn std::fmt::Display| {
            Refusal::new(RefusalCode::Unavailable, error.to_string(), "another try later")
        };
        let (token, lock) = Lock::new().map_err(|error| unavailable(&error))?;
        for _ in 0..DRAWS {
            let code = new_class_code().map_err(|error| unavailable(&error))?;
            match services.store.create_judgment(opening(&code, &lock, &debate, now_ms())).await {
                Ok(()) => {}
                // Some class had it, perhaps long ago.
                Err(StoreError::Exists(_)) => continue,
                Err(error) => return Err(unavailable(&error)),
            }
            // While the store was at work others may have opened some: then this one was never there.
            if let Err(full) = self.check_room(address) {
                if let Err(error) = services.store.remove_judgment(&stream(&code)).await {
                    warn!(class = %code, %error, "a class that was not opened is left in the store");
                }
                return Err(full);
            }
            let class = self.class(code.clone(), lock, Vec::new());
            self.run(self.enter(class, Some(address)));
            info!(class = %code, "opened");
            return Ok(Opened { id: None, class: code, token });
        }
        Err(unavailable(&"no code was found that no class has"))
    }

    /// The class with that code.
    pub(crate) fn find(&self, code: &ClassCode) -> Result<ClassHandle, Refusal> {
        let all = self.all();
        all.get(code).map(|entered| entered.handle.clone()).ok_or_else(|| Refusal::from(code))
    }

    /// Whether one more class may be opened from that address.
    fn check_room(&self, address: IpAddr) -> Result<(), Refusal> {
        let limits = self.lobby.limits();
        let all = self.all();
        let own = all.values().filter(|entered| entered.address == Some(address)).count();
        let message = if all.len() >= limits.classes {
            format!("all {} classes that the server holds go on", limits.classes)
        } else if own >= limits.classes_per_address {
            format!("all {own} classes that may be opened from one address go on")
        } else {
            return Ok(());
        };
        Err(Refusal::new(RefusalCode::Busy, message, "another try when one of them has ended"))
    }

    async fn restore(
        &self,
        stored: &StoredJudgment,
        code: &ClassCode,
    ) -> Result<Class, Unreadable> {
        let presenter = presenter(&stored.judgment).map_err(|error| error.to_string())?;
        let entries = entries(&self.lobby.services().store, code).await?;
        Ok(self.class(code.clone(), presenter, entries))
    }

    fn class(&self, code: ClassCode, presenter: Lock, entries: Vec<Entry>) -> Class {
        let limits = self.lobby.limits();
        let bounds = Bounds {
            members: limits.class_members,
            idle: limits.class_idle,
            move_ms: milliseconds(limits.move_time),
            pace_ms: milliseconds(limits.pace),
        };
        let now = Now { at: Instant::now(), unix_ms: now_ms() };
        Class::new(code, presenter, Arc::new(Audience::new()), bounds, entries, now)
    }

    /// Has a class found by its code, and its debates know its members.
    fn enter(&self, class: Class, address: Option<IpAddr>) -> Found {
        let (sender, said) = mpsc::channel(REQUESTS);
        let code = class.code.clone();
        let audiences = &self.lobby.services().audiences;
        audiences.add(code.clone(), Arc::clone(&class.audience));
        let handle = ClassHandle::new(code.clone(), sender);
        self.all().insert(code.clone(), Entered { handle, address });
        Found { code, task: Task::new(class, Arc::clone(&self.lobby), said) }
    }

    fn run(&self, Found { code, task }: Found) {
        let (all, lobby) = (Arc::clone(&self.all), Arc::clone(&self.lobby));
        self.tasks.spawn(async move {
            task.run().await;
            locked(&all).remove(&code);
            lobby.services().audiences.remove(&code);
        });
    }

    fn all(&self) -> MutexGuard<'_, All> {
        locked(&self.all)
    }
}

/// A class that has come back and has not begun.
pub(crate) struct Found {
    code: ClassCode,
    task: Task,
}

fn locked(all: &Mutex<All>) -> MutexGuard<'_, All> {
    // Nothing panics under the lock.
    all.lock().unwrap_or_else(PoisonError::into_inner)
}
