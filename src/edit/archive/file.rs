//! The text of an archive: what it is made of, and where more goes into one that is there.

use super::{
    cut::ArchiveDelta,
    owner::{log_line, named_log, with_log},
};
use crate::{
    log::{self, Item, Section},
    text::FileId,
};

const HOOK_LOG: &str = "## Hook Log";

/// Ends a text, to see whether anything in it has no end.
const SENTINEL: &str = "\n\n## Hook Log\n";

/// Where the hook log of an archive begins, and the section behind it.
type HookLog = Option<(usize, Option<usize>)>;

/// The hook log of a text, and whether nothing in it, like a code block without its end, would take in what follows it.
fn hook_log(text: &str) -> (HookLog, bool) {
    let (mut hook_log, mut is_closed): (HookLog, _) = (None, false);
    let end = text.len() + 2;
    let input = [text, SENTINEL].concat();
    log::read_str(input, FileId::archive(0), &mut |item| {
        let Item::Heading(heading) = item else { return };
        let at = heading.place.line_start;
        match &mut hook_log {
            _ if at >= end => is_closed = true,
            None if *heading.section == Section::HookLog => hook_log = Some((at, None)),
            None => {}
            Some((_, next)) => {
                next.get_or_insert(at);
            }
        }
    });
    (hook_log, is_closed)
}

pub(super) fn is_closed(text: &str) -> bool {
    hook_log(text).1
}

/// An archive with more in it, its new headings added to `headings`. None where something in it has no end, and would take that in.
pub(super) fn extend(
    old: &str,
    delta: &ArchiveDelta,
    newline: &str,
    log: &str,
    headings: &mut Vec<String>,
) -> Option<String> {
    let named;
    let old = if named_log(old).is_some() {
        old
    } else {
        headings.push(log_line(log));
        named = with_log(old, log, newline);
        &named
    };
    let (hook_log, is_closed) = hook_log(old);
    if !is_closed {
        return None;
    }
    let mut text = String::with_capacity(old.len());
    let Some((start, end)) = hook_log else {
        text.push_str(old);
        add_sections(&mut text, delta, newline);
        if !delta.lines.is_empty() {
            end_paragraph(&mut text, newline);
            text.extend([HOOK_LOG, newline, newline, &delta.lines]);
            headings.push(HOOK_LOG.to_owned());
        }
        return Some(text);
    };
    text.push_str(old.get(..start)?);
    if !delta.sections.is_empty() {
        add_sections(&mut text, delta, newline);
        text.push_str(newline);
    }
    let end = end.unwrap_or(old.len());
    let hook_log = old.get(start..end)?;
    // Blank lines before another section stay before it.
    let filled = hook_log.trim_end().len();
    let filled = match hook_log.get(filled..)?.find('\n') {
        Some(newline) if end < old.len() => filled + newline + 1,
        _ => hook_log.len(),
    };
    text.push_str(hook_log.get(..filled)?);
    if !delta.lines.is_empty() {
        end_line(&mut text, newline);
        if !hook_log.trim().contains('\n') {
            end_paragraph(&mut text, newline);
        }
        text.push_str(&delta.lines);
    }
    text.push_str(hook_log.get(filled..)?);
    text.push_str(old.get(end..)?);
    Some(text)
}

fn add_sections(text: &mut String, delta: &ArchiveDelta, newline: &str) {
    for section in &delta.sections {
        end_paragraph(text, newline);
        text.push_str(section);
    }
}

fn end_line(text: &mut String, newline: &str) {
    if !text.is_empty() && !text.ends_with('\n') {
        text.push_str(newline);
    }
}

/// Leaves an empty line at the end of a text that has any.
fn end_paragraph(text: &mut String, newline: &str) {
    end_line(text, newline);
    let last = text.trim_end_matches(['\n', '\r']);
    let blank = text.get(last.len()..).unwrap_or_default();
    if !last.is_empty() && blank.matches('\n').count() < 2 {
        text.push_str(newline);
    }
}
