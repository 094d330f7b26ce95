//! Writes a home with transcripts of Claude Code and rollouts of Codex, and prints what they come to.
//!
//! ```console
//! $ cargo run --release --example transcripts -- FOLDER --megabytes 300 --seed 7
//! ```
//!
//! The same seed gives the same files on every machine. Lines are as large as real ones: most are results of tools. A response of Claude has
//! one to three lines with the same usage but for its output, and every fifth session is resumed in another file, which begins with copies.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own"
)]

use std::{
    env,
    fmt::Write as _,
    fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

const USAGE: &str = "transcripts FOLDER [--megabytes N] [--seed N]";

/// Of what prompts and results of tools are made, as JSON has it.
const WORDS: [&str; 16] = [
    "fn",
    "let",
    "the",
    "of",
    "error:",
    "result",
    "value",
    "src/main.rs",
    "\\\"quoted\\\"",
    "{",
    "}",
    "=>",
    "\\n",
    "\\t",
    "測試",
    "line",
];

fn main() -> ExitCode {
    let Some((folder, megabytes, seed)) = options() else {
        eprintln!("usage: {USAGE}");
        return ExitCode::from(64);
    };
    let mut home = Home::new(folder, seed);
    match home.fill(megabytes.saturating_mul(1_000_000)) {
        Ok(()) => {
            println!(
                "{{\"claude\":{},\"codex\":{}}}",
                home.claude.json(),
                home.codex.json()
            );
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("transcripts: {}: {error}", home.folder.display());
            ExitCode::FAILURE
        }
    }
}

fn options() -> Option<(PathBuf, u64, u64)> {
    let mut words = env::args().skip(1);
    let folder = words.next().filter(|word| !word.starts_with('-'))?;
    let (mut megabytes, mut seed) = (300, 7);
    while let Some(word) = words.next() {
        let value = words.next()?.parse().ok()?;
        match word.as_str() {
            "--megabytes" => megabytes = value,
            "--seed" => seed = value,
            _ => return None,
        }
    }
    Some((folder.into(), megabytes, seed))
}

/// Numbers that follow from a seed: `SplitMix64`.
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end.max(1)
    }

    fn uuid(&mut self) -> String {
        let digits = format!("{:016x}{:016x}", self.next(), self.next());
        let (mut uuid, mut places) = (String::new(), 0);
        for digit in digits.chars() {
            if matches!(places, 8 | 12 | 16 | 20) {
                uuid.push('-');
            }
            uuid.push(digit);
            places += 1;
        }
        uuid
    }

    /// Text of about this many bytes, as the inside of a JSON string.
    fn text(&mut self, bytes: u64) -> String {
        let mut text = String::new();
        while (text.len() as u64) < bytes {
            let word = usize::try_from(self.below(WORDS.len() as u64)).unwrap_or_default();
            text.extend(WORDS.get(word).copied());
            text.push(' ');
        }
        text
    }
}

/// The tokens of all responses, each once.
#[derive(Clone, Copy, Default)]
struct Sums {
    input: u64,
    output: u64,
    cache_write_5m: u64,
    cache_write_1h: u64,
    cache_read: u64,
}

impl Sums {
    fn drawn(draw: &mut Draw) -> Self {
        Self {
            input: draw.below(50),
            output: 10 + draw.below(3_000),
            cache_write_5m: draw.below(9_000),
            cache_write_1h: if draw.below(4) == 0 {
                draw.below(20_000)
            } else {
                0
            },
            cache_read: draw.below(150_000),
        }
    }

    fn add(&mut self, other: Self) {
        self.input += other.input;
        self.output += other.output;
        self.cache_write_5m += other.cache_write_5m;
        self.cache_write_1h += other.cache_write_1h;
        self.cache_read += other.cache_read;
    }

    fn json(&self) -> String {
        format!(
            "{{\"input\":{},\"output\":{},\"cache_write_5m\":{},\"cache_write_1h\":{},\"cache_read\":{}}}",
            self.input, self.output, self.cache_write_5m, self.cache_write_1h, self.cache_read
        )
    }
}

struct Home {
    folder: PathBuf,
    draw: Draw,
    /// Texts of several lengths. Drawing each anew would take most of the time.
    texts: Vec<String>,
    written: u64,
    claude: Sums,
    codex: Sums,
}

impl Home {
    fn new(folder: PathBuf, seed: u64) -> Self {
        let mut draw = Draw(seed);
        let lengths = [100, 200, 400, 900, 1_500, 3_000, 6_000, 12_000];
        let texts = lengths.iter().flat_map(|length| [*length; 8]);
        let texts = texts.map(|length| draw.text(length)).collect();
        Self {
            folder,
            draw,
            texts,
            written: 0,
            claude: Sums::default(),
            codex: Sums::default(),
        }
    }

    fn fill(&mut self, bytes: u64) -> io::Result<()> {
        let mut number = 0;
        while self.written < bytes {
            if number % 3 == 2 {
                self.rollout(number)?;
            } else {
                self.session(number)?;
            }
            number += 1;
        }
        Ok(())
    }

    fn write(&mut self, folder: &str, name: &str, text: &str) -> io::Result<()> {
        let folder = self.folder.join(folder);
        fs::create_dir_all(&folder)?;
        self.written += text.len() as u64;
        fs::write(Path::new(&folder).join(name), text)
    }

