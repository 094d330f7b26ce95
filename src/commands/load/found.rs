//! What is wrong with the files that were read, and the files to show it in.

use std::collections::BTreeMap;

use crate::{
    cli::GlobalArgs,
    commands::{Context, locate::EXCERPT},
    diagnostic::{Diagnostic, Findings, Severity},
    render,
    store::Opened,
    text::{FileId, Files, Place},
    tui::Problem,
};

/// What is wrong with the files, and the files to show it in.
pub(in crate::commands) struct Found {
    pub(in crate::commands) findings: Findings,
    pub(in crate::commands) files: Files,
    pub(super) sources: Sources,
    /// What could not be looked back on.
    pub(super) remarks: Vec<String>,
}

/// The files that were read.
pub(super) type Sources = BTreeMap<FileId, Opened>;

/// The line of a file that a place is on, with enough of it to show the place.
pub(super) fn line_at(sources: &mut Sources, place: &Place) -> Option<String> {
    let most = EXCERPT.max((place.column + place.span.len().min(256)) * 4);
    let source = sources.get_mut(&place.file)?;
    source.line(place.line_start, most).ok()
}

impl Found {
    /// What is wrong with the files, as far as it is listed, each with its place.
    pub(in crate::commands) fn problems(&self) -> Vec<Problem> {
        let kept = self.findings.kept().iter();
        let problem = |finding: &Diagnostic| Problem {
            text: format!(
                "{} {}",
                self.files.position(&finding.place),
                finding.message
            ),
            place: Some((finding.place.file, finding.place.line)),
            is_error: finding.severity() == Severity::Error,
        };
        kept.map(problem).collect()
    }

    /// How much is wrong with the files: `3 errors and 1 warning`.
    pub(in crate::commands) fn counted(&self) -> Option<String> {
        render::count_findings(&self.findings)
    }

    /// Says on standard error what was found: in full where that is asked for, else how much.
    pub(in crate::commands) fn tell(&mut self, global: &GlobalArgs, cx: &mut Context<'_>) {
        for remark in self.remarks.iter().filter(|_| !global.quiet) {
            cx.note(format_args!("{remark}; the forecast does without it"));
        }
        if global.verbose {
            let style = cx.err_style(global);
            let text = render::in_full(self.findings.kept(), &self.files, style, &mut |place| {
                line_at(&mut self.sources, place)
            });
            let _ = cx.err.write_all(text.as_bytes());
        } else if let Some(line) =
            render::summary(&self.findings, &self.files).filter(|_| !global.quiet)
        {
            let _ = writeln!(cx.err, "{line}");
        }
    }
}
