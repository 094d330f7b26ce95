//! Which details each of several monthly rows holds, where git kept the rows of several branches.
//!
//! Git keeps the lines of one branch, then those of the other. So below the details that all branches began with, each table has those
//! of the first row, then those of the second. A row less its own details is what all began with, and the same for each.

/// More rows are left to a person.
const MAX_ROWS: usize = 16;

/// The most ways to divide the details of several tables that are tried.
const MAX_WAYS: usize = 20_000;

/// What rows of several branches are together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Division {
    pub(super) tokens: u64,
    /// What all branches began with.
    pub(super) common: u64,
    /// For each detail, the row that holds it alone, from 1; 0 for those that all hold.
    pub(super) owners: Vec<usize>,
}

/// A figure of a row, and by how much rounding may have changed it.
pub(super) type RowFigure = (u64, u64);

/// Whether a row may hold no details of its own, where the row was kept twice since the one beside it changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unchanged {
    No,
    /// If nothing else explains the rows.
    Perhaps,
    Yes,
}

/// Divides the details among the rows. None where that is impossible, or possible in ways that give different figures.
pub(super) fn divide(
    rows: &[RowFigure],
    tables: &[Vec<u64>],
    unchanged: Unchanged,
) -> Option<Division> {
    if rows.len() > MAX_ROWS {
        return None;
    }
    let mut divider = Divider {
        rows,
        is_empty_allowed: unchanged == Unchanged::Yes,
        found: None,
        is_ambiguous: false,
    };
    divider.divide(tables);
    if divider.found.is_none() && unchanged == Unchanged::Perhaps {
        divider.is_empty_allowed = true;
        divider.divide(tables);
    }
    divider.found.filter(|_| !divider.is_ambiguous)
}

struct Divider<'r> {
    rows: &'r [RowFigure],
    is_empty_allowed: bool,
    found: Option<Division>,
    is_ambiguous: bool,
}

impl Divider<'_> {
    fn divide(&mut self, tables: &[Vec<u64>]) {
        self.in_order(&tables.concat());
        if tables.len() < 2 {
            return;
        }
        // Of many tables, only the last were changed by the branches.
        let mut ways = 1_usize;
        let is_few = |table: &&Vec<u64>| {
            let of_table = ways_of(table.len(), self.rows.len());
            ways = of_table.map_or(usize::MAX, |of_table| ways.saturating_mul(of_table));
            ways <= MAX_WAYS
        };
        let last = tables.iter().rev().take_while(is_few).count();
        let (common, last) = tables.split_at(tables.len() - last);
        let mut owners = vec![0; common.iter().map(Vec::len).sum()];
        let mut parts = vec![(0, 0); self.rows.len()];
        self.in_each(last, &mut parts, &mut owners);
    }

    fn slack(&self) -> u64 {
        self.rows.iter().map(|(_, slack)| slack).sum()
    }

    /// The details of each row come below those of the row before, in all tables together.
    fn in_order(&mut self, details: &[u64]) {
        let mut sums = vec![0_u64];
        for tokens in details {
            let last = sums.last().copied().unwrap_or_default();
            sums.push(last.saturating_add(*tokens));
        }
        let all = sums.last().copied().unwrap_or_default();
        let stated: u128 = self
            .rows
            .iter()
            .map(|(tokens, _)| u128::from(*tokens))
            .sum();
        let (count, slack) = (self.rows.len() as u128, self.slack());
        for (first, before) in sums.iter().enumerate() {
            let own = all - before;
            if own == 0 {
                break;
            }
            let Some(times) = stated.checked_sub(own.into()) else {
                continue;
            };
            let Ok(common) = u64::try_from(times / count) else {
                continue;
            };
            if times % count > u128::from(slack) {
                continue;
            }
            if let Some(cuts) = self.cuts(&sums, first, common) {
                let mut owners = vec![0; first];
                for (row, cut) in cuts.iter().enumerate() {
                    owners.resize(*cut, row + 1);
                }
                owners.resize(details.len(), self.rows.len());
                self.found(common.saturating_add(own), common, owners);
            }
        }
    }

    /// Where the details of each row end.
    fn cuts(&self, sums: &[u64], first: usize, common: u64) -> Option<Vec<usize>> {
        let mut at = first;
        let mut cuts = Vec::new();
        for (tokens, slack) in self.rows {
            let own = tokens
                .checked_sub(common)
                .or_else(|| (common - tokens <= *slack).then_some(0))?;
            if own == 0 && !self.is_empty_allowed {
                return None;
            }
            let target = sums.get(at)?.saturating_add(own);
            let below = at
                + sums
                    .get(at..)?
                    .partition_point(|sum| *sum < target.saturating_sub(*slack));
            let is_near = |at: &usize| {
                sums.get(*at)
                    .is_some_and(|sum| sum.abs_diff(target) <= *slack)
            };
            at = Some(below).filter(is_near)?;
            cuts.push(at);
        }
        let is_whole = sums
            .get(at)
            .zip(sums.last())
            .is_some_and(|(one, all)| one == all);
        is_whole.then_some(cuts)
    }

    /// In each table, the details of each row come below those of the row before.
    fn in_each(
        &mut self,
        tables: &[Vec<u64>],
        parts: &mut Vec<(u64, usize)>,
        owners: &mut Vec<usize>,
    ) {
        let Some((table, rest)) = tables.split_first() else {
            return self.try_parts(parts, owners);
        };
        self.in_table(table, 0, rest, parts, owners);
    }

    /// Goes through the ways to divide the details of a table among this row and those behind it. Row 0 is what all began with.
    fn in_table(
        &mut self,
        table: &[u64],
        row: usize,
        rest: &[Vec<u64>],
        parts: &mut Vec<(u64, usize)>,
        owners: &mut Vec<usize>,
    ) {
        if self.is_ambiguous {
            return;
        }
        let is_last = row == self.rows.len();
        for count in (if is_last { table.len() } else { 0 })..=table.len() {
            let (own, below) = table.split_at(count);
            let before = row.checked_sub(1).and_then(|row| parts.get(row).copied());
            let len = owners.len();
            owners.resize(len + count, row);
            if let Some(part) = row.checked_sub(1).and_then(|row| parts.get_mut(row)) {
                part.0 = part.0.saturating_add(own.iter().sum());
                part.1 += count;
            }
            if is_last {
                self.in_each(rest, parts, owners);
            } else {
                self.in_table(below, row + 1, rest, parts, owners);
            }
            owners.truncate(len);
            if let Some((part, before)) = row
                .checked_sub(1)
                .and_then(|row| parts.get_mut(row))
                .zip(before)
            {
                *part = before;
            }
        }
    }

    fn try_parts(&mut self, parts: &[(u64, usize)], owners: &[usize]) {
        let own: u64 = parts.iter().map(|(own, _)| own).sum();
        let is_any_empty = parts.iter().any(|(_, count)| *count == 0);
        if own == 0 || is_any_empty && !self.is_empty_allowed {
            return;
        }
        let pairs = self.rows.iter().zip(parts);
        let commons =
            pairs.map(|((tokens, slack), (own, _))| Some((tokens.checked_sub(*own)?, slack)));
        let Some(commons) = commons.collect::<Option<Vec<_>>>() else {
            return;
        };
        let Some((common, _)) = commons.first().copied() else {
            return;
        };
        let slack = self.slack();
        if commons
            .iter()
            .all(|(other, _)| other.abs_diff(common) <= slack)
        {
            self.found(common.saturating_add(own), common, owners.to_vec());
        }
    }

    fn found(&mut self, tokens: u64, common: u64, owners: Vec<usize>) {
        match &self.found {
            Some(found) => self.is_ambiguous |= found.tokens != tokens,
            None => {
                self.found = Some(Division {
                    tokens,
                    common,
                    owners,
                });
            }
        }
    }
}

