//! The programs that read metrics: Prometheus, `node_exporter`, and the dashboard's queries.

use std::{
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    installed::has,
    scene::{Answer, PATIENCE, Scene, command, kill},
};

/// A server of another program, until it is dropped.
struct Daemon {
    child: Child,
    address: SocketAddr,
}

impl Daemon {
    /// Starts a program that listens at an address, and waits until it answers.
    fn start(program: &str, folder: &Path, listen: &str, args: &[String]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = Command::new(program)
            .current_dir(folder)
            .args(args)
            .arg(format!("{listen}={address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut daemon = Self { child, address };
        let start = Instant::now();
        while TcpStream::connect(address).is_err() {
            let ended = daemon.child.try_wait().unwrap();
            assert!(ended.is_none(), "{program}: {ended:?}");
            assert!(start.elapsed() < PATIENCE, "{program} does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        daemon
    }

    fn get(&self, path: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        Answer::read(&answer)
    }

    /// The samples that a query of Prometheus finds.
    fn query(&self, query: &str) -> Vec<Value> {
        let encoded = query.bytes().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "%{byte:02X}");
            text
        });
        let answer = self.get(&format!("/api/v1/query?query={encoded}"));
        if answer.status == 503 {
            // It is still starting.
            return Vec::new();
        }
        let answer = answer.json();
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// Waits until a query finds something.
    fn until(&self, query: &str) -> Vec<Value> {
        let start = Instant::now();
        loop {
            let found = self.query(query);
            if !found.is_empty() {
                return found;
            }
            assert!(start.elapsed() < PATIENCE, "{query} finds nothing");
            thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        kill("KILL", self.child.id());
        let _ = self.child.wait();
    }
}

fn rules() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("contrib/prometheus");
    let files = [
        "tokmon-alerts.yml",
        "tokmon-recording.yml",
        "claude-code-cache.yml",
    ];
    let files = files.map(|file| format!("  - {}\n", folder.join(file).display()));
    files.concat()
}

/// A Prometheus that asks the server each second.
fn prometheus(scene: &Scene) -> Daemon {
    let settings = format!(
        "global:\n  scrape_interval: 1s\n  evaluation_interval: 1s\nrule_files:\n{}scrape_configs:\n  - job_name: tokmon\n    static_configs:\n      - targets: ['localhost:{}']\n",
        rules(),
        scene.address.port()
    );
    fs::write(scene.path("prometheus.yml"), settings).unwrap();
    let data = scene.path("data").display().to_string();
    let args = [
        "--config.file=prometheus.yml".to_owned(),
        format!("--storage.tsdb.path={data}"),
        "--log.level=warn".to_owned(),
    ];
    Daemon::start(
        "prometheus",
        scene.folder.path(),
        "--web.listen-address",
        &args,
    )
}

/// Budgets in tokens and in money, holds, a forecast and names that are hard to escape.
fn rich_scene() -> Scene {
    let log = fs::read_to_string("fixtures/logs/history.md").unwrap();
    let budgets = "**Budget Status:**\n- Daily budget: 50,000 tokens\n- Weekly budget: $2.00\n";
    let more = "[HOLD] 2026-02-16T17:30:00Z team=\"Team A\" tokens=6000 cost=0.01 until=2026-02-16T19:00:00Z id=h81\n[USE] 2026-02-16T17:30:00Z team=\"N \\\"q\\\" {a=\\\"b\\\"} 팀\" tokens=7 input=2 output=3 cache_write=2 cache_read=5\n";
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::create_dir(folder.path().join(".tokmon")).unwrap();
    let decisions = "2026-02-16T17:00:00+00:00 decision=allow reason=within_caps count=5\n2026-02-16T17:00:00+00:00 decision=deny reason=cap count=2\n2026-02-16T17:00:00+00:00 decision=downgrade reason=level count=3\n";
    for (name, text) in [
        ("cost-log.md", format!("{log}\n{budgets}\n{more}").as_str()),
        (
            "tokmon.toml",
            "[budget]\ntokens = \"200K\"\ncost = \"0.45 USD\"\n[teams.\"Team A\"]\ncost = \"0.25 USD\"\n[prices]\nclaude-haiku-4-5 = \"0.003 USD\"\n",
        ),
        (".tokmon/decisions", decisions),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    Scene::start(folder, &["--now", "2026-02-16T18:00:00Z"])
}

#[test]
fn prometheus_scrapes_what_is_served_and_every_panel_finds_something() {
    if !has("prometheus") {
        return;
    }
    let scene = rich_scene();
    let prometheus = prometheus(&scene);
    prometheus.until("up{job=\"tokmon\"} == 1");
    let used = prometheus.until("tokmon_used_tokens");
    assert_eq!(used[0]["value"][1], "127567");
    let teams = prometheus.query("tokmon_team_used_tokens");
    let names = teams
        .iter()
        .map(|team| team["metric"]["team"].as_str().unwrap());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["N \"q\" {a=\"b\"} 팀", "Orchestrator", "Team A", "Team B"]
    );
    // What a sum over labels says is true.
    let sum = prometheus.query("sum(tokmon_team_used_tokens) - sum(tokmon_used_tokens)");
    assert_eq!(sum[0]["value"][1], "0");
    assert_eq!(prometheus.query("sum(tokmon_level)")[0]["value"][1], "1");
    for (name, value) in [
        ("organization_budget_spend_cents", "38"),
        ("organization_budget_remaining_cents", "7"),
        ("ai_requests_downgraded_total", "3"),
        ("ai_requests_rejected_budget_total", "2"),
    ] {
        assert_eq!(prometheus.until(name)[0]["value"][1], value, "{name}");
    }
    let firing = prometheus.until("ALERTS{alertname=\"CostBudgetWarning\",alertstate=\"firing\"}");
    assert_eq!(firing.len(), 1);
    let rules = prometheus.get("/api/v1/rules").json();
    for group in rules["data"]["groups"].as_array().unwrap() {
        for rule in group["rules"].as_array().unwrap() {
            assert_eq!(rule["health"], "ok", "{rule}");
        }
    }
    let dashboard = fs::read_to_string("contrib/grafana/tokmon.json").unwrap();
    let dashboard: Value = serde_json::from_str(&dashboard).unwrap();
    let mut queries = 0;
    for panel in dashboard["panels"].as_array().unwrap() {
        for target in panel["targets"].as_array().unwrap() {
            let query = target["expr"].as_str().unwrap().replace("$instance", ".*");
            prometheus.until(&query);
            queries += 1;
        }
    }
    assert!(queries >= 15, "{queries}");
}

#[test]
fn node_exporter_reads_the_text_file() {
    const EXPORTER: &str = "prometheus-node-exporter";
    if !has(EXPORTER) {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    fs::copy(
        "fixtures/logs/hostile.md",
        folder.path().join("cost-log.md"),
    )
    .unwrap();
    fs::create_dir(folder.path().join("text")).unwrap();
    let write = |log: &str| {
        let mut tokmon = command(&folder);
        tokmon.args(["--format", "prometheus", "-q", "-o", "text/tokmon.prom"]);
        tokmon.args([
            "--month",
            "2026-02",
            "--now",
            "2026-02-25T17:00:00Z",
            "-f",
            log,
        ]);
        tokmon.output().unwrap()
    };
    let output = write("cost-log.md");
    assert!(output.status.success(), "{output:?}");
    let args = [
        "--collector.disable-defaults",
        "--collector.textfile",
        "--collector.textfile.directory=text",
        "--log.level=error",
    ];
    let args = args.map(str::to_owned);
    let exporter = Daemon::start(EXPORTER, folder.path(), "--web.listen-address", &args);
    let written = fs::read_to_string(folder.path().join("text/tokmon.prom")).unwrap();
    let metrics = exporter.get("/metrics").text();
    assert!(
        metrics.contains("\nnode_textfile_scrape_error 0\n"),
        "{metrics}"
    );
    assert!(metrics.contains("node_textfile_mtime_seconds{file=\"text/tokmon.prom\"}"));
    let figures = |text: &str| {
        let lines = text.lines().filter(|line| line.starts_with("tokmon_"));
        // The exporter writes large figures as floating point.
        let names = lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    };
    assert_eq!(figures(&metrics), figures(&written));
    assert_eq!(write("gone.md").status.code(), Some(66));
    assert_eq!(
        fs::read_to_string(folder.path().join("text/tokmon.prom")).unwrap(),
        written
    );
}

fn runs(program: &str, args: &[&str]) {
    if !has(program) {
        return;
    }
    let output = Command::new(program).args(args).output().unwrap();
    assert!(output.status.success(), "{program} {args:?}: {output:?}");
}

#[test]
fn promtool_finds_nothing_wrong_with_the_rules() {
    let files = [
        "tokmon-alerts.yml",
        "tokmon-recording.yml",
        "claude-code-cache.yml",
    ];
    for file in files {
        let path = format!("contrib/prometheus/{file}");
        runs(
            "promtool",
            &["check", "rules", "--lint=all", "--lint-fatal", &path],
        );
    }
    runs(
        "promtool",
        &["test", "rules", "contrib/prometheus/tests.yml"],
    );
}

#[test]
fn every_metric_that_a_rule_or_a_panel_names_exists() {
    let scene = rich_scene();
    let metrics = scene.get("/metrics").text();
    let mut known: Vec<&str> = metrics
        .lines()
        .filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next())
        .collect();
    known.sort_unstable();
    let mut named = 0;
    for file in [
        "contrib/prometheus/tokmon-alerts.yml",
        "contrib/prometheus/tokmon-recording.yml",
        "contrib/grafana/tokmon.json",
        "docs/metrics.md",
    ] {
        let text = fs::read_to_string(file).unwrap();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        for word in text.split(|c: char| !is_part(c)) {
            if word.starts_with("tokmon_") {
                assert!(known.binary_search(&word).is_ok(), "{file}: {word}");
                named += 1;
            }
        }
    }
    assert!(named > 50, "{named}");
    let page = fs::read_to_string("docs/metrics.md").unwrap();
    for name in known {
        assert!(
            page.contains(&format!("`{name}`")),
            "docs/metrics.md: {name}"
        );
    }
}

#[test]
fn systemd_finds_nothing_wrong_with_the_units() {
    if !has("systemd-analyze") {
        return;
    }
    // The program is where `cargo install` puts it, which need not be here.
    let folder = tempfile::tempdir().unwrap();
    let mut units = Vec::new();
    for entry in fs::read_dir("contrib/systemd").unwrap() {
        let path = entry.unwrap().path();
        let is_unit = path
            .extension()
            .is_some_and(|kind| kind == "service" || kind == "timer");
        if is_unit {
            let unit = fs::read_to_string(&path).unwrap();
            let copy = folder.path().join(path.file_name().unwrap());
            fs::write(
                &copy,
                unit.replace("%h/.cargo/bin/tokmon", env!("CARGO_BIN_EXE_tokmon")),
            )
            .unwrap();
            units.push(copy);
        }
    }
    assert!(units.len() >= 7, "{units:?}");
    let output = Command::new("systemd-analyze")
        .args(["--user", "verify", "--man=no"])
        .args(&units)
        .env("XDG_RUNTIME_DIR", folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
}

/// Text of a page, as it is without the marks of HTML.
fn unescaped(html: &str) -> String {
    let marks = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", "\u{a0}"),
        ("&quot;", "\""),
        ("&amp;", "&"),
    ];
    marks
        .into_iter()
        .fold(html.to_owned(), |text, (mark, of)| text.replace(mark, of))
}

#[test]
fn a_browser_reads_the_report_as_it_is() {
    if !has("chromium") {
        return;
    }
    let names = fs::read_to_string("fixtures/names/hostile.json").unwrap();
    let names: Vec<String> = serde_json::from_str(&names).unwrap();
    let mut log =
        "## 2026-02 Monthly Summary\n\n| Team | Tokens |\n|---|---|\n| A | 500 |\n\n".to_owned();
    for name in &names {
        let quoted = name.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(log, "[USE] 2026-02-25T10:18:00Z team=\"{quoted}\" tokens=7");
    }
    let scene = Scene::with(&log, &["--now", "2026-02-25T17:00:00Z"]);
    let page = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg(format!(
            "--user-data-dir={}",
            scene.path("browser").display()
        ))
        .arg(format!(
            "http://localhost:{}/report.json",
            scene.address.port()
        ))
        .env("HOME", scene.folder.path())
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let page = String::from_utf8(page.stdout).unwrap();
    let text = page
        .split("<pre>")
        .nth(1)
        .unwrap()
        .split("</pre>")
        .next()
        .unwrap();
    let read: Value = serde_json::from_str(&unescaped(text)).unwrap();
    // A name that became a part of the page would be missing here.
    assert_eq!(read, scene.get("/report.json").json());
    let teams = read["teams"].as_array().unwrap();
    assert!(teams.len() >= 200, "{}", teams.len());
}
