//! What must be true after a run was cut short and the command was run once more: every row and line exactly once, nothing left
//! over, and the files byte for byte as if nothing had happened.

use std::{collections::BTreeMap, fs::File, process::Output};

use crate::scene::{ECHOED_TOKENS, Files, Job, RECORDED_TOKENS, Scene};

/// The months of which the totals are asked.
const MONTHS: [&str; 3] = ["2026-02", "2026-01", "2025-12"];

/// How often each word that tells a row or a line from the others is there.
pub(crate) type Words = BTreeMap<String, usize>;

/// What every row and line of a scene must be after a job.
pub(crate) struct Proof {
    pub(crate) job: Job,
    totals: [u64; 3],
    words: Words,
    /// How the files may look in the end; the second ones where others have written in between.
    endings: [Vec<Files>; 2],
}

impl Proof {
    pub(crate) fn of(job: Job) -> Self {
        let scene = Scene::new();
        let words = words(&scene.files());
        let totals = totals(&scene).unwrap();
        let proof = Self {
            job,
            totals,
            words,
            endings: [endings(job, false), endings(job, true)],
        };
        for (is_echoed, endings) in [false, true].into_iter().zip(&proof.endings) {
            for files in endings {
                assert_eq!(words_of_all(files), proof.words_after(is_echoed));
            }
        }
        proof
    }

    fn words_after(&self, is_echoed: bool) -> Words {
        let mut words = self.words.clone();
        let recorded = ["mine0"].into_iter().filter(|_| self.job == Job::Record);
        let echoed = ["echo1", "echo2"].into_iter().filter(|_| is_echoed);
        for word in recorded.chain(echoed) {
            words.insert(word.to_owned(), 1);
        }
        words
    }

    fn totals_after(&self, is_done: bool, is_echoed: bool) -> [u64; 3] {
        let mut totals = self.totals;
        if is_done && self.job == Job::Record {
            totals[0] += RECORDED_TOKENS;
        }
        if is_echoed {
            totals[0] += ECHOED_TOKENS;
        }
        totals
    }

    /// A run was cut short: readers see the same as before or after it. Then, with lines written in between or not, runs the
    /// command once more and looks at everything.
    pub(crate) fn holds(&self, scene: &Scene, is_echoed: bool) -> Result<(), String> {
        self.is_readable(scene)?;
        if is_echoed {
            scene.echo();
        }
        self.holds_after_rerun(scene, is_echoed)
    }

    fn is_readable(&self, scene: &Scene) -> Result<(), String> {
        let seen = totals(scene)?;
        let wanted = [false, true].map(|is_done| self.totals_after(is_done, false));
        if wanted.contains(&seen) {
            return Ok(());
        }
        Err(format!("in between, the totals are {seen:?}"))
    }

    /// Runs the command once more and looks at everything.
    pub(crate) fn holds_after_rerun(&self, scene: &Scene, is_echoed: bool) -> Result<(), String> {
        let output = scene.run(self.job);
        let told = told(&output);
        if output.status.code() != Some(0) {
            return Err(format!("the second run ended so: {told}"));
        }
        self.is_whole(scene, is_echoed)
            .map_err(|fault| format!("{fault}\nafter a second run that said {told}"))
    }

    /// Every row and line exactly once, and the files as they should be.
    pub(crate) fn is_whole(&self, scene: &Scene, is_echoed: bool) -> Result<(), String> {
        let files = scene.files();
        let (words, wanted) = (words_of_all(&files), self.words_after(is_echoed));
        if words != wanted {
            return Err(differences(&wanted, &words));
        }
        if !self.endings[usize::from(is_echoed)].contains(&files) {
            let names: Vec<&String> = files.keys().collect();
            return Err(format!(
                "{names:?} end otherwise:\n{}",
                files["cost-log.md"]
            ));
        }
        let (seen, wanted) = (totals(scene)?, self.totals_after(true, is_echoed));
        if seen != wanted {
            return Err(format!("the totals are {seen:?} and not {wanted:?}"));
        }
        Ok(())
    }
}

