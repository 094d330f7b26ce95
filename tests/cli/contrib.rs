//! The programs of `contrib/alert`, run by `tokmon alert` itself: against a local server, or with a stand-in for what they call.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::mpsc,
    thread,
    time::Duration,
};

use insta::assert_snapshot;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    harness::{binary, outcome, repository},
    installed::has,
};

/// A team whose name is markup, a mention and more, and is over its allocation.
const TEAM: &str = r#"<b>&"\ *x* @here <!channel> [l](u) `c`"#;

fn program(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("contrib/alert")
        .join(name);
    path.to_str().unwrap().to_owned()
}

fn scene() -> TempDir {
    let quoted = TEAM.replace('\\', "\\\\").replace('"', "\\\"");
    let log = crate::harness::log_of(5)
        + &format!("\n[USE] 2026-02-25T10:18:00Z team=\"{quoted}\" tokens=9\n");
    let settings = format!("[teams.\"{quoted}\"]\ntokens = 10\n");
    repository(&[
        ("project/cost-log.md", &log),
        ("project/tokmon.toml", &settings),
    ])
}

/// Puts a stand-in for a program in front of all others on `PATH`: it saves its arguments and its standard input.
fn stand_in(folder: &TempDir, name: &str) -> String {
    let bin = folder.path().join(".git/bin");
    fs::create_dir_all(&bin).unwrap();
    let path = bin.join(name);
    let saved = folder.path().join(".git/saved");
    let script = format!(
        "#!/bin/sh\nfor word; do printf '<%s>\\n' \"$word\"; done > {0}.args\ncat > {0}.stdin\n",
        saved.display()
    );
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

fn saved(folder: &TempDir, ending: &str) -> String {
    let saved = fs::read_to_string(folder.path().join(".git/saved").with_extension(ending));
    let path = folder.path().canonicalize().unwrap();
    saved.unwrap().replace(path.to_str().unwrap(), "[folder]")
}

fn alert(folder: &TempDir, path: &str, words: &[&str], environment: &[(&str, &str)]) -> Output {
    binary(&folder.path().join("project"))
        .args(["alert", "-q", "--"])
        .args(words)
        .env("PATH", path)
        .env("HOME", folder.path())
        .envs(environment.iter().copied())
        .output()
        .unwrap()
}

const FINE: &str = "exit Some(0)\n--- out\n--- err\n";

#[test]
fn the_desktop_shows_a_notice_as_text() {
    let folder = scene();
    let path = stand_in(&folder, "notify-send");
    let output = alert(&folder, &path, &[&program("desktop")], &[]);
    assert_eq!(outcome(&output), FINE);
    assert_snapshot!(saved(&folder, "args"));
}

#[test]
fn a_mail_has_no_header_from_a_log() {
    let folder = scene();
    let path = stand_in(&folder, "sendmail");
    let email = program("email");
    let words = [email.as_str(), "alice@example.com", "bob@example.com"];
    let output = alert(&folder, &path, &words, &[]);
    assert_eq!(outcome(&output), FINE);
    assert_snapshot!(saved(&folder, "args") + &saved(&folder, "stdin"));
    for words in [&[][..], &["a@b\nBcc: c@d"], &["-oQ/tmp"]] {
        let folder = scene();
        let email = program("email");
        let words: Vec<&str> = std::iter::once(email.as_str())
            .chain(words.iter().copied())
            .collect();
        let output = alert(&folder, &path, &words, &[]);
        assert_eq!(output.status.code(), Some(75), "{}", outcome(&output));
    }
}

/// A server that answers one request with a status, and gives its head and its body.
fn server(status: &'static str) -> (String, mpsc::Receiver<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/hook?key=s%20cret",
        listener.local_addr().unwrap()
    );
    let (send, requests) = mpsc::channel();
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream
            .set_read_timeout(Some(Duration::from_secs(10)))
            .unwrap();
        let mut request = Vec::new();
        let mut part = [0; 4_096];
        loop {
            let length = stream.read(&mut part).unwrap();
            request.extend_from_slice(&part[..length]);
            let text = String::from_utf8_lossy(&request).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let mut lines = head.lines().map(str::to_ascii_lowercase);
            let length = lines.find_map(|line| {
                Some(
                    line.strip_prefix("content-length: ")?
                        .parse::<usize>()
                        .unwrap(),
                )
            });
            if body.len() >= length.unwrap_or(0) {
                let _ = write!(
                    stream,
                    "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                );
                let _ = send.send((head.to_owned(), body.to_owned()));
                return;
            }
        }
    });
    (url, requests)
}

