//! Puts the hooks of tokmon into the settings of a harness, and takes them out again. All else stays byte for byte.

use std::ops::Range;

use super::{
    Harness,
    json::{JsonError, JsonValue},
    setup::{HookPurpose, Invocation, Layout, NewJson},
};

const PURPOSES: [HookPurpose; 2] = [HookPurpose::Guard, HookPurpose::Record];

/// What new settings begin with.
const EMPTY: &str = "{}\n";

/// The settings of a harness with the hooks of tokmon for a purpose, in place of any such hooks that they have. Fails where the text is
/// not such settings.
pub fn install(text: &str, harness: Harness, invocation: &Invocation) -> Result<String, JsonError> {
    let is_blank = text
        .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}')
        .is_empty();
    let text = if is_blank { EMPTY } else { text };
    let setup = harness.setup();
    if is_complete(text, harness, invocation)? {
        return Ok(text.to_owned());
    }
    let mut text = uninstall(text, harness, Some(invocation.purpose))?;
    if let Some((key, number)) = setup.root
        && JsonValue::parse(&text)?.members().is_empty()
    {
        text = with_member(&text, &[], key, &NewJson::Number(number))?;
    }
    if JsonValue::parse(&text)?.get("hooks").is_none() {
        text = with_member(&text, &[], "hooks", &NewJson::Object(Vec::new()))?;
    }
    for event in setup.events(invocation.purpose) {
        let hooks = JsonValue::parse(&text)?.get("hooks");
        if hooks.and_then(|hooks| hooks.get(event)).is_none() {
            text = with_member(&text, &["hooks"], event, &NewJson::List(Vec::new()))?;
        }
        let entry = setup.entry(harness, event, invocation);
        text = with_item(&text, &["hooks", event], &entry)?;
    }
    Ok(text)
}

/// The settings that hold nothing but the hooks of tokmon.
pub fn snippet(harness: Harness, invocation: &Invocation) -> Result<String, JsonError> {
    install(EMPTY, harness, invocation)
}

/// The settings without the hooks of tokmon, or those for one purpose, and without what would be empty then.
pub fn uninstall(
    text: &str,
    harness: Harness,
    purpose: Option<HookPurpose>,
) -> Result<String, JsonError> {
    let found = Found::read(text, harness, purpose)?;
    Ok(without(text, found.cuts()))
}

/// The settings without all hooks of tokmon, and without any empty list of hooks. Settings that differ only in these are alike.
pub fn bare(text: &str, harness: Harness) -> Result<String, JsonError> {
    let found = Found {
        removes_empty: true,
        ..Found::read(text, harness, None)?
    };
    let text = without(text, found.cuts());
    Ok(if is_empty(&text, harness) {
        EMPTY.trim_end().to_owned()
    } else {
        text.trim().to_owned()
    })
}

/// Whether settings say nothing: they hold nothing, or nothing but what [`install`] adds to new ones.
pub fn is_empty(text: &str, harness: Harness) -> bool {
    let needed = harness.setup().root.map(|(key, _)| key);
    JsonValue::parse(text).is_ok_and(|root| {
        root.is_object()
            && root
                .members()
                .iter()
                .all(|member| member.key.string().as_deref() == needed)
    })
}

/// How many hooks of tokmon settings hold, or those for one purpose.
pub fn count(
    text: &str,
    harness: Harness,
    purpose: Option<HookPurpose>,
) -> Result<usize, JsonError> {
    let found = Found::read(text, harness, purpose)?;
    Ok(found.lists.iter().map(|list| list.own().count()).sum())
}

/// Whether the settings hold exactly the hooks that are to be installed.
fn is_complete(text: &str, harness: Harness, invocation: &Invocation) -> Result<bool, JsonError> {
    let setup = harness.setup();
    let one_line = Layout {
        newline: "\n",
        unit: String::new(),
        indent: None,
    };
    let wanted = |event: &str| {
        let entry = setup.entry(harness, event, invocation).written(&one_line);
        serde_json::from_str::<serde_json::Value>(&entry).ok()
    };
    let found = Found::read(text, harness, Some(invocation.purpose))?;
    let events = setup.events(invocation.purpose);
    let is_own_alone = |item: &JsonValue<'_>| found.is_own_entry(*item);
    let mut lists = events.iter().map(|event| {
        let list = found.lists.iter().find(|list| list.event == *event);
        let mut entries = list
            .into_iter()
            .flat_map(|list| &list.items)
            .filter(|item| is_own_alone(item));
        let first = entries
            .next()
            .and_then(|item| serde_json::from_str(item.text()).ok());
        first.is_some() && first == wanted(event) && entries.next().is_none()
    });
    let all_there = lists.all(|is_there| is_there);
    let own: usize = found.lists.iter().map(|list| list.own().count()).sum();
    Ok(all_there && own == events.len())
}

