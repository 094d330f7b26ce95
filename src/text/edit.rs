//! Edits as values, and the one function that applies them.

use super::{FileId, Span};

/// Replace the bytes of `span` by `text`: an insertion where the span is empty, a deletion where the text is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub span: Span,
    pub text: String,
    /// The order of what is inserted at one place: lower first.
    pub order: u8,
}

impl Edit {
    pub fn replace(span: Span, text: impl Into<String>) -> Self {
        let (text, order) = (text.into(), 0);
        Self { span, text, order }
    }

    pub fn insert(offset: usize, text: impl Into<String>) -> Self {
        Self::replace(Span::at(offset), text)
    }

    pub fn delete(span: Span) -> Self {
        Self::replace(span, "")
    }

    /// The same edit with another place in the order of what is inserted at one place.
    pub const fn ordered(mut self, order: u8) -> Self {
        self.order = order;
        self
    }

    /// The same edit in a text that has at `to` what this one has at `from`. None where it would begin before that text.
    pub fn moved(&self, from: usize, to: usize) -> Option<Self> {
        let at = |offset: usize| (offset + to).checked_sub(from);
        let span = Span::new(at(self.span.start)?, at(self.span.end)?);
        Some(Self {
            span,
            ..self.clone()
        })
    }
}

/// Edits of one file that cannot contradict each other: sorted by position, and no two of them touch the same byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditSet {
    file: FileId,
    edits: Vec<Edit>,
}

impl EditSet {
    /// Sorts the edits and refuses those that overlap. Several insertions at one place come in their order, those of equal order as
    /// they were given, all before a replacement there.
    pub fn new(file: FileId, mut edits: Vec<Edit>) -> Result<Self, Overlap> {
        edits.sort_by_key(|edit| (edit.span.start, edit.span.end, edit.order));
        let spans = edits.iter().map(|edit| edit.span);
        let mut pairs = spans.clone().zip(spans.skip(1));
        match pairs.find(|(first, second)| second.start < first.end) {
            Some((first, second)) => Err(Overlap { first, second }),
            None => Ok(Self { file, edits }),
        }
    }

    /// The file that the edits are of.
    pub const fn file(&self) -> FileId {
        self.file
    }

    /// By position.
    pub fn iter(&self) -> std::slice::Iter<'_, Edit> {
        self.edits.iter()
    }

    /// Those that change nothing outside a span.
    pub fn within(&self, span: Span) -> &[Edit] {
        let from = self
            .edits
            .partition_point(|edit| edit.span.start < span.start);
        let rest = self.edits.get(from..).unwrap_or_default();
        let len = rest.partition_point(|edit| edit.span.end <= span.end);
        rest.get(..len).unwrap_or_default()
    }
}

/// Two edits that change the same bytes, the one that begins first and the one that begins inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("edits overlap: bytes {}..{} and {}..{}", .first.start, .first.end, .second.start, .second.end)]
pub struct Overlap {
    pub first: Span,
    pub second: Span,
}

/// The text with the edits applied. Every byte outside their spans stays as it is.
///
/// # Panics
/// Where a span lies outside `source` or cuts a character: the edits then belong to another text.
#[expect(clippy::string_slice, reason = "this is the place where bytes are cut")]
pub fn splice(source: &str, edits: &EditSet) -> String {
    let grown: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut out = String::with_capacity(source.len() + grown);
    let mut at = 0;
    for edit in edits.iter() {
        out.push_str(&source[at..edit.span.start]);
        out.push_str(&edit.text);
        at = edit.span.end;
    }
    out.push_str(&source[at..]);
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Disjoint edits of a text: cut it at random character borders, replace every second piece.
    fn text_and_edits() -> impl Strategy<Value = (String, Vec<Edit>)> {
        let text = "[a-z|\\r\\n é한🙂\u{feff}]{0,60}";
        let cuts = proptest::collection::vec((any::<prop::sample::Index>(), "[A-Z한]{0,4}"), 0..6);
        (text, cuts).prop_map(|(text, cuts)| {
            let borders: Vec<usize> = text
                .char_indices()
                .map(|(at, _)| at)
                .chain([text.len()])
                .collect();
            let mut at: Vec<usize> = cuts
                .iter()
                .map(|(index, _)| borders[index.index(borders.len())])
                .collect();
            at.sort_unstable();
            at.dedup();
            let edits = at
                .chunks_exact(2)
                .zip(&cuts)
                .map(|(pair, (_, new))| Edit::replace(Span::new(pair[0], pair[1]), new.as_str()))
                .collect();
            (text, edits)
        })
    }

    proptest! {
        #[test]
        fn splicing_nothing_changes_nothing(text in any::<String>()) {
            prop_assert_eq!(splice(&text, &EditSet::new(FileId::LOG, Vec::new()).unwrap()), text);
        }

        #[test]
        fn bytes_outside_the_edits_stay((text, edits) in text_and_edits()) {
            let set = EditSet::new(FileId::LOG, edits.clone()).unwrap();
            let spliced = splice(&text, &set);
            let mut rest = spliced.as_str();
            let mut at = 0;
            for edit in &edits {
                rest = rest.strip_prefix(text.get(at..edit.span.start).unwrap()).unwrap();
                rest = rest.strip_prefix(edit.text.as_str()).unwrap();
                at = edit.span.end;
            }
            prop_assert_eq!(rest, text.get(at..).unwrap());
        }
    }

    #[test]
    fn edits_within_a_span_touch_nothing_outside_it() {
        let edits = [1..3, 4..4, 4..6, 6..6, 6..8].map(|range| Edit::delete(range.into()));
        let set = EditSet::new(FileId::LOG, edits.to_vec()).unwrap();
        for (span, within) in [(0..9, 0..5), (2..6, 1..4), (3..5, 1..2), (7..9, 0..0)] {
            assert_eq!(set.within(span.clone().into()), &edits[within], "{span:?}");
        }
    }

    #[test]
    fn overlapping_edits_are_refused() {
        let edits = vec![Edit::delete(Span::new(3, 6)), Edit::insert(5, "x")];
        let overlap = EditSet::new(FileId::LOG, edits).unwrap_err();
        assert_eq!(overlap.to_string(), "edits overlap: bytes 3..6 and 5..5");
    }

    #[test]
    fn edits_are_applied_by_position_and_insertions_keep_their_order() {
        let edits = vec![
            Edit::replace(Span::new(2, 3), "C"),
            Edit::insert(0, "1"),
            Edit::insert(0, "2"),
            Edit::delete(Span::new(4, 5)),
        ];
        assert_eq!(
            splice("abcde", &EditSet::new(FileId::LOG, edits).unwrap()),
            "12abCd"
        );
    }

    #[test]
    fn insertions_at_one_place_come_in_their_order_however_they_were_given() {
        let insert = |order, text: &str| Edit::insert(1, text).ordered(order);
        let edits = vec![
            insert(2, "section"),
            insert(0, "row"),
            insert(1, "item"),
            insert(0, "next"),
            Edit::delete(Span::new(1, 2)),
        ];
        let set = EditSet::new(FileId::LOG, edits).unwrap();
        assert_eq!(splice("<->", &set), "<rownextitemsection>");
    }
}
