//! The connections that are open, in the order in which they were last used. Where there are too many, the one that was not used for
//! the longest time is closed, so that silent clients keep no other out.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::task::AbortHandle;

/// Half of the files that a process may have open where nothing else is set.
const MAX_CONNECTIONS: usize = 512;

#[derive(Clone, Default)]
pub(super) struct Connections(Arc<Mutex<OpenConnections>>);

#[derive(Default)]
struct OpenConnections {
    /// The number of uses so far.
    uses: u64,
    /// Each connection by its last use.
    by_use: BTreeMap<u64, Option<AbortHandle>>,
}

/// The place of a connection among the others, until it is dropped.
pub(super) struct Place {
    connections: Connections,
    last_use: Mutex<u64>,
}

impl Connections {
    fn open(&self) -> MutexGuard<'_, OpenConnections> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn are_closed(&self) -> bool {
        self.open().by_use.is_empty()
    }

    /// Makes room for a connection.
    pub fn enter(&self) -> Arc<Place> {
        let mut open = self.open();
        while open.by_use.len() >= MAX_CONNECTIONS {
            if let Some((_, Some(oldest))) = open.by_use.pop_first() {
                oldest.abort();
            }
        }
        let last_use = open.next_use();
        open.by_use.insert(last_use, None);
        Arc::new(Place {
            connections: self.clone(),
            last_use: Mutex::new(last_use),
        })
    }
}

impl OpenConnections {
    const fn next_use(&mut self) -> u64 {
        self.uses += 1;
        self.uses
    }
}

impl Place {
    fn last_use(&self) -> MutexGuard<'_, u64> {
        self.last_use.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says how the connection is closed.
    pub fn closed_by(&self, task: AbortHandle) {
        let mut open = self.connections.open();
        // It may have ended already.
        if let Some(place) = open.by_use.get_mut(&self.last_use()) {
            *place = Some(task);
        }
    }

    /// The connection is used now.
    pub fn touch(&self) {
        let mut open = self.connections.open();
        let mut last_use = self.last_use();
        if let Some(task) = open.by_use.remove(&last_use) {
            *last_use = open.next_use();
            open.by_use.insert(*last_use, task);
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let last_use = *self.last_use();
        self.connections.open().by_use.remove(&last_use);
    }
}