    /// One of the texts, shorter than most or of any length.
    fn any_text(&mut self, of: u64) -> String {
        let index = usize::try_from(self.draw.below(of)).unwrap_or_default();
        self.texts.get(index).cloned().unwrap_or_default()
    }

    /// A session of Claude Code, and at times the file in which it was resumed.
    fn session(&mut self, number: u64) -> io::Result<()> {
        let folder = format!(".claude/projects/-home-u-project-{}", number % 20);
        let id = self.draw.uuid();
        let mut text = String::new();
        let turns = 20 + self.draw.below(300);
        self.turns(&mut text, &id, number, 0, turns);
        self.write(&folder, &format!("{id}.jsonl"), &text)?;
        if number.is_multiple_of(5) {
            let resumed = self.draw.uuid();
            let mut text = text.replace(&id, &resumed);
            self.turns(&mut text, &resumed, number, turns, turns + 10);
            self.write(&folder, &format!("{resumed}.jsonl"), &text)?;
        }
        Ok(())
    }

    fn turns(&mut self, text: &mut String, id: &str, number: u64, from: u64, to: u64) {
        for turn in from..to {
            let time = time(number, turn);
            let start = format!(
                r#"{{"parentUuid":"{}","isSidechain":false,"userType":"external","cwd":"/home/u/project-{}","sessionId":"{id}","version":"2.1.332","gitBranch":"main","#,
                self.draw.uuid(),
                number % 20
            );
            let (result, output, uuid) = (self.any_text(64), self.any_text(64), self.draw.uuid());
            let _ = writeln!(
                text,
                r#"{start}"type":"user","message":{{"role":"user","content":[{{"type":"tool_result","content":"{result}"}}]}},"toolUseResult":{{"stdout":"{output}"}},"uuid":"{uuid}","timestamp":"{time}"}}"#
            );
            let used = Sums::drawn(&mut self.draw);
            self.claude.add(used);
            let (message, request) = (self.draw.uuid(), self.draw.uuid());
            let lines = 1 + self.draw.below(3);
            for line in 1..=lines {
                let output = if line == lines { used.output } else { 3 };
                let (content, uuid) = (self.any_text(24), self.draw.uuid());
                let _ = writeln!(
                    text,
                    r#"{start}"type":"assistant","message":{{"model":"claude-opus-5","id":"msg_{message}","type":"message","role":"assistant","content":[{{"type":"text","text":"{content}"}}],"stop_reason":null,"usage":{{"input_tokens":{},"cache_creation_input_tokens":{},"cache_read_input_tokens":{},"cache_creation":{{"ephemeral_5m_input_tokens":{},"ephemeral_1h_input_tokens":{}}},"output_tokens":{output},"service_tier":"standard"}}}},"requestId":"req_{request}","uuid":"{uuid}","timestamp":"{time}"}}"#,
                    used.input,
                    used.cache_write_5m + used.cache_write_1h,
                    used.cache_read,
                    used.cache_write_5m,
                    used.cache_write_1h,
                );
            }
        }
    }

    /// A rollout of Codex: running totals, each written twice as it often happens.
    fn rollout(&mut self, number: u64) -> io::Result<()> {
        let id = self.draw.uuid();
        let start = time(number, 0);
        let mut text = format!(
            "{{\"timestamp\":\"{start}\",\"type\":\"session_meta\",\"payload\":{{\"id\":\"{id}\",\"cwd\":\"/home/u/project-{}\",\"git\":{{\"branch\":\"main\"}},\"cli_version\":\"0.171.0\"}}}}\n\
             {{\"timestamp\":\"{start}\",\"type\":\"turn_context\",\"payload\":{{\"model\":\"gpt-5.6\"}}}}\n",
            number % 20
        );
        let mut total = Sums::default();
        for turn in 0..20 + self.draw.below(300) {
            let time = time(number, turn);
            let output = self.any_text(64);
            let _ = writeln!(
                text,
                r#"{{"timestamp":"{time}","type":"response_item","payload":{{"type":"function_call_output","output":"{output}"}}}}"#
            );
            let last = Sums {
                cache_write_5m: 0,
                cache_write_1h: 0,
                ..Sums::drawn(&mut self.draw)
            };
            total.add(last);
            let (total, last) = (codex_usage(total), codex_usage(last));
            for _ in 0..2 {
                let _ = writeln!(
                    text,
                    r#"{{"timestamp":"{time}","type":"event_msg","payload":{{"type":"token_count","info":{{"total_token_usage":{total},"last_token_usage":{last}}}}}}}"#
                );
            }
        }
        self.codex.add(total);
        let day = 1 + number % 28;
        let folder = format!(".codex/sessions/2026/10/{day:02}");
        self.write(
            &folder,
            &format!("rollout-2026-10-{day:02}T00-00-00-{id}.jsonl"),
            &text,
        )
    }
}

/// The usage of Codex, whose input contains what was read from the cache.
fn codex_usage(used: Sums) -> String {
    let input = used.input + used.cache_read;
    format!(
        r#"{{"input_tokens":{input},"cached_input_tokens":{},"output_tokens":{},"reasoning_output_tokens":0,"total_tokens":{}}}"#,
        used.cache_read,
        used.output,
        input + used.output
    )
}

fn time(number: u64, turn: u64) -> String {
    let (hour, minute, second) = (turn / 3600 % 24, turn / 60 % 60, turn % 60);
    let day = 1 + number % 28;
    format!("2026-10-{day:02}T{hour:02}:{minute:02}:{second:02}.000Z")
}
