//! What is beside a log, as edits need it.

use anyhow::Context as _;

use super::LogPath;
use crate::{config::Settings, edit::LogSet, failure::Failure, model::Month, store::Opened};

impl LogPath {
    /// What is beside the log: the projection, and the archives of some months.
    pub fn log_set(&self, settings: &Settings, months: &[Month]) -> Result<LogSet, Failure> {
        let mut log_set = LogSet {
            policy: settings.policy.clone(),
            ..LogSet::default()
        };
        if let Some(projection) = self.projection()? {
            log_set.projection = Some(read(projection, "the projection")?);
        }
        for month in months {
            let archive = self.archive_bytes(*month, settings)?;
            log_set
                .archives
                .extend(archive.map(|bytes| (*month, bytes)));
        }
        Ok(log_set)
    }

    /// The archive of a month, if there is one.
    pub fn archive_bytes(
        &self,
        month: Month,
        settings: &Settings,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let archive = self.archive(month, settings)?;
        archive
            .map(|(file, archive)| read(archive, &file.shown))
            .transpose()
    }
}

fn read(mut opened: Opened, shown: &str) -> Result<Vec<u8>, Failure> {
    let bytes = opened.read_to_vec();
    Ok(bytes.with_context(|| format!("cannot read {shown}"))?)
}
