//! Loads of writers, and what is left of their lines in the end.

use std::{collections::HashSet, thread, time::Duration};

use crate::{
    alone,
    appenders::{Manner, Wrote, append},
    busy, control,
    count::Count,
    flight, is_long,
    latency::spread,
    lines::{Id, MONTHS},
    programs::{self, Records, Runs, failure, used_tokens},
    random::seed,
    scene::Scene,
};

/// What the sample log says was used, before anybody writes.
const BEFORE: u64 = 126_670;

/// Writers up to here are outside; those behind record.
const RECORDERS: [u32; 2] = [90, 91];

/// Who writes at once.
struct Load {
    name: &'static str,
    fast: usize,
    slow: usize,
    hold: usize,
    bash: usize,
}

const LOADS: [Load; 3] = [
    Load {
        name: "1: 4 fast, 2 slow, 1 hold, 1 bash",
        fast: 4,
        slow: 2,
        hold: 1,
        bash: 1,
    },
    Load {
        name: "2: 3 hold, 3 slow, 1 fast",
        fast: 1,
        slow: 3,
        hold: 3,
        bash: 0,
    },
    Load {
        name: "3: 3 slow",
        fast: 0,
        slow: 3,
        hold: 0,
        bash: 0,
    },
];

impl Load {
    fn manners(&self, pause: Duration) -> Vec<Manner> {
        let many = |manner, count| std::iter::repeat_n(manner, count);
        many(Manner::Fast(pause), self.fast)
            .chain(many(Manner::Slow, self.slow))
            .chain(many(Manner::Hold, self.hold))
            .chain(many(Manner::Bash, self.bash))
            .collect()
    }
}

/// How hard is hammered.
struct Force {
    length: Duration,
    control_length: Duration,
    /// How long the fast ones wait between two lines.
    pause: Duration,
    seeds: u64,
}

impl Force {
    fn new() -> Self {
        if is_long() {
            return Self {
                length: Duration::from_secs(60),
                control_length: Duration::from_secs(5),
                pause: Duration::from_micros(400),
                seeds: 3,
            };
        }
        Self {
            length: Duration::from_secs(3),
            control_length: Duration::from_secs(1),
            pause: Duration::from_millis(2),
            seeds: 1,
        }
    }
}

/// What everybody did.
struct Done {
    wrote: Vec<Wrote>,
    records: Vec<Records>,
    archived: Runs,
    fixed: Runs,
    read: Runs,
    checked: Runs,
}

impl Done {
    /// What went wrong, where they noticed.
    fn failures(&self) -> impl Iterator<Item = &String> {
        let runs = [&self.archived, &self.fixed, &self.read, &self.checked];
        let runs = runs.into_iter().flat_map(|runs| &runs.failures);
        let records = self.records.iter();
        runs.chain(records.flat_map(|records| &records.failures))
    }

    fn recorded(&self) -> Vec<Id> {
        let records = self.records.iter();
        let ids = records.flat_map(|records| &records.acknowledged);
        ids.copied().collect()
    }

    fn took(&self) -> Vec<Duration> {
        let records = self.records.iter();
        records.flat_map(|records| &records.took).copied().collect()
    }
}

/// What is left of it.
struct Verdict {
    outside: u64,
    lost: Vec<Id>,
    doubled: Vec<Id>,
    strange: Vec<Id>,
    count: Count,
    longest: Duration,
}

impl Verdict {
    /// Looks for every line that was written.
    fn new(scene: &Scene, wrote: &[Wrote], recorded: &[Id]) -> Self {
        let outside = wrote.iter().flat_map(|wrote| {
            let writer = wrote.writer;
            (0..wrote.lines).map(move |number| Id { writer, number })
        });
        let wanted: HashSet<Id> = outside.chain(recorded.iter().copied()).collect();
        let count = Count::of(scene);
        let lost = wanted.iter().copied().filter(|id| count.times(*id) == 0);
        let found = count.found.keys().copied();
        let doubled = found.clone().filter(|id| count.times(*id) > 1);
        let strange = found.filter(|id| !wanted.contains(id));
        Self {
            outside: wrote.iter().map(|wrote| wrote.lines).sum(),
            lost: lost.collect(),
            doubled: doubled.collect(),
            strange: strange.collect(),
            longest: wrote.iter().map(|wrote| wrote.longest).max().unwrap(),
            count,
        }
    }

    /// What the lines that are there have to add up to.
    fn tokens(&self) -> u64 {
        let used = |id: &&Id| id.is_usage() || RECORDERS.contains(&id.writer);
        let used = self.count.found.keys().filter(used);
        used.map(|id| id.tokens()).sum()
    }

    fn faults(&self) -> Vec<String> {
        let some = |what: &str, ids: &[Id]| {
            let few: Vec<String> = ids.iter().take(5).map(Id::to_string).collect();
            (!ids.is_empty()).then(|| format!("{} {what}, like {few:?}", ids.len()))
        };
        let (torn, tokens) = (&self.count.torn, self.count.tokens);
        let faults = [
            some("lost", &self.lost),
            some("doubled", &self.doubled),
            some("that no program wrote", &self.strange),
            torn.first()
                .map(|line| format!("{} torn, like {line:?}", torn.len())),
            (self.count.marks > 0).then(|| format!("{} marks left", self.count.marks)),
            (tokens != self.tokens()).then(|| format!("{tokens} tokens, not {}", self.tokens())),
        ];
        faults.into_iter().flatten().collect()
    }
}

