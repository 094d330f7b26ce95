//! The comment of a monthly row: what it was when it was last written.

use super::money;
use crate::model::{MergeBase, Tokens};

/// Reads the text of a comment. None where it is another one.
pub fn merge_base(comment: &str) -> Option<MergeBase> {
    let (mut base, mut row, mut cost, mut last) = (None, None, None, "");
    for pair in comment.split_whitespace() {
        let (key, value) = pair.split_once('=')?;
        match key {
            "base" => base = tokens(value),
            "row" => row = tokens(value),
            "base_cost" => cost = money(value).ok()?,
            "last" => last = value,
            _ => {}
        }
    }
    Some(MergeBase {
        base: base?,
        row: row?,
        cost: cost.map(|cost| cost.amount.value),
        last: last.to_owned(),
    })
}

fn tokens(text: &str) -> Option<Tokens> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    Some(Tokens(text.parse().ok().filter(|_| is_plain)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_merge_base_reads_back_as_it_is_written() {
        for text in [
            "base=12450 row=12550 base_cost=0.037 last=m1",
            "base=12450 row=12550 base_cost=0.00",
            "base=0 row=100 last=m1,2026-02:x",
        ] {
            assert_eq!(merge_base(text).unwrap().to_string(), text);
        }
        for text in ["", "id=m1", "base=-1 row=2 last=a", "base=1 row=+2 last=a"] {
            assert_eq!(merge_base(text), None, "{text}");
        }
    }
}
