//! Loads of writers, and what is left of their lines in the end.

use std::{collections::HashSet, thread, time::Duration};

use crate::{
    alone,
    appenders::{Manner, Wrote, append},
    busy, control,
    count::Count,
    is_long,
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
    seconds: u64,
    control_seconds: u64,
    pause: Duration,
    seeds: u64,
}

impl Force {
    fn new() -> Self {
        if is_long() {
            return Self {
                seconds: 60,
                control_seconds: 5,
                pause: Duration::from_micros(400),
                seeds: 3,
            };
        }
        Self {
            seconds: 4,
            control_seconds: 2,
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
    /// Looks for every line that was written for sure. Those that `may` be there are no strangers.
    fn new(scene: &Scene, wrote: &[Wrote], recorded: &[Id], may: &HashSet<Id>) -> Self {
        let count = Count::of(scene);
        let (mut lost, mut wanted) = (Vec::new(), HashSet::new());
        let outside = wrote.iter().flat_map(|wrote| {
            let writer = wrote.writer;
            (0..wrote.lines).map(move |number| Id { writer, number })
        });
        for id in outside.chain(recorded.iter().copied()) {
            wanted.insert(id);
            if count.times(id) == 0 {
                lost.push(id);
            }
        }
        let found = count.found.iter();
        let doubled = found.filter(|(_, times)| **times > 1).map(|(id, _)| *id);
        let strange = count.found.keys().copied();
        let strange = strange.filter(|id| !wanted.contains(id) && !may.contains(id));
        Self {
            outside: wrote.iter().map(|wrote| wrote.lines).sum(),
            lost,
            doubled: doubled.collect(),
            strange: strange.collect(),
            longest: wrote
                .iter()
                .map(|wrote| wrote.longest)
                .max()
                .unwrap_or_default(),
            count,
        }
    }

    /// What the lines that are there have to add up to.
    fn tokens(&self) -> u64 {
        let used = |id: &&Id| id.is_usage() || RECORDERS.contains(&id.writer);
        self.count
            .found
            .keys()
            .filter(used)
            .map(|id| id.tokens())
            .sum()
    }

    fn faults(&self) -> Vec<String> {
        let some = |what: &str, ids: &[Id]| {
            let few: Vec<String> = ids.iter().take(5).map(Id::to_string).collect();
            (!ids.is_empty()).then(|| format!("{} {what}, like {few:?}", ids.len()))
        };
        let mut faults: Vec<String> = [
            some("lost", &self.lost),
            some("doubled", &self.doubled),
            some("that nobody wrote", &self.strange),
        ]
        .into_iter()
        .flatten()
        .collect();
        let torn = &self.count.torn;
        faults.extend(
            torn.first()
                .map(|line| format!("{} torn, like {line:?}", torn.len())),
        );
        if self.count.marks > 0 {
            faults.push(format!("{} marks left", self.count.marks));
        }
        if self.count.tokens != self.tokens() {
            faults.push(format!(
                "{} tokens, not {}",
                self.count.tokens,
                self.tokens()
            ));
        }
        faults
    }
}

fn hammer(scene: &Scene, load: &Load, force: &Force) -> Done {
    let manners = load.manners(force.pause);
    thread::scope(|scope| {
        let writers: Vec<_> = (1..)
            .zip(manners)
            .map(|(writer, manner)| scope.spawn(move || append(scene, writer, manner)))
            .collect();
        let recorders =
            RECORDERS.map(|writer| scope.spawn(move || programs::record(scene, writer)));
        let archiver = scope.spawn(|| programs::rewrite(scene, &["archive"], 200));
        let fixer = scope.spawn(|| programs::rewrite(scene, &["check", "--fix"], 400));
        let reader = scope.spawn(|| programs::read(scene, 50));
        thread::sleep(Duration::from_secs(force.seconds));
        scene.end();
        Done {
            wrote: writers
                .into_iter()
                .map(|writer| writer.join().unwrap())
                .collect(),
            records: recorders.map(|recorder| recorder.join().unwrap()).into(),
            archived: archiver.join().unwrap(),
            fixed: fixer.join().unwrap(),
            read: reader.join().unwrap(),
        }
    })
}

/// What all views of all months say was used.
fn reported(scene: &Scene) -> u64 {
    let months = MONTHS.into_iter().chain(["2026-02"]);
    let used = months.map(|month| {
        let output = scene
            .tokmon(&["--json", "--month", month])
            .output()
            .unwrap();
        used_tokens(&output)
    });
    used.sum()
}

/// Hammers a log, clears up, and looks for every line. Gives the row of the table and how many lines were written outside.
fn run(load: &Load, force: &Force, seed: u64) -> (String, u64) {
    let scene = Scene::new(seed, Duration::from_secs(force.seconds));
    let mut done = hammer(&scene, load, force);
    let mut faults = Vec::new();
    for args in [&["check", "--fix"][..], &["archive"]] {
        let output = scene.tokmon(args).output().unwrap();
        faults.extend(failure(&output, &[0]));
    }
    let failed = [&done.archived, &done.fixed, &done.read].map(|runs| &runs.failures);
    let failed = failed
        .into_iter()
        .chain(done.records.iter().map(|records| &records.failures));
    faults.extend(failed.flatten().take(5).cloned());
    let recorded: Vec<Id> = done
        .records
        .iter()
        .flat_map(|records| &records.acknowledged)
        .copied()
        .collect();
    let verdict = Verdict::new(&scene, &done.wrote, &recorded, &HashSet::new());
    faults.extend(verdict.faults());
    let reported = reported(&scene);
    if reported != BEFORE + verdict.tokens() {
        faults.push(format!(
            "{reported} reported, not {}",
            BEFORE + verdict.tokens()
        ));
    }
    let mut took: Vec<Duration> = done
        .records
        .iter_mut()
        .flat_map(|records| records.took.drain(..))
        .collect();
    let row = format!(
        "| {} | {seed} | {} | {} | {} | {} | {} ({}) | {} ({}) | {} | {} | {} | {} | {} |",
        load.name,
        verdict.outside,
        verdict.lost.len(),
        verdict.doubled.len(),
        verdict.count.torn.len(),
        done.archived.done,
        done.archived.put_off,
        done.fixed.done,
        done.fixed.put_off,
        done.read.done,
        verdict.longest.as_millis(),
        recorded.len(),
        spread(&mut took),
        busy(),
    );
    println!("{row}");
    if !faults.is_empty() {
        panic!(
            "{}\nload {row}\n{}",
            scene.leave().display(),
            faults.join("\n")
        );
    }
    (row, verdict.outside)
}

/// Hammers a log that is rewritten as it should not be. Tells how many lines were lost.
fn run_control(load: &Load, force: &Force, seed: u64) -> usize {
    let scene = &Scene::new(seed, Duration::from_secs(force.control_seconds));
    let manners = load.manners(force.pause);
    let (wrote, runs) = thread::scope(|scope| {
        let writers: Vec<_> = (1..)
            .zip(manners)
            .map(|(writer, manner)| scope.spawn(move || append(scene, writer, manner)))
            .collect();
        let archiver = scope.spawn(|| control::archive(scene));
        thread::sleep(Duration::from_secs(force.control_seconds));
        scene.end();
        let wrote: Vec<Wrote> = writers
            .into_iter()
            .map(|writer| writer.join().unwrap())
            .collect();
        (wrote, archiver.join().unwrap())
    });
    let verdict = Verdict::new(scene, &wrote, &[], &HashSet::new());
    println!(
        "| control {} | {seed} | {} | {} | {} | {} | {runs} | | | {} | | | {} |",
        load.name,
        verdict.outside,
        verdict.lost.len(),
        verdict.doubled.len(),
        verdict.count.torn.len(),
        verdict.longest.as_millis(),
        busy(),
    );
    verdict.lost.len()
}

#[test]
fn no_line_is_lost_or_doubled_or_torn() {
    let _alone = alone();
    let (force, first) = (Force::new(), seed());
    println!("TOKMON_SEED={first}, {} s for each load", force.seconds);
    println!(
        "| load | seed | outside lines | lost | doubled | torn | archive runs (put off) | fix runs (put off) | reads | longest outside wait, ms | recorded | record p50 / p99 / max, ms | machine's load |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|---|");
    let mut outside = 0;
    for load in &LOADS {
        let lost = run_control(load, &force, first);
        assert!(lost > 0, "load {}: the hammer has no power", load.name);
        for seed in first..first + force.seeds {
            outside += run(load, &force, seed).1;
        }
    }
    println!("{outside} outside lines");
}