fn hammer(scene: &Scene, load: &Load, force: &Force) -> Done {
    let manners = load.manners(force.pause);
    thread::scope(|scope| {
        let writers = (1..)
            .zip(manners)
            .map(|(writer, manner)| scope.spawn(move || append(scene, writer, manner)));
        let writers: Vec<_> = writers.collect();
        let recorders =
            RECORDERS.map(|writer| scope.spawn(move || programs::record(scene, writer)));
        let archiver = scope.spawn(|| programs::rewrite(scene, &["archive"], 200));
        let fixer = scope.spawn(|| programs::rewrite(scene, &["check", "--fix"], 400));
        let reader = scope.spawn(|| programs::read(scene, 100));
        let checker = scope.spawn(|| flight::read(scene, 60));
        scene.wait();
        Done {
            wrote: writers
                .into_iter()
                .map(|writer| writer.join().unwrap())
                .collect(),
            records: recorders.map(|recorder| recorder.join().unwrap()).into(),
            archived: archiver.join().unwrap(),
            fixed: fixer.join().unwrap(),
            read: reader.join().unwrap(),
            checked: checker.join().unwrap(),
        }
    })
}

/// What the views of all months say was used.
fn reported(scene: &Scene) -> u64 {
    let months = MONTHS.into_iter().chain(["2026-02"]);
    let used = months.map(|month| {
        let output = scene.tokmon(&["--json", "--month", month]).output();
        used_tokens(&output.unwrap())
    });
    used.sum()
}

/// Hammers a log, clears up, and looks for every line. Gives how many were written outside.
fn run(load: &Load, force: &Force, seed: u64) -> u64 {
    let scene = Scene::new(seed, force.length);
    let done = hammer(&scene, load, force);
    let mut faults: Vec<String> = done.failures().take(5).cloned().collect();
    for args in [&["check", "--fix"][..], &["archive"]] {
        let output = scene.tokmon(args).output().unwrap();
        faults.extend(failure(&output, &[0]));
    }
    let verdict = Verdict::new(&scene, &done.wrote, &done.recorded());
    faults.extend(verdict.faults());
    let (reported, wanted) = (reported(&scene), BEFORE + verdict.tokens());
    if reported != wanted {
        faults.push(format!("{reported} reported, not {wanted}"));
    }
    row(load.name, seed, &verdict, Some(&done));
    // What is left of a load that failed is to be looked at.
    let left = (!faults.is_empty()).then(|| scene.leave());
    assert!(left.is_none(), "{left:?}\n{}", faults.join("\n"));
    verdict.outside
}

/// Hammers a log that is rewritten as it should not be. Gives how many lines were lost.
fn run_control(load: &Load, force: &Force, seed: u64) -> usize {
    let scene = &Scene::new(seed, force.control_length);
    let manners = load.manners(force.pause);
    let wrote: Vec<Wrote> = thread::scope(|scope| {
        let writers = (1..)
            .zip(manners)
            .map(|(writer, manner)| scope.spawn(move || append(scene, writer, manner)));
        let writers: Vec<_> = writers.collect();
        let archiver = scope.spawn(|| control::archive(scene));
        scene.wait();
        archiver.join().unwrap();
        writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect()
    });
    let verdict = Verdict::new(scene, &wrote, &[]);
    row(&format!("control {}", load.name), seed, &verdict, None);
    verdict.lost.len()
}

const HEAD: &str = "\
| load | seed | outside lines | lost | doubled | torn | longest outside wait, ms | archive runs (put off) | fix runs (put off) | readings | recorded | record p50 / p99 / max, ms | load of the machine |
|---|---|---|---|---|---|---|---|---|---|---|---|---|";

/// Prints what came of a run, as a row of the table.
fn row(name: &str, seed: u64, verdict: &Verdict, done: Option<&Done>) {
    let done = done.map_or_else(
        || "— | — | — | — | —".to_owned(),
        |done| {
            format!(
                "{} ({}) | {} ({}) | {} | {} | {}",
                done.archived.done,
                done.archived.put_off,
                done.fixed.done,
                done.fixed.put_off,
                done.read.done + done.checked.done,
                done.recorded().len(),
                spread(&mut done.took()),
            )
        },
    );
    println!(
        "| {name} | {seed} | {} | {} | {} | {} | {} | {done} | {} |",
        verdict.outside,
        verdict.lost.len(),
        verdict.doubled.len(),
        verdict.count.torn.len(),
        verdict.longest.as_millis(),
        busy(),
    );
}

#[test]
fn no_line_is_lost_or_doubled_or_torn() {
    let _alone = alone();
    let (force, first) = (Force::new(), seed());
    println!(
        "TOKMON_SEED={first}, {:?} for each load\n{HEAD}",
        force.length
    );
    let mut outside = 0;
    for load in &LOADS {
        let lost = run_control(load, &force, first);
        assert!(lost > 0, "load {}: the hammer has no power", load.name);
        for seed in first..first + force.seeds {
            outside += run(load, &force, seed);
        }
    }
    println!("{outside} outside lines");
}