/// How the files may look in the end: others wrote before the run, after it, or between the two halves of it.
fn endings(job: Job, is_echoed: bool) -> Vec<Files> {
    let orders: [fn(&Scene, Job); 3] = [
        |scene, _| scene.echo(),
        |scene, job| {
            assert_ran(scene, job);
            scene.echo();
        },
        |scene, job| {
            // Nobody rewrites a log that somebody reads.
            let reader = File::open(scene.log()).unwrap();
            let mut args = job.args().to_vec();
            if job != Job::Record {
                args.extend(["--wait", "0s"]);
            }
            scene.command::<&str>(&[], &args).output().unwrap();
            drop(reader);
            scene.echo();
        },
    ];
    if !is_echoed {
        let scene = Scene::new();
        assert_ran(&scene, job);
        return vec![scene.files()];
    }
    let mut endings = Vec::new();
    for order in orders {
        let scene = Scene::new();
        order(&scene, job);
        assert_ran(&scene, job);
        endings.push(scene.files());
    }
    endings
}

fn assert_ran(scene: &Scene, job: Job) {
    let output = scene.run(job);
    assert_eq!(output.status.code(), Some(0), "{job:?}: {}", told(&output));
}

/// What all teams used in each month, as the program says it.
pub(crate) fn totals(scene: &Scene) -> Result<[u64; 3], String> {
    let mut totals = [0; 3];
    for (total, month) in totals.iter_mut().zip(MONTHS) {
        let args = ["--json", "--month", month, "-f", "cost-log.md"];
        let output = scene.command::<&str>(&[], &args).output().unwrap();
        let report: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
        let report = report.filter(|_| output.status.code() == Some(0));
        let used = report.as_ref().map(|report| &report["used"]["tokens"]);
        let unread = report
            .as_ref()
            .map(|report| &report["log"]["unreadable_rows"]);
        match (used.and_then(serde_json::Value::as_u64), unread) {
            (Some(used), Some(unread)) if *unread == 0 => *total = used,
            _ => return Err(format!("{month} cannot be read: {}", told(&output))),
        }
    }
    Ok(totals)
}

/// How a run ended, and what it said.
pub(crate) fn told(output: &Output) -> String {
    format!(
        "{}: {}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The words of all Markdown files.
pub(crate) fn words_of_all(files: &Files) -> Words {
    let files = files.iter().filter(|(name, _)| {
        std::path::Path::new(name)
            .extension()
            .is_some_and(|ending| ending == "md")
    });
    let files: Files = files
        .map(|(name, text)| (name.clone(), text.clone()))
        .collect();
    words(&files)
}

/// How often each word is there that starts with small letters and ends with a number: `old07`, `hook20260110`.
fn words(files: &Files) -> Words {
    let mut words = Words::new();
    for text in files.values() {
        for word in text.split(|char: char| !char.is_ascii_alphanumeric()) {
            let letters = word.trim_end_matches(|char: char| char.is_ascii_digit());
            let is_name = ["new", "old", "past", "hook", "keep", "used", "echo", "mine"];
            if letters.len() < word.len() && is_name.contains(&letters) {
                *words.entry(word.to_owned()).or_default() += 1;
            }
        }
    }
    words
}

/// What is there too often, or not often enough.
pub(crate) fn differences(wanted: &Words, words: &Words) -> String {
    let names = wanted.keys().chain(words.keys());
    let of = |words: &Words, name: &String| words.get(name).copied().unwrap_or_default();
    let mut differences: Vec<String> = names
        .filter(|name| of(wanted, name) != of(words, name))
        .map(|name| {
            let (wanted, there) = (of(wanted, name), of(words, name));
            format!("{name} is there {there} times and not {wanted}")
        })
        .collect();
    differences.sort();
    differences.dedup();
    differences.join(", ")
}
