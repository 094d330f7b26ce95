//! The ids of imported usage: which unit a line or row is of, and how many tokens the unit has after it. Which responses make up a unit
//! is for `import` to say.

use std::{collections::HashMap, fmt};

use super::Tokens;

/// The prefixes of the sources, with their names.
const SOURCES: [(&str, &str); 5] = [
    ("cc", "claude"),
    ("cx", "codex"),
    ("gm", "gemini"),
    ("jl", "jsonl"),
    ("cu", "ccusage"),
];

/// How many letters of base32 follow the prefix. Every digit is read, since ids that people write into examples have them all.
const LETTERS: usize = 10;

/// The id of an imported line: `cc-u7k2m9qw4r.50400`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImportedId<'a> {
    /// The session, agent and day that were imported, as a hash with the prefix of its source: `cc-u7k2m9qw4r`.
    pub unit: &'a str,
    /// All tokens of the unit after this line: input, output and cache writes.
    pub total: Tokens,
}

impl<'a> ImportedId<'a> {
    /// None for an id of any other form.
    pub fn parse(id: &'a str) -> Option<Self> {
        // Every row with an id comes here, and few of them are imported.
        let [first, second, b'-', ..] = id.as_bytes() else {
            return None;
        };
        let prefix = [*first, *second];
        let mut sources = SOURCES.iter();
        if !sources.any(|(known, _)| known.as_bytes() == prefix) {
            return None;
        }
        let (unit, total) = id.split_once('.')?;
        let (_, letters) = unit.split_once('-')?;
        let is_letter = |letter: u8| matches!(letter, b'a'..=b'z' | b'0'..=b'9');
        let is_unit = letters.len() == LETTERS && letters.bytes().all(is_letter);
        let is_plain = total.bytes().all(|digit| digit.is_ascii_digit());
        let has_zeros = total.len() > 1 && total.starts_with('0');
        if !is_unit || !is_plain || has_zeros {
            return None;
        }
        let total = Tokens(total.parse().ok()?);
        Some(Self { unit, total })
    }

    /// What is left of a task that an import gave, `claude 3f2a91c0`, without the session: the name of the source. None for any other
    /// task.
    pub fn source_of(&self, task: &'a str) -> Option<&'a str> {
        const LONGEST: usize = 8;
        let (source, session) = task.split_once(' ')?;
        let mut sources = SOURCES.iter();
        let is_source =
            sources.any(|(prefix, name)| self.unit.starts_with(prefix) && *name == source);
        let is_session = (1..=LONGEST).contains(&session.len())
            && session
                .bytes()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
        (is_source && is_session).then_some(source)
    }
}

/// Some ids, of imported ones only the newest of each unit: its total includes what those before it added.
pub fn newest_ids<'a>(ids: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut newest: HashMap<&str, Tokens> = HashMap::new();
    for id in ids.iter().filter_map(|id| ImportedId::parse(id)) {
        let total = newest.entry(id.unit).or_default();
        *total = id.total.max(*total);
    }
    let is_newest = |id: &&str| {
        let id = ImportedId::parse(id);
        id.is_none_or(|id| newest.get(id.unit) == Some(&id.total))
    };
    ids.into_iter().filter(is_newest).collect()
}

impl fmt::Display for ImportedId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.unit, self.total.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_ids_of_the_exact_form_are_imported_ones() {
        let id = ImportedId::parse("cc-u7k2m9qw4r.50400").unwrap();
        assert_eq!((id.unit, id.total), ("cc-u7k2m9qw4r", Tokens(50_400)));
        for id in ["cx-aaaaaaaaaa.0", "cu-2222277777.18446744073709551615"] {
            assert_eq!(ImportedId::parse(id).unwrap().to_string(), id);
        }
        let others = [
            "",
            "k3f9",
            "cc-",
            "cc-u7k2m9qw4r",
            "cc-u7k2m9qw4r.",
            "cc-u7k2m9qw4r.050",
            "cc-u7k2m9qw4r.+5",
            "cc-u7k2m9qw4r.5.6",
            "cc-u7k2m9qw4r.18446744073709551616",
            "cc-u7k2m9qw4.5",
            "cc-u7k2m9qw4rr.5",
            "cc-U7K2M9QW4R.5",
            "cc-é7k2m9qw4r.5",
            "cc_u7k2m9qw4r.5",
            "ab-u7k2m9qw4r.5",
        ];
        for id in others {
            assert_eq!(ImportedId::parse(id), None, "{id:?}");
        }
    }

    #[test]
    fn a_task_of_an_import_is_of_its_source() {
        let id = ImportedId::parse("cc-u7k2m9qw4r.50400").unwrap();
        assert_eq!(id.source_of("claude 3f2a91c0"), Some("claude"));
        for task in [
            "claude",
            "claude ",
            "claude Code",
            "claude 3f2a91c0f",
            "codex 3f2a91c0",
            "parser",
            "",
        ] {
            assert_eq!(id.source_of(task), None, "{task:?}");
        }
    }

    #[test]
    fn of_the_ids_of_a_unit_the_newest_is_kept() {
        let ids = [
            "k1",
            "cc-aaaaaaaaaa.50",
            "cc-bbbbbbbbbb.70",
            "cc-aaaaaaaaaa.100",
            "k1",
        ];
        let kept = ["k1", "cc-bbbbbbbbbb.70", "cc-aaaaaaaaaa.100", "k1"];
        assert_eq!(newest_ids(ids), kept);
    }

    proptest! {
        #[test]
        fn an_id_reads_back_as_it_is_written(
            unit in "(cc|cx|gm|jl|cu)-[a-z2-7]{10}",
            total: u64,
        ) {
            let id = ImportedId { unit: &unit, total: Tokens(total) };
            let written = id.to_string();
            prop_assert_eq!(ImportedId::parse(&written), Some(id));
        }
    }
}
