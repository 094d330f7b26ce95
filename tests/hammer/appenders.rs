//! Those who write and know nothing of tokmon. Each knows how many lines it wrote.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{
    lines::{Id, LONG, MONTHS, line},
    random::Random,
    scene::Scene,
};

/// How an appender appends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Opens, writes and closes, and waits for this long.
    Fast(Duration),
    /// Has the log open for up to 40 ms before it writes.
    Slow,
    /// Has the log open for 130 ms and writes 50 lines meanwhile.
    Hold,
    /// A shell with `echo >>`.
    Bash,
}

/// What an appender did.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wrote {
    pub(crate) writer: u32,
    pub(crate) lines: u64,
    /// How long one line took at most, from the wish to write it.
    pub(crate) longest: Duration,
}

/// Appends until the scene is over.
pub(crate) fn append(scene: &Scene, writer: u32, manner: Manner) -> Wrote {
    if matches!(manner, Manner::Bash) {
        return bash(scene, writer);
    }
    let mut appender = Appender {
        scene,
        random: Random::new(scene.seed ^ u64::from(writer) << 32),
        wrote: Wrote {
            writer,
            lines: 0,
            longest: Duration::ZERO,
        },
    };
    while scene.goes_on() {
        appender.turn(manner);
    }
    appender.wrote
}

struct Appender<'s> {
    scene: &'s Scene,
    random: Random,
    wrote: Wrote,
}

impl Appender<'_> {
    fn turn(&mut self, manner: Manner) {
        let wished = Instant::now();
        let file = OpenOptions::new()
            .append(true)
            .open(&self.scene.log)
            .unwrap();
        self.waited(wished);
        match manner {
            Manner::Fast(pause) => {
                self.write(&file);
                drop(file);
                thread::sleep(pause);
            }
            Manner::Slow => {
                thread::sleep(self.random.millis(40));
                self.write(&file);
                drop(file);
                thread::sleep(self.random.millis(30));
            }
            Manner::Hold => {
                for _ in 0..50 {
                    self.write(&file);
                    thread::sleep(Duration::from_micros(2_600));
                }
                drop(file);
                thread::sleep(self.random.millis(200));
            }
            Manner::Bash => unreachable!("a shell is a program of its own"),
        }
    }

    /// Writes one line at once.
    fn write(&mut self, mut file: &File) {
        let number = self.wrote.lines;
        let writer = self.wrote.writer;
        let is_long = number % LONG == LONG - 1;
        let pad = if is_long { 4_200 } else { 0 } + self.random.below(60);
        let pad = usize::try_from(pad).unwrap();
        let text = line(Id { writer, number }, self.scene.month(), pad) + "\n";
        let wished = Instant::now();
        assert_eq!(file.write(text.as_bytes()).unwrap(), text.len());
        self.waited(wished);
        self.wrote.lines += 1;
    }

    fn waited(&mut self, since: Instant) {
        self.wrote.longest = self.wrote.longest.max(since.elapsed());
    }
}

/// Appends in a shell. It writes a line of more than 4 KB in two parts, so all of its lines are short.
fn bash(scene: &Scene, writer: u32) -> Wrote {
    const SCRIPT: &str = r#"
        LC_ALL=C log=$1 end=$2 writer=$3 micros=$4 months=($5) number=0 longest=0
        exec {nap}<> <(:)
        began=${EPOCHREALTIME/./}
        until [[ -e $end ]]; do
            month=$(((${EPOCHREALTIME/./} - began) / micros)); month=${months[month > 11 ? 11 : month]}
            printf -v day %02d $((1 + number % 3)); id=w$writer-$number
            line="[PRE] ${month}-${day}T10:00:00Z tool=Bash id=$id pad=4:xxxx end=$id"
            if ((number % 10 == 3)); then
                line="[USE] ${month}-${day}T10:00:00Z team=\"Team A\" tokens=$((1 + (writer * 7 + number) % 900)) id=$id"
            fi
            wished=${EPOCHREALTIME/./}
            echo "$line" >> "$log" || exit 1
            took=$((${EPOCHREALTIME/./} - wished))
            ((took > longest)) && longest=$took
            ((number += 1))
            read -rt 0.002 -u "$nap"
        done
        echo "$number $longest"
    "#;
    let output = Command::new("bash")
        .args(["-c", SCRIPT, "bash"])
        .arg(&scene.log)
        .arg(scene.end_file())
        .arg(writer.to_string())
        .arg(scene.month_length().as_micros().max(1).to_string())
        .arg(MONTHS.join(" "))
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{output:?}");
    let (lines, micros) = told.trim().split_once(' ').unwrap();
    Wrote {
        writer,
        lines: lines.parse().unwrap(),
        longest: Duration::from_micros(micros.parse().unwrap()),
    }
}
