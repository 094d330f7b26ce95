//! The program itself as a server, beside the log that it serves, and a client for it.

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) const NOW: &str = "2026-02-25T17:00:00Z";

/// How long something may take on a machine that is busy with other tests.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) fn sample() -> String {
    fs::read_to_string("fixtures/logs/sample.md").unwrap()
}

/// A line that reports this number of tokens.
pub(crate) fn usage(tokens: u64) -> String {
    format!("[USE] 2026-02-25T16:30:00Z team=\"Team G\" tokens={tokens}\n")
}

pub(crate) struct Scene {
    pub(crate) folder: TempDir,
    pub(crate) address: SocketAddr,
    child: Child,
    err: BufReader<std::process::ChildStderr>,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let (_, value) = headers.find(|(header, _)| header == name)?;
        Some(value)
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Reads what a server sent until it closed the connection.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("{:?}", String::from_utf8_lossy(bytes)));
        let head = std::str::from_utf8(&bytes[..end]).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap();
        let header = |line: &str| {
            let (name, value) = line.split_once(':').unwrap();
            (name.to_lowercase(), value.trim().to_owned())
        };
        Self {
            status: status.parse().unwrap(),
            headers: lines.map(header).collect(),
            body: bytes[end + 4..].to_vec(),
        }
    }
}

impl Scene {
    /// Serves the sample at a time that stands still.
    pub(crate) fn new() -> Self {
        Self::with(&sample(), &["--now", NOW])
    }

    pub(crate) fn with(log: &str, options: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join("cost-log.md"), log).unwrap();
        Self::start(folder, options)
    }

    pub(crate) fn start(folder: TempDir, options: &[&str]) -> Self {
        let mut child = command(&folder)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut err = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        err.read_line(&mut line).unwrap();
        let address = line
            .split("http://")
            .nth(1)
            .unwrap_or_else(|| panic!("{line}"));
        let address = address.split('/').next().unwrap().parse().unwrap();
        let scene = Self {
            folder,
            address,
            child,
            err,
        };
        // Answered once the log was read for the first time.
        scene.get("/healthz");
        scene
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn append(&self, text: &str) {
        let mut log = fs::OpenOptions::new();
        let mut log = log.append(true).open(self.path("cost-log.md")).unwrap();
        log.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// Sends bytes as they are, and reads until the server closes the connection.
    pub(crate) fn send(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect();
        stream.write_all(bytes).unwrap();
        let mut answer = Vec::new();
        // A server may close a connection before it has read all of a bad request.
        let _ = stream.read_to_end(&mut answer);
        Answer::read(&answer)
    }

    pub(crate) fn request(&self, line: &str, headers: &[&str]) -> Answer {
        let mut text = format!("{line} HTTP/1.1\r\nConnection: close\r\n");
        for header in headers {
            text += header;
            text += "\r\n";
        }
        if !headers.iter().any(|header| header.starts_with("Host:")) {
            text += "Host: localhost\r\n";
        }
        self.send((text + "\r\n").as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.request(&format!("GET {path}"), &[])
    }

    /// Waits until a path says something. Returns that answer.
    pub(crate) fn until(&self, path: &str, is_it: impl Fn(&Answer) -> bool) -> Answer {
        let start = Instant::now();
        loop {
            let answer = self.get(path);
            if is_it(&answer) {
                return answer;
            }
            assert!(start.elapsed() < PATIENCE, "{path}: {}", answer.text());
            thread::sleep(Duration::from_millis(20));
        }
    }

    pub(crate) fn until_used(&self, tokens: u64) -> Answer {
        let line = format!("\ntokmon_used_tokens {tokens}\n");
        self.until("/metrics", |answer| answer.text().contains(&line))
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// The process that answers.
    pub(crate) fn worker(&self) -> Option<u32> {
        let id = self.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"));
        children.ok()?.split_whitespace().next()?.parse().ok()
    }

    /// Sends a signal to the server, and returns how it ended with what it said until then.
    pub(crate) fn stop(mut self, signal: &str) -> (ExitStatus, String) {
        kill(signal, self.id());
        let status = self.child.wait().unwrap();
        let mut said = String::new();
        self.err.read_to_string(&mut said).unwrap();
        (status, said)
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            kill("TERM", self.child.id());
            let _ = self.child.wait();
        }
    }
}

pub(crate) fn kill(signal: &str, id: u32) {
    let status = Command::new("kill")
        .args([format!("-{signal}"), id.to_string()])
        .status();
    assert!(status.unwrap().success());
}

/// The program in a folder, with an empty environment.
pub(crate) fn command(folder: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tokmon"));
    command
        .current_dir(folder.path())
        .env_clear()
        .env("TZ", "UTC");
    command
}