/// The lists of hooks in settings, and which of their entries are tokmon's.
struct Found<'t> {
    root: JsonValue<'t>,
    harness: Harness,
    /// Of which hooks. None: of all.
    purpose: Option<HookPurpose>,
    lists: Vec<EventList<'t>>,
    removes_empty: bool,
}

struct EventList<'t> {
    event: String,
    items: Vec<JsonValue<'t>>,
    /// The handlers of each item; in a flat list, the item alone.
    handlers: Vec<Vec<(JsonValue<'t>, bool)>>,
}

impl EventList<'_> {
    fn own(&self) -> impl Iterator<Item = &JsonValue<'_>> {
        let handlers = self.handlers.iter().flatten();
        handlers.filter(|(_, own)| *own).map(|(handler, _)| handler)
    }
}

impl<'t> Found<'t> {
    fn read(
        text: &'t str,
        harness: Harness,
        purpose: Option<HookPurpose>,
    ) -> Result<Self, JsonError> {
        let root = JsonValue::parse(text)?;
        if !root.is_object() {
            return Err(misplaced(text, root, "the settings are not an object"));
        }
        let hooks = root.get("hooks");
        if let Some(hooks) = hooks.filter(|hooks| !hooks.is_object()) {
            return Err(misplaced(text, hooks, "`hooks` is not an object"));
        }
        let mut lists = Vec::new();
        for member in hooks.into_iter().flat_map(JsonValue::members) {
            let event = member.key.string().unwrap_or_default();
            let mut wanted = PURPOSES
                .into_iter()
                .flat_map(|purpose| harness.setup().events(purpose));
            let is_wanted = wanted.any(|wanted| *wanted == event);
            if is_wanted && !member.value.is_list() {
                return Err(misplaced(
                    text,
                    member.value,
                    &format!("`{event}` is not a list"),
                ));
            }
            let items = member.value.items();
            let is_grouped = harness.setup().handler.is_grouped;
            let handlers = |item: &JsonValue<'t>| {
                let handlers = match item.get("hooks") {
                    Some(hooks) if is_grouped => hooks.items(),
                    _ => vec![*item],
                };
                handlers
                    .into_iter()
                    .map(|handler| (handler, is_own(handler, harness, purpose)))
                    .collect()
            };
            lists.push(EventList {
                event,
                handlers: items.iter().map(handlers).collect(),
                items,
            });
        }
        Ok(Self {
            root,
            harness,
            purpose,
            lists,
            removes_empty: false,
        })
    }

    /// Whether an entry of a list holds nothing but a hook of tokmon.
    fn is_own_entry(&self, item: JsonValue<'_>) -> bool {
        let is_grouped = self.harness.setup().handler.is_grouped;
        let handlers = match item.get("hooks") {
            Some(hooks) if is_grouped => hooks.items(),
            _ => vec![item],
        };
        !handlers.is_empty()
            && handlers
                .iter()
                .all(|handler| is_own(*handler, self.harness, self.purpose))
    }

    /// What to cut out of the text.
    fn cuts(&self) -> Vec<Range<usize>> {
        let mut cuts = Vec::new();
        let Some(hooks) = self.root.get("hooks") else {
            return cuts;
        };
        let mut events = Vec::new();
        for (member, list) in hooks.members().iter().zip(&self.lists) {
            let mut entries = Vec::new();
            for (item, handlers) in list.items.iter().zip(&list.handlers) {
                let parts: Vec<Part> = handlers
                    .iter()
                    .map(|(handler, own)| (handler.range(), *own))
                    .collect();
                let is_emptied = !parts.is_empty() && parts.iter().all(|(_, own)| *own);
                if !is_emptied {
                    cuts.extend(cut(&parts));
                }
                entries.push((item.range(), is_emptied));
            }
            let is_emptied =
                (self.removes_empty || !entries.is_empty()) && entries.iter().all(|(_, own)| *own);
            if !is_emptied {
                cuts.extend(cut(&entries));
            }
            events.push((
                member.key.start()..member.value.end(),
                is_emptied && member.value.is_list(),
            ));
        }
        let is_emptied =
            (self.removes_empty || !events.is_empty()) && events.iter().all(|(_, own)| *own);
        if !is_emptied {
            cuts.extend(cut(&events));
            return cuts;
        }
        let member = |member: &super::json::Member<'_>| {
            (
                member.key.start()..member.value.end(),
                member.value.start() == hooks.start(),
            )
        };
        let members: Vec<Part> = self.root.members().iter().map(member).collect();
        if members.len() == 1 {
            return std::iter::once(self.root.start() + 1..self.root.end() - 1).collect();
        }
        cut(&members)
    }
}

