//! Passes items on, and reads the hook lines between them.

use chrono::NaiveDate;

use super::{Item, chunker::RawHookLine, lines, walk::Walk};
use crate::{
    diagnostic::{Code, Diagnostic},
    text::Place,
};

pub(super) struct Emitter<'f> {
    each: &'f mut dyn FnMut(Item<'_>),
    /// The date of the last heading or line that has one.
    date: Option<NaiveDate>,
    run: Option<HookRun>,
}

/// Consecutive hook lines inside a table.
struct HookRun {
    first: Place,
    lines: usize,
    end: usize,
}

impl<'f> Emitter<'f> {
    pub(super) fn new(each: &'f mut dyn FnMut(Item<'_>)) -> Self {
        Self {
            each,
            date: None,
            run: None,
        }
    }

    pub(super) fn emit(&mut self, item: Item<'_>) {
        (self.each)(item);
    }

    pub(super) fn problem(&mut self, problem: Diagnostic) {
        self.emit(Item::Problem(problem));
    }

    pub(super) fn set_date(&mut self, date: Option<NaiveDate>) {
        self.date = date.or(self.date);
    }

    /// Emits the hook lines before byte `at` of the text. Behind the head of a table they are a finding too.
    pub(super) fn hook_lines(&mut self, walk: &mut Walk<'_>, at: usize, head_end: Option<usize>) {
        while let Some((line, text)) = walk.next_hook_line(at) {
            if head_end.is_some_and(|end| line.at >= end) {
                self.hook_line_in_table(line);
            }
            self.hook_line(text, line.place);
        }
    }

    fn hook_line(&mut self, text: &str, place: Place) {
        let mut problems = Vec::new();
        let (date, item) = lines::read(text, place, self.date, &mut problems);
        self.set_date(date);
        for problem in problems {
            self.problem(problem);
        }
        if let Some(item) = item {
            self.emit(item);
        }
    }

    fn hook_line_in_table(&mut self, line: &RawHookLine) {
        match &mut self.run {
            Some(run) if run.end == line.place.span.start => {
                run.lines += 1;
                run.end = line.end;
            }
            _ => {
                self.end_hook_run();
                let (first, lines, end) = (line.place, 1, line.end);
                self.run = Some(HookRun { first, lines, end });
            }
        }
    }

    pub(super) fn end_hook_run(&mut self) {
        let Some(run) = self.run.take() else { return };
        let what = match run.lines {
            1 => "a hook line is inside a table".to_owned(),
            lines => format!("{lines} hook lines are inside a table"),
        };
        self.problem(
            Diagnostic::new(Code::HookLineInTable, what, run.first)
                .label("Markdown shows this as a row of the table above")
                .help("put an empty line before it, or move it to the end of the file"),
        );
    }
}
