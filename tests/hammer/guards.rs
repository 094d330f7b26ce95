//! Many guards at once: they never grant more than the budget holds, whatever else is written meanwhile.

use std::{
    collections::HashSet,
    fs::{self, OpenOptions},
    io::Write as _,
    process::{Child, Output, Stdio},
    thread,
    time::Duration,
};

use crate::{alone, is_long, programs::errors, random::Random, random::seed, scene::Scene};

const GUARDS: usize = 50;

/// The number of them that fit.
const FITTING: u64 = 10;

/// What each of them asks for.
const ASKED: u64 = 1_000;

/// What sample logs have used.
const USED: u64 = 126_670;

/// What is recorded meanwhile, in all: less than one guard asks for, so that it decides on none of them.
const RECORDS: u64 = 20;
const LINES: u64 = 40;
const EACH: u64 = 10;

fn scene(seed: u64) -> Scene {
    let scene = Scene::new(seed, Duration::ZERO);
    let budget = USED + FITTING * ASKED + (RECORDS + LINES) * EACH;
    // No team but the total limits them.
    let settings = format!("[budget]\ntokens = {budget}\n[teams.\"Team X\"]\ntokens = \"1M\"\n");
    fs::write(scene.path().join("tokmon.toml"), settings).unwrap();
    scene
}

fn guard(scene: &Scene) -> Child {
    let asked = ASKED.to_string();
    let args = [
        "guard", "--team", "Team X", "--tokens", &asked, "--hold", "10", "--wait", "2m", "--json",
    ];
    let mut command = scene.tokmon(&args);
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn record(scene: &Scene) {
    for at in 0..RECORDS {
        let (tokens, id) = (EACH.to_string(), format!("record-{at}"));
        let args = [
            "record", "--team", "Team X", "--tokens", &tokens, "--id", &id,
        ];
        let output = scene.tokmon(&args).output().unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

/// What a shell does with `echo >>`.
fn append(scene: &Scene, pause: Duration) {
    for at in 0..LINES {
        let line = format!(
            "[USE] 2026-02-26T11:59:00Z team=\"Team X\" tokens={EACH} id=line-{at}\n[PRE] 11:59:00 tool=x\n"
        );
        let mut log = OpenOptions::new().append(true).open(&scene.log).unwrap();
        log.write_all(line.as_bytes()).unwrap();
        thread::sleep(pause);
    }
}

/// The ids of the holds in the log.
fn holds(scene: &Scene) -> HashSet<String> {
    let log = fs::read_to_string(&scene.log).unwrap();
    let holds = log.lines().filter(|line| line.starts_with("[HOLD]"));
    let ids = holds.map(|line| line.split(" id=").nth(1).unwrap().to_owned());
    ids.collect()
}

fn granted_id(output: &Output) -> String {
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    answer["hold"]["id"].as_str().unwrap().to_owned()
}

fn live(scene: &Scene, now: &str) -> u64 {
    let output = scene
        .tokmon(&["holds", "--json"])
        .env("TOKMON_NOW", now)
        .output()
        .unwrap();
    let holds: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    holds["reserved_tokens"].as_u64().unwrap()
}

/// The log is whole: nothing but what was written is in it, and no hold is left when its time is over.
fn assert_sound(scene: &Scene) {
    let output = scene.tokmon(&["check", "--json"]).output().unwrap();
    assert_eq!(errors(&output.stdout), Some(Vec::new()));
    assert_eq!(live(scene, "2026-02-26T12:10:00Z"), 0, "all holds expire");
}

#[test]
fn guards_started_together_grant_exactly_what_the_budget_holds() {
    let _alone = alone();
    let runs = if is_long() { 20 } else { 2 };
    for run in 0..runs {
        let scene = &scene(seed() + run);
        let outputs = thread::scope(|scope| {
            scope.spawn(|| record(scene));
            scope.spawn(|| append(scene, Duration::from_millis(5)));
            let guards: Vec<Child> = (0..GUARDS).map(|_| guard(scene)).collect();
            let outputs = guards.into_iter().map(Child::wait_with_output);
            outputs.map(Result::unwrap).collect::<Vec<Output>>()
        });
        let ended = |code| {
            let outputs = outputs.iter();
            outputs.filter(move |output| output.status.code() == Some(code))
        };
        let denied = ended(20).count();
        let granted: HashSet<String> = ended(0).map(granted_id).collect();
        let strange: Vec<&Output> = outputs
            .iter()
            .filter(|output| ![Some(0), Some(20)].contains(&output.status.code()))
            .collect();
        assert!(strange.is_empty(), "run {run}: {strange:?}");
        let fitting = usize::try_from(FITTING).unwrap();
        assert_eq!(
            (granted.len(), denied),
            (fitting, GUARDS - fitting),
            "run {run}"
        );
        assert_eq!(granted, holds(scene), "run {run}");
        assert_eq!(live(scene, "2026-02-26T12:09:59Z"), FITTING * ASKED);
        assert_sound(scene);
        println!("run {run}: {} granted, {denied} denied", granted.len());
    }
}

#[test]
fn guards_that_are_killed_grant_no_more_and_leave_holds_that_expire() {
    let _alone = alone();
    let runs = if is_long() { 20 } else { 2 };
    let mut all_left = 0;
    for run in 0..runs {
        let scene = &scene(seed() + run);
        let mut random = Random::new(seed() + run);
        let mut guards: Vec<Child> = (0..GUARDS).map(|_| guard(scene)).collect();
        // One has a hold at least in every second run, however slow the machine is.
        while run % 2 == 0 && holds(scene).is_empty() {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(random.millis(20));
        for guard in &mut guards {
            guard.kill().unwrap();
        }
        for mut guard in guards {
            guard.wait().unwrap();
        }
        let left = holds(scene).len();
        assert!(left as u64 <= FITTING, "run {run}: {left} holds");
        // The others may start as if the killed ones ran still, and all of them once these holds are over.
        let start = |now: &str| {
            let mut granted = 0;
            for _ in left..GUARDS {
                let asked = ASKED.to_string();
                let args = [
                    "guard", "--team", "Team X", "--tokens", &asked, "--hold", "10",
                ];
                let output = scene.tokmon(&args).env("TOKMON_NOW", now).output().unwrap();
                if output.status.code() != Some(0) {
                    break;
                }
                granted += 1;
            }
            granted
        };
        assert_eq!(
            start("2026-02-26T12:00:00Z"),
            FITTING - left as u64,
            "run {run}"
        );
        assert_eq!(start("2026-02-26T12:10:00Z"), FITTING, "run {run}");
        let output = scene.tokmon(&["check", "--json"]).output().unwrap();
        assert_eq!(errors(&output.stdout), Some(Vec::new()));
        println!("run {run}: {left} holds of killed guards");
        all_left += left;
    }
    assert!(all_left > 0, "no guard that was killed had a hold");
}
