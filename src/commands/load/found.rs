//! What is wrong with the files that were read, and the files to show it in.

use crate::{
    cli::GlobalArgs,
    commands::{Context, locate::EXCERPT},
    diagnostic::{Diagnostic, Findings, Severity},
    render::{self, Files},
    store::Opened,
    text::{Document, Place},
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
pub(super) struct Sources {
    pub(super) log: Opened,
    /// None where a month has none.
    pub(super) archives: Vec<Option<Opened>>,
    pub(super) projection: Option<Opened>,
}

impl Sources {
    /// A file; of several archives, one of them.
    pub(super) fn of(&mut self, document: Document, archive: usize) -> Option<&mut Opened> {
        match document {
            Document::Log => Some(&mut self.log),
            Document::Archive => self.archives.get_mut(archive)?.as_mut(),
            Document::Projection => self.projection.as_mut(),
            Document::Config => None,
        }
    }

    pub(super) fn line_at(&mut self, place: &Place, archive: usize) -> Option<String> {
        let source = self.of(place.document, archive);
        source?
            .line(
                place.line_start,
                EXCERPT.max((place.column + place.span.len().min(256)) * 4),
            )
            .ok()
    }
}

impl Found {
    /// What is wrong with the files, as far as it is listed, each with its place.
    pub(in crate::commands) fn problems(&self) -> Vec<Problem> {
        let kept = self.findings.kept().iter();
        let problem = |finding: &Diagnostic| Problem {
            text: format!("{} {}", self.files.place(finding), finding.message),
            place: Some((finding.place.document, finding.place.line)),
            is_error: finding.severity() == Severity::Error,
        };
        kept.map(problem).collect()
    }

    /// How much is wrong with the files: `3 errors and 1 warning`.
    pub(in crate::commands) fn counted(&self) -> Option<String> {
        render::counted(&self.findings)
    }

    /// Says on standard error what was found: in full where that is asked for, else how much.
    pub(in crate::commands) fn tell(&mut self, global: &GlobalArgs, cx: &mut Context<'_>) {
        for remark in self.remarks.iter().filter(|_| !global.quiet) {
            cx.note(format_args!("{remark}; the forecast does without it"));
        }
        if global.verbose {
            let style = cx.err_style(global);
            let text = render::in_full(self.findings.kept(), &self.files, style, |place| {
                self.sources.line_at(place, 0)
            });
            let _ = cx.err.write_all(text.as_bytes());
        } else if let Some(line) =
            render::summary(&self.findings, &self.files).filter(|_| !global.quiet)
        {
            let _ = writeln!(cx.err, "{line}");
        }
    }
}
