//! The cases of transcripts with their right totals, as the readers read them, in every order of their files.

#![expect(
    clippy::disallowed_methods,
    reason = "the cases are files of the repository"
)]

use std::{collections::BTreeMap, fs, path::Path};

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
    pub(super) source: String,
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

fn files_below(
    folder: &Path,
    root: &Path,
    kind_of: fn(&str) -> Option<FileKind>,
    files: &mut Files,
) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if fs::metadata(&path).unwrap().is_dir() {
            files_below(&path, root, kind_of, files);
            continue;
        }
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned();
        if kind_of(&name).is_some() {
            files.push((name, fs::read(&path).unwrap()));
        }
    }
}

fn check(source: &str, kind_of: fn(&str) -> Option<FileKind>, reader: fn() -> Box<dyn Reader>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/import");
    let truth = fs::read(folder.join("truth.json")).unwrap();
    let truth: BTreeMap<String, CaseTotals> = serde_json::from_slice(&truth).unwrap();
    let cases = truth.iter().filter(|(_, totals)| totals.source == source);
    for (case, totals) in cases {
        let (mut files, root) = (Files::new(), folder.join("cases").join(case));
        files_below(&root, &root, kind_of, &mut files);
        assert!(!files.is_empty(), "{case}");
        for _ in 0..files.len() {
            files.rotate_left(1);
            let found = feed(reader(), kind_of, &files);
            assert_eq!(&CaseTotals::of(source, &found), totals, "{case}");
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