#[test]
fn each_kind_of_webhook_gets_what_it_reads() {
    if !has("curl") {
        return;
    }
    let path = std::env::var("PATH").unwrap();
    let title = format!("{TEAM} 2026-02: critical (project/cost-log.md)");
    let message = format!("{TEAM} 9 / 10 (90.0%)");
    let for_slack = |text: &str| {
        text.replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;")
    };
    let discord = r#"\<b\>&"\\ \*x\* \@here \<\!channel\> \[l\]\(u\) \`c\`"#;
    let wanted = [
        (
            "slack",
            json!({"text": for_slack(&format!("{title}\n{message}")), "mrkdwn": false}),
        ),
        (
            "teams",
            json!({"type": "message", "attachments": [{
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {"type": "AdaptiveCard", "version": "1.4", "body": [
                    {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "weight": "Bolder", "text": title}]},
                    {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": message}]},
                ]},
            }]}),
        ),
        (
            "discord",
            json!({
                "content": format!("**{discord} 2026\\-02\\: critical \\(project/cost\\-log\\.md\\)**\n{discord} 9 / 10 \\(90\\.0%\\)"),
                "allowed_mentions": {"parse": []},
                "flags": 4,
            }),
        ),
    ];
    for (kind, wanted) in wanted {
        let folder = scene();
        let (url, requests) = server("200 OK");
        let output = alert(
            &folder,
            &path,
            &[&program("webhook"), kind],
            &[("TOKMON_WEBHOOK_URL", &url)],
        );
        assert_eq!(outcome(&output), FINE, "{kind}");
        let (head, body) = requests.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(
            head.starts_with("POST /hook?key=s%20cret HTTP/1.1"),
            "{head}"
        );
        assert!(head.contains("Content-Type: application/json"), "{head}");
        assert_eq!(
            serde_json::from_str::<Value>(&body).unwrap(),
            wanted,
            "{kind}"
        );
    }
}

#[test]
fn a_webhook_takes_its_url_from_a_file_and_posts_the_whole_notice() {
    if !has("curl") {
        return;
    }
    let folder = scene();
    let (url, requests) = server("204 No Content");
    let file: PathBuf = folder.path().join(".git/url");
    fs::write(&file, &url).unwrap();
    let path = std::env::var("PATH").unwrap();
    let environment = [("TOKMON_WEBHOOK_FILE", file.to_str().unwrap())];
    let output = alert(&folder, &path, &[&program("webhook"), "json"], &environment);
    assert_eq!(outcome(&output), FINE);
    let (_, body) = requests.recv_timeout(Duration::from_secs(10)).unwrap();
    let notice: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(notice["team"], TEAM);
    assert_eq!(notice["threshold"], 90);
}

#[test]
fn a_webhook_that_fails_is_reported_without_its_url() {
    if !has("curl") {
        return;
    }
    let path = std::env::var("PATH").unwrap();
    let folder = scene();
    let (url, _requests) = server("500 Internal Server Error");
    let webhook = program("webhook");
    let output = alert(
        &folder,
        &path,
        &[&webhook, "slack"],
        &[("TOKMON_WEBHOOK_URL", &url)],
    );
    let told_failure = outcome(&output);
    assert_eq!(output.status.code(), Some(75), "{told_failure}");
    assert!(
        told_failure.contains("error: 500") && !told_failure.contains("cret"),
        "{told_failure}"
    );
    for (words, url) in [
        (&["slack"][..], ""),
        (&["slack"], "file:///etc/passwd"),
        (&["slack"], "http://127.0.0.1:9/\""),
        (&["slack"], "http://127.0.0.1:9/\noutput = x"),
        (&["irc"], "http://127.0.0.1:9/"),
        (&[], "http://127.0.0.1:9/"),
    ] {
        let words: Vec<&str> = std::iter::once(webhook.as_str())
            .chain(words.iter().copied())
            .collect();
        let output = alert(&folder, &path, &words, &[("TOKMON_WEBHOOK_URL", url)]);
        let told = outcome(&output);
        assert_eq!(output.status.code(), Some(75), "{words:?} {url}: {told}");
        assert!(told.contains("webhook: "), "{told}");
    }
    // None of them is sent.
    assert!(
        !fs::read_to_string(folder.path().join("project/cost-log.md"))
            .unwrap()
            .contains("[NOTIFY]")
    );
}

#[test]
fn the_programs_are_clean_scripts_of_any_posix_shell() {
    let programs = ["desktop", "webhook", "email"].map(program);
    for program in &programs {
        let text = fs::read_to_string(program).unwrap();
        assert!(text.starts_with("#!/bin/sh\n"), "{program}");
        assert!(
            fs::metadata(program).unwrap().permissions().mode() & 0o111 != 0,
            "{program}"
        );
    }
    if has("shellcheck") {
        let output = Command::new("shellcheck").args(&programs).output().unwrap();
        assert!(output.status.success(), "{}", outcome(&output));
    }
}
