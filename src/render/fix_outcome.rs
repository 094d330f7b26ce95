//! What `check --fix` did to a log, in a line or two for standard error.

use super::{counted, sanitize};

#[derive(Clone, Debug, Default)]
pub struct FixOutcome<'a> {
    pub file: &'a str,
    pub is_changed: bool,
    /// The number of findings that are gone.
    pub resolved: usize,
    /// The number of findings afterwards.
    pub left: usize,
    /// The last round of fixes still changed something, so that another one may fix more.
    pub is_unfinished: bool,
    /// The reasons of fixes that were not made.
    pub rejected: Vec<String>,
}

impl FixOutcome<'_> {
    pub fn lines(&self) -> Vec<String> {
        let file = sanitize(self.file);
        let mut lines = vec![match (self.is_changed, self.resolved, self.left) {
            (false, _, 0) => format!("nothing to fix in {file}"),
            (false, _, left) => {
                let verb = if left == 1 { "needs" } else { "need" };
                let findings = counted(left, "finding");
                format!("nothing can be fixed automatically; {findings} {verb} a person")
            }
            (true, 0, _) => format!("brought the figures of {file} up to date"),
            (true, resolved, _) => format!("fixed {} in {file}", counted(resolved, "finding")),
        }];
        if self.is_unfinished {
            lines.push("not everything that can be fixed is fixed; run the command again".into());
        }
        let rejected = self.rejected.iter();
        lines.extend(rejected.map(|why| {
            format!("a fix was not made: {why}; please report this, with the log if you can")
        }));
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_has_its_sentence() {
        let outcome = |is_changed, resolved, left| FixOutcome {
            file: "cost-log.md",
            is_changed,
            resolved,
            left,
            ..FixOutcome::default()
        };
        let table = [
            (outcome(false, 0, 0), "nothing to fix in cost-log.md"),
            (
                outcome(false, 0, 1),
                "nothing can be fixed automatically; 1 finding needs a person",
            ),
            (
                outcome(false, 0, 7),
                "nothing can be fixed automatically; 7 findings need a person",
            ),
            (outcome(true, 1, 2), "fixed 1 finding in cost-log.md"),
            (outcome(true, 3, 0), "fixed 3 findings in cost-log.md"),
            (
                outcome(true, 0, 0),
                "brought the figures of cost-log.md up to date",
            ),
        ];
        for (outcome, expected) in table {
            assert_eq!(outcome.lines(), [expected]);
        }
        let unfinished = FixOutcome {
            is_unfinished: true,
            rejected: vec!["the row on line 3 would leave its table".to_owned()],
            ..outcome(true, 1, 1)
        };
        assert_eq!(
            unfinished.lines(),
            [
                "fixed 1 finding in cost-log.md",
                "not everything that can be fixed is fixed; run the command again",
                "a fix was not made: the row on line 3 would leave its table; please report this, with the log if you can",
            ]
        );
    }
}
