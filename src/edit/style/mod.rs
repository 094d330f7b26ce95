//! Spelling: figures, words and rows written as their neighbours are.
//! See `log::cell` for what a cell means.

mod number;
mod row;
mod text;
mod words;

pub(super) use number::{MoneyStyle, TokenStyle, number_span, respell_money, respell_tokens, with};
pub(super) use row::{RowStyle, SAMPLED_ROWS};
pub(super) use text::{escaped, is_writable_id, one_line, plural};
pub(super) use words::{duration, hours, status};
