//! HTTP over rendered bodies, read-only. A request only copies bytes: what they say comes from `commands::serve`, which renders them
//! when the log changes.

mod body;
mod connections;
mod host;
mod negotiation;
mod respond;
mod server;
#[cfg(unix)]
mod supervisor;

use std::sync::{Arc, PoisonError, RwLock};

pub use body::Body;
pub use host::Hosts;
pub use server::Server;
#[cfg(unix)]
pub use supervisor::{Supervisor, inherited_listener};

/// Everything that is served at a moment.
pub struct Site {
    /// The figures. None before the log could be read for the first time.
    pub figures: Option<Figures>,
    /// Whether the figures are those of the log.
    pub is_healthy: bool,
    /// The same in words.
    pub healthz: Body,
    /// Since when the figures are older than the log.
    pub stale_since: Option<String>,
}

/// The figures in each form.
pub struct Figures {
    pub prometheus: Body,
    pub openmetrics: Body,
    pub health: Body,
    pub report: Body,
}

/// What is served now, for the thread that serves it and the one that renders it.
#[derive(Clone)]
pub struct Published(Arc<RwLock<Arc<Site>>>);

impl Published {
    pub fn new(site: Site) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(site))))
    }

    /// Replaces all of it at once, so that no two answers are of different moments in one body.
    pub fn publish(&self, site: Site) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(site);
    }

    fn site(&self) -> Arc<Site> {
        let site = self.0.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&site)
    }
}
