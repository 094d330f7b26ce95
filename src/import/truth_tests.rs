//! The cases of transcripts with their right totals, as the readers read them, in every order of their files.

#![expect(
    clippy::disallowed_methods,
    reason = "the cases are files of the repository"
)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use chrono::FixedOffset;
use serde::Deserialize;

use super::{
    CodexReader, FileKind, GeminiReader, Reader, Transcripts,
    test_files::{Files, feed},
};
use crate::model::TokenCounts;

/// The totals of a case, as its author computed them.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(super) struct CaseTotals {
    source: String,
    input: u64,
    output: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
    cache_read: u64,
    reasoning: u64,
    total: u64,
    by_day_utc: BTreeMap<String, u64>,
    by_day_seoul: BTreeMap<String, u64>,
    by_model: BTreeMap<String, u64>,
    by_agent: BTreeMap<String, u64>,
}

impl CaseTotals {
    pub(super) fn of(source: &str, transcripts: &Transcripts) -> Self {
        let mut sum = TokenCounts::default();
        let mut by: [BTreeMap<String, u64>; 4] = Default::default();
        let seoul = FixedOffset::east_opt(9 * 3600).unwrap();
        for response in &transcripts.responses {
            sum += response.tokens;
            let keys = [
                response.time.date_naive().to_string(),
                response.time.with_timezone(&seoul).date_naive().to_string(),
                transcripts.models[response.model as usize].clone(),
                transcripts.origins[response.origin as usize]
                    .agent_name
                    .clone(),
            ];
            for (map, key) in by.iter_mut().zip(keys) {
                *map.entry(key).or_default() += response.tokens.total();
            }
        }
        let [by_day_utc, by_day_seoul, by_model, by_agent] = by;
        Self {
            source: source.to_owned(),
            input: sum.input,
            output: sum.output,
            cache_write_5m: sum.cache_write_5m,
            cache_write_1h: sum.cache_write_1h,
            cache_read: sum.cache_read,
            reasoning: sum.reasoning,
            total: sum.total(),
            by_day_utc,
            by_day_seoul,
            by_model,
            by_agent,
        }
    }
}

/// Where the files of a case are.
pub(super) fn folder_of(case: &str) -> PathBuf {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import/cases");
    cases.join(case)
}

/// The cases of a source: the name, the files by their path below the folder of the case, and the totals.
pub(super) fn cases(
    source: &str,
    kind_of: fn(&str) -> Option<FileKind>,
) -> Vec<(String, Files, CaseTotals)> {
    let truth = fs::read(folder_of("../truth.json")).unwrap();
    let truth: BTreeMap<String, CaseTotals> = serde_json::from_slice(&truth).unwrap();
    let cases = truth
        .into_iter()
        .filter(|(_, totals)| totals.source == source);
    cases
        .map(|(case, totals)| {
            let mut files = files_below(&folder_of(&case));
            files.retain(|(path, _)| kind_of(path).is_some());
            assert!(!files.is_empty(), "{case}");
            (case, files, totals)
        })
        .collect()
}

fn files_below(root: &Path) -> Files {
    let (mut files, mut folders) = (Files::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let below = path.strip_prefix(root).unwrap().to_str().unwrap();
            files.push((below.to_owned(), fs::read(&path).unwrap()));
        }
    }
    files.sort();
    files
}

fn check(source: &str, kind_of: fn(&str) -> Option<FileKind>, reader: fn() -> Box<dyn Reader>) {
    for (case, mut files, totals) in cases(source, kind_of) {
        for _ in 0..files.len() {
            files.rotate_left(1);
            let found = feed(reader(), kind_of, &files);
            assert_eq!(CaseTotals::of(source, &found), totals, "{case}");
        }
    }
}

#[test]
fn all_rollouts_have_their_right_totals() {
    check("codex", CodexReader::kind_of, || {
        Box::<CodexReader>::default()
    });
}

#[test]
fn all_chats_have_their_right_totals() {
    check("gemini", GeminiReader::kind_of, || {
        Box::new(GeminiReader::new(Vec::new()))
    });
}
