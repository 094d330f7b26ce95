//! Findings as text: one line each, or with an excerpt of the file the way rustc shows it.

use std::ops::Range;

use annotate_snippets::{
    AnnotationKind, Element, Group, Level, Renderer, Snippet, renderer::DecorStyle,
};
use anstyle::{AnsiColor, Effects, Style as Ansi};

use super::{ColorMode, OutputStyle, amounts, sanitize, sanitize_in_place};
use crate::{
    diagnostic::{Diagnostic, Findings, Severity},
    text::{Files, Place, masked},
};

pub fn concise(finding: &Diagnostic, files: &Files) -> String {
    let position = files.position(&finding.place);
    format!("{position}  {} {}", finding.code, finding.message)
}

pub fn summary(findings: &Findings, files: &Files) -> Option<String> {
    let counted = count_findings(findings)?;
    let places = places(findings, files);
    Some(format!("tokmon: {counted} in {places}; -v explains each"))
}

/// `3 errors and 1 warning`. None if there are neither.
pub fn count_findings(findings: &Findings) -> Option<String> {
    count_kinds(findings, &[Severity::Error, Severity::Warning])
}

/// `2 errors, 1 warning and 3 notes`. None if there is nothing.
pub fn count_all(findings: &Findings) -> Option<String> {
    count_kinds(
        findings,
        &[Severity::Error, Severity::Warning, Severity::Note],
    )
}

/// `2 errors, 1 warning and 3 notes`. None if there are no findings of these kinds.
fn count_kinds(findings: &Findings, kinds: &[Severity]) -> Option<String> {
    let counts = kinds
        .iter()
        .map(|kind| (findings.count(*kind), kind.into_str()));
    let mut parts = amounts(counts);
    let last = parts.pop()?;
    Some(match parts.join(", ") {
        first if first.is_empty() => last,
        first => format!("{first} and {last}"),
    })
}

/// The files with findings: `cost-log.md`, `cost-log.md and 1 other file`.
fn places(findings: &Findings, files: &Files) -> String {
    let found_in = findings.files();
    let first = found_in.first().map(|file| files.name(*file));
    let first = sanitize(first.unwrap_or_default());
    match found_in.len() {
        0 | 1 => first.into_owned(),
        2 => format!("{first} and 1 other file"),
        many => format!("{first} and {} other files", many - 1),
    }
}

pub type LineAt<'l> = dyn FnMut(&Place) -> Option<String> + 'l;

pub fn in_full(
    findings: &[Diagnostic],
    files: &Files,
    style: OutputStyle,
    line_at: &mut LineAt<'_>,
) -> String {
    let excerpts = findings
        .iter()
        .map(|finding| excerpt(finding, files, style, line_at));
    excerpts.collect()
}

/// A finding with its excerpt and an empty line.
pub fn excerpt(
    finding: &Diagnostic,
    files: &Files,
    style: OutputStyle,
    line_at: &mut LineAt<'_>,
) -> String {
    let decor = if style.ascii {
        DecorStyle::Ascii
    } else {
        DecorStyle::Unicode
    };
    let renderer = renderer(style.color)
        .decor_style(decor)
        .term_width(style.width.unwrap_or(140));
    let text = renderer.render(&[group(finding, files, style, line_at)]);
    format!("{text}\n\n")
}

/// The bytes that a place covers in its line without line end and byte-order mark.
pub fn span_in(line: &str, place: &Place) -> Range<usize> {
    let start = line
        .char_indices()
        .nth(place.column - 1)
        .map_or(line.len(), |(at, _)| at);
    // A byte that was not UTF-8 is longer here than it is in the file.
    let end = (start + place.span.len()..line.len())
        .find(|at| line.is_char_boundary(*at))
        .unwrap_or(line.len());
    start..end
}

/// A line without its line end and byte-order mark, as columns are counted.
pub fn bare(line: &str) -> &str {
    let line = line.trim_end_matches(['\r', '\n']);
    line.strip_prefix('\u{feff}').unwrap_or(line)
}

/// With colours for light and dark backgrounds: neither blue nor bright.
fn renderer(mode: ColorMode) -> Renderer {
    let strong = |color| mode.ansi(color) | Effects::BOLD;
    match mode {
        ColorMode::Plain => Renderer::plain(),
        ColorMode::Bold | ColorMode::Color => Renderer::plain()
            .error(strong(AnsiColor::Red))
            .warning(strong(AnsiColor::Yellow))
            .note(strong(AnsiColor::Cyan))
            .help(strong(AnsiColor::Green))
            .emphasis(Ansi::new().bold())
            .line_num(mode.ansi(AnsiColor::Cyan))
            .context(mode.ansi(AnsiColor::Cyan)),
    }
}

fn group<'a>(
    finding: &'a Diagnostic,
    files: &'a Files,
    style: OutputStyle,
    line_at: &mut LineAt<'_>,
) -> Group<'a> {
    let level = match finding.severity() {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let title = level
        .primary_title(style.text(&finding.message))
        .id(finding.code.id());
    let places = std::iter::once((
        &finding.place,
        finding.label.as_str(),
        AnnotationKind::Primary,
    ));
    let related = finding
        .related
        .iter()
        .map(|(place, label)| (place, label.as_str(), AnnotationKind::Context));
    let snippets = places.chain(related).map(|(place, label, kind)| {
        let line = line_at(place).unwrap_or_default();
        let line = masked(bare(&line));
        let Range { start, end } = span_in(&line, place);
        let [before, part, rest] = [0..start, start..end, end..line.len()]
            .map(|part| sanitize_in_place(line.get(part).unwrap_or_default()));
        let span = before.len()..before.len() + part.len();
        let snippet = Snippet::source(format!("{before}{part}{rest}"))
            .line_start(place.line)
            .path(sanitize(files.name(place.file)))
            .annotation(kind.span(span).label(style.text(label)));
        Element::from(snippet)
    });
    let help = finding
        .help
        .as_ref()
        .map(|help| Element::from(Level::HELP.message(style.text(help))));
    title.elements(snippets.chain(help).collect::<Vec<_>>())
}
