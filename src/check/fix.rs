//! Findings and what resolves them: which edits belong to which finding, and what is left after all safe ones are made.

use std::{collections::HashMap, sync::Arc};

use super::findings_of;
use crate::{
    diagnostic::{Applicability, Code, Diagnostic, Findings, Fix},
    edit::{self, LogSet, Revision, Timestamp, Violation},
    text::{Edit, EditSet, FileId},
};

#[derive(Debug)]
pub struct FixedLog {
    pub text: String,
    pub before: Findings,
    pub resolved: usize,
    pub left: usize,
    /// Some of these could be fixed, but not in any number of rounds.
    pub is_unfinished: bool,
    /// Fixes that were not made, because the log would not have become what they mean it to be.
    pub rejected: Vec<Violation>,
}

pub fn fix(revision: Revision, log_set: &LogSet, now: Timestamp) -> FixedLog {
    let before = findings_of(&revision, log_set);
    let fixed = edit::make_fixes(revision, log_set, now);
    let after = findings_of(&fixed.revision, log_set);
    FixedLog {
        resolved: gone(&before, &after),
        before,
        text: fixed.revision.into_text(),
        left: after.total(),
        is_unfinished: fixed.is_unfinished,
        rejected: fixed.rejected,
    }
}

/// The number of findings before that are not among those after. Places move, so findings are compared by what they say.
fn gone(before: &Findings, after: &Findings) -> usize {
    let mut left: HashMap<(Code, &str), usize> = HashMap::new();
    for finding in after.kept() {
        *left.entry((finding.code, &finding.message)).or_default() += 1;
    }
    let mut gone = 0;
    for finding in before.kept() {
        match left.get_mut(&(finding.code, finding.message.as_str())) {
            Some(count) if *count > 0 => *count -= 1,
            _ => gone += 1,
        }
    }
    gone
}

/// Attaches to findings about a log the edits that resolve them. A finding that none resolves needs a person.
pub fn attach_fixes(findings: &mut [Diagnostic], revision: &Revision, log_set: &LogSet) {
    let proposed = edit::proposed_fixes(revision, log_set).into_iter();
    let fixes = proposed.filter_map(|fix| {
        let safe = safe(fix.proposal.edits)?;
        Some((fix.codes, fix.is_divisible, safe))
    });
    let fixes: Vec<_> = fixes.collect();
    // An archive is adopted before the log is fixed.
    let findings = findings.iter_mut();
    for finding in findings.filter(|finding| finding.code != Code::OrphanedArchive) {
        let mut fixes = fixes.iter();
        let fix = fixes.find(|(codes, ..)| codes.contains(&finding.code));
        let line = revision.document.whole_line(finding.place);
        finding.set_fix(fix.and_then(|(_, is_divisible, fix)| {
            let on_line = fix.edits.within(line);
            if *is_divisible {
                let is_own = finding.place.file == fix.edits.file() && !on_line.is_empty();
                return is_own.then(|| safe(on_line.to_vec())).flatten();
            }
            // An id may occur again without being a repetition that can go.
            let is_repeat = finding.code == Code::DuplicateId;
            let is_resolved = !is_repeat || on_line.iter().any(|edit| edit.span == line);
            is_resolved.then(|| Arc::clone(fix))
        }));
    }
}

fn safe(edits: Vec<Edit>) -> Option<Arc<Fix>> {
    Some(Arc::new(Fix {
        edits: EditSet::new(FileId::LOG, edits).ok()?,
        applicability: Applicability::Safe,
    }))
}