/// The number of ways to divide some details among what all began with and these rows, in order.
fn ways_of(details: usize, rows: usize) -> Option<usize> {
    (1..=rows).try_fold(1_usize, |ways, row| {
        Some(ways.checked_mul(details.checked_add(row)?)? / row)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(rows: &[u64], tables: &[&[u64]], unchanged: Unchanged) -> Option<u64> {
        let rows: Vec<RowFigure> = rows.iter().map(|tokens| (*tokens, 0)).collect();
        let tables: Vec<Vec<u64>> = tables.iter().map(|table| table.to_vec()).collect();
        Some(divide(&rows, &tables, unchanged)?.tokens)
    }

    #[test]
    fn rows_are_divided_where_the_details_leave_one_way() {
        use Unchanged::{No, Perhaps, Yes};
        type Case<'a> = (&'a [u64], &'a [&'a [u64]], Unchanged, Option<u64>);
        let cases: [Case<'_>; 15] = [
            (&[12_650, 12_550], &[&[200, 100]], No, Some(12_750)),
            // A record of before the branches parted.
            (&[12_690, 12_590], &[&[40, 200, 100]], No, Some(12_790)),
            (&[13, 12], &[&[10, 3, 2]], No, Some(15)),
            (&[14, 13], &[&[10, 3, 2]], No, Some(16)),
            (&[650, 550, 750], &[&[200, 100, 300]], No, Some(1_050)),
            // A row that one branch left as it was.
            (&[10, 15], &[&[10, 3, 2]], No, None),
            (&[10, 15], &[&[10, 3, 2]], Perhaps, Some(15)),
            (&[10, 13, 12], &[&[10, 3, 2]], Perhaps, Some(15)),
            // Two ways.
            (&[12_650, 12_550], &[&[200, 100]], Yes, None),
            // Raised by hand, without a detail.
            (&[14_000, 12_650], &[&[200]], Yes, None),
            // The second branch's day comes first; both have rows on both days.
            (&[650, 550], &[&[100], &[200]], No, Some(750)),
            (&[705, 556], &[&[250, 100], &[5, 6]], No, Some(811)),
            (&[655, 556], &[&[200, 100], &[5, 6]], No, None),
            // A detail is missing.
            (&[13, 12], &[&[10, 3]], Perhaps, None),
            (&[13, 12], &[], Perhaps, None),
        ];
        for (rows, tables, unchanged, expected) in cases {
            assert_eq!(
                tokens(rows, tables, unchanged),
                expected,
                "{rows:?} {tables:?}"
            );
        }
        let rounded = divide(
            &[(12_700, 50), (12_600, 50)],
            &[vec![234, 99]],
            Unchanged::No,
        );
        assert_eq!(rounded.unwrap().tokens, 12_816);
        let many = vec![7; 3_000];
        assert!(
            divide(
                &[(9_000, 0), (9_007, 0)],
                &[many.clone(), many],
                Unchanged::No
            )
            .is_none()
        );
    }
}
