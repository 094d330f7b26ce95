//! Where a log is written the way its neighbours are written.
//! Knows spelling only; what a figure means is `log::cell`'s and `model`'s business.

mod number;
mod row;
mod text;
mod words;

pub(super) use number::{MoneyStyle, TokenStyle, number_span, respell_money, respell_tokens};
pub(super) use row::RowStyle;
pub(super) use text::{escaped, is_writable_id};
pub(super) use words::{StatusStyle, duration, hours};