/// Whether a handler is one that [`install`] adds, for a purpose or for any.
fn is_own(handler: JsonValue<'_>, harness: Harness, purpose: Option<HookPurpose>) -> bool {
    let args = handler
        .get("args")
        .map(JsonValue::items)
        .unwrap_or_default();
    let args: Vec<Option<String>> = args.into_iter().map(JsonValue::string).collect();
    let line = handler.get("command").and_then(JsonValue::string);
    let begins = |start: Vec<String>| {
        let in_line = || {
            let line = line.as_ref();
            line.is_some_and(|line| line.contains(&format!(" {} ", start.join(" "))))
        };
        let args = args.get(..start.len());
        args.is_some_and(|args| args.iter().flatten().eq(&start)) || in_line()
    };
    let mut purposes = PURPOSES.into_iter();
    purposes.any(|one| purpose.is_none_or(|only| only == one) && begins(one.words(harness)))
}

/// A range of a list or an object, and whether to cut it out.
type Part = (Range<usize>, bool);

/// The ranges to cut with their commas. Where all are to be cut, the commas between them stay behind: then the whole is to be cut.
fn cut(parts: &[Part]) -> Vec<Range<usize>> {
    let mut cuts = Vec::new();
    let mut is_first_kept = false;
    for (at, (range, is_cut)) in parts.iter().enumerate() {
        if !is_cut {
            is_first_kept = true;
        } else if is_first_kept {
            let before = at.checked_sub(1).and_then(|at| parts.get(at));
            cuts.push(before.map_or(range.start, |(before, _)| before.end)..range.end);
        } else {
            let after = parts.get(at + 1);
            cuts.push(range.start..after.map_or(range.end, |(after, _)| after.start));
        }
    }
    cuts
}

fn without(text: &str, mut cuts: Vec<Range<usize>>) -> String {
    cuts.sort_by_key(|cut| cut.start);
    let mut kept = String::with_capacity(text.len());
    let mut end = 0;
    for cut in cuts {
        kept += text.get(end..cut.start).unwrap_or_default();
        end = end.max(cut.end);
    }
    kept + text.get(end..).unwrap_or_default()
}

/// The text with a member at the end of the object that a path of keys leads to.
fn with_member(text: &str, path: &[&str], key: &str, value: &NewJson) -> Result<String, JsonError> {
    let write = |layout: &Layout| format!("\"{key}\": {}", value.written(layout));
    with_part(text, path, write)
}

/// The text with an item at the end of the list that a path of keys leads to.
fn with_item(text: &str, path: &[&str], item: &NewJson) -> Result<String, JsonError> {
    with_part(text, path, |layout| item.written(layout))
}

/// Written as the parts before it are: on a line of its own with their indentation, or behind the last in its line.
fn with_part(
    text: &str,
    path: &[&str],
    write: impl Fn(&Layout) -> String,
) -> Result<String, JsonError> {
    let root = JsonValue::parse(text)?;
    let found = path.iter().try_fold(root, |value, key| value.get(key));
    let Some(container) = found else {
        return Err(misplaced(text, root, "the settings changed"));
    };
    let ranges = |value: JsonValue<'_>| -> Vec<Range<usize>> {
        let members = value.members().into_iter();
        let members = members.map(|member| member.key.start()..member.value.end());
        members
            .chain(value.items().into_iter().map(JsonValue::range))
            .collect()
    };
    let own_line = |value: JsonValue<'_>, first: &Range<usize>| {
        let before = text.get(value.start() + 1..first.start)?;
        before
            .rsplit_once('\n')
            .map(|(_, indent)| indent.to_owned())
    };
    let of_root = ranges(root).first().map(|first| own_line(root, first));
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let unit = of_root.clone().flatten().filter(|unit| !unit.is_empty());
    let mut layout = Layout {
        newline,
        unit: unit.unwrap_or_else(|| "  ".to_owned()),
        indent: None,
    };
    let parts = ranges(container);
    let (at, insert) = if let (Some(first), Some(last)) = (parts.first(), parts.last()) {
        layout.indent = own_line(container, first);
        let before = match &layout.indent {
            Some(indent) => format!(",{newline}{indent}"),
            None => ", ".to_owned(),
        };
        (last.end..last.end, before + &write(&layout))
    } else {
        // In an empty one, as the settings are written around it.
        let is_one_line = of_root.is_some_and(|indent| indent.is_none());
        let outer = (!is_one_line).then(|| line_indent(text, container.start()));
        layout.indent = outer
            .as_ref()
            .map(|outer| format!("{outer}{}", layout.unit));
        let part = write(&layout);
        let insert = match (&layout.indent, outer) {
            (Some(inner), Some(outer)) => format!("{newline}{inner}{part}{newline}{outer}"),
            _ => part,
        };
        (container.start() + 1..container.end() - 1, insert)
    };
    let before = text.get(..at.start).unwrap_or_default();
    let after = text.get(at.end..).unwrap_or_default();
    Ok(format!("{before}{insert}{after}"))
}

/// The blanks that the line of a position begins with.
fn line_indent(text: &str, at: usize) -> String {
    let before = text.get(..at).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect()
}

fn misplaced(text: &str, value: JsonValue<'_>, message: &str) -> JsonError {
    JsonError::at(text, value.start(), message)
}
