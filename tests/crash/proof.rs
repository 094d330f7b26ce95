//! What must be true after a run was cut short and the command was run once more: every row and line exactly once, nothing left
//! over, and the files byte for byte as if nothing had happened.

use std::{collections::BTreeMap, fs::File, process::Output};

use crate::scene::{ECHOED_TOKENS, Files, Job, LOG, RECORDED_TOKENS, Scene};

/// The months of which the totals are asked.
const MONTHS: [&str; 2] = ["2026-02", "2026-01"];

/// What they are.
pub(crate) type Totals = [u64; MONTHS.len()];

/// How often each word is there that identifies a row or a line.
pub(crate) type Words = BTreeMap<String, usize>;

/// What every row and line of a scene must be after a job.
pub(crate) struct Proof {
    pub(crate) job: Job,
    totals: Totals,
    words: Words,
    /// How the files may look in the end; the second ones where others have written in between.
    endings: [Vec<Files>; 2],
}

impl Proof {
    pub(crate) fn of(job: Job) -> Self {
        let scene = Scene::new();
        let mut proof = Self {
            job,
            totals: totals(&scene).unwrap(),
            words: words(&scene.files()),
            endings: [Vec::new(), Vec::new()],
        };
        proof.endings = [false, true].map(|is_echoed| {
            let endings = endings(job, is_echoed).into_iter();
            let holds = |scene: Scene| {
                let files = scene.files();
                assert_eq!(words_of_all(&files), proof.words_after(is_echoed));
                assert_eq!(totals(&scene), Ok(proof.totals_after(true, is_echoed)));
                files
            };
            endings.map(holds).collect()
        });
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

    fn totals_after(&self, is_done: bool, is_echoed: bool) -> Totals {
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
        let second = self.succeeds(scene, self.job)?;
        self.is_as_ever(scene, is_echoed)
            .map_err(|fault| format!("{fault}\nafter a second run that said {second}"))
    }

    fn succeeds(&self, scene: &Scene, job: Job) -> Result<String, String> {
        let output = scene.run(job);
        let said = transcript(&output);
        if output.status.code() == Some(0) {
            return Ok(said);
        }
        Err(format!("after {:?}, {job:?} ended so: {said}", self.job))
    }

    /// Every row and line exactly once.
    pub(crate) fn is_once(&self, scene: &Scene, is_echoed: bool) -> Result<(), String> {
        let words = words_of_all(&scene.files());
        let wanted = self.words_after(is_echoed);
        if words == wanted {
            return Ok(());
        }
        Err(differences(&wanted, &words))
    }

    /// The files as if nothing had happened, and none left over.
    fn is_as_ever(&self, scene: &Scene, is_echoed: bool) -> Result<(), String> {
        self.is_once(scene, is_echoed)?;
        let files = scene.files();
        if self.endings[usize::from(is_echoed)].contains(&files) {
            return Ok(());
        }
        let names: Vec<&String> = files.keys().collect();
        Err(format!("{names:?} end otherwise:\n{}", files[LOG]))
    }
}

/// Scenes as they may look in the end: others wrote before the run, after it, or between the two halves of it.
fn endings(job: Job, is_echoed: bool) -> Vec<Scene> {
    let orders: &[fn(&Scene, Job)] = &[
        |scene, _| scene.echo(),
        |scene, job| {
            ran(scene, job);
            scene.echo();
        },
        |scene, job| {
            // A log that another program reads is not rewritten.
            let reader = File::open(scene.log()).unwrap();
            let at_once = ["--wait", "0s"].iter().filter(|_| job != Job::Record);
            let args: Vec<&str> = job.args().iter().chain(at_once).copied().collect();
            scene.command::<&str>(&[], &args).output().unwrap();
            drop(reader);
            scene.echo();
        },
    ];
    let alone: &[fn(&Scene, Job)] = &[|_, _| {}];
    let orders = if is_echoed { orders } else { alone };
    let ended = orders.iter().map(|order| {
        let scene = Scene::new();
        order(&scene, job);
        ran(&scene, job);
        scene
    });
    ended.collect()
}

fn ran(scene: &Scene, job: Job) {
    let output = scene.run(job);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{job:?}: {}",
        transcript(&output)
    );
}

/// What all teams used in each month, as the program says it.
pub(crate) fn totals(scene: &Scene) -> Result<Totals, String> {
    let mut totals = Totals::default();
    for (total, month) in totals.iter_mut().zip(MONTHS) {
        let args = ["--json", "--month", month, "-f", LOG];
        let output = scene.command::<&str>(&[], &args).output().unwrap();
        let report: Option<serde_json::Value> = serde_json::from_slice(&output.stdout).ok();
        let report = report.filter(|_| output.status.code() == Some(0));
        let used = report.as_ref().map(|report| &report["used"]["tokens"]);
        let unread = report
            .as_ref()
            .map(|report| &report["log"]["unreadable_rows"]);
        match (used.and_then(serde_json::Value::as_u64), unread) {
            (Some(used), Some(unread)) if *unread == 0 => *total = used,
            _ => return Err(format!("{month} cannot be read: {}", transcript(&output))),
        }
    }
    Ok(totals)
}

/// How a run ended, and what it said.
pub(crate) fn transcript(output: &Output) -> String {
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
