//! What is answered to good and to bad requests.

use std::io::{Read as _, Write as _};

use crate::scene::{Answer, NOW, Scene, command, sample};

fn printed(scene: &Scene, options: &[&str]) -> String {
    let mut tokmon = command(&scene.folder);
    let output = tokmon
        .args(["-q", "--now", NOW])
        .args(options)
        .output()
        .unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_bodies_are_those_of_the_command_line() {
    let scene = Scene::new();
    assert_eq!(
        scene.get("/report.json").text(),
        printed(&scene, &["--json"])
    );
    let health = printed(&scene, &["--format", "health"]);
    assert_eq!(scene.get("/health/budget").text(), health);
    // Only a server knows whether its figures are older than the log.
    let without = |text: &str| {
        let lines = text.split_inclusive('\n');
        let lines = lines.filter(|line| !line.contains("tokmon_stale"));
        lines.collect::<String>()
    };
    let metrics = scene.get("/metrics");
    assert!(metrics.text().contains("\ntokmon_stale 0\n"));
    assert_eq!(
        without(&metrics.text()),
        printed(&scene, &["--format", "prometheus"])
    );
    let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
    let openmetrics = scene.request("GET /metrics?x=1", &[accept]);
    assert_eq!(
        openmetrics.header("content-type"),
        Some("application/openmetrics-text; version=1.0.0; charset=utf-8")
    );
    assert_eq!(
        without(&openmetrics.text()),
        printed(&scene, &["--format", "openmetrics"])
    );
    assert_eq!(
        metrics.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert_eq!(scene.get("/healthz").json()["status"], "pass");
    assert!(scene.get("/").text().contains("/health/budget"));
}

#[test]
fn every_answer_forbids_what_a_browser_might_do_with_it() {
    let scene = Scene::new();
    let origin = "Origin: http://evil.example";
    for path in [
        "/",
        "/metrics",
        "/report.json",
        "/health/budget",
        "/healthz",
        "/nothing",
    ] {
        let answer = scene.request(&format!("GET {path}"), &[origin]);
        assert_eq!(answer.header("access-control-allow-origin"), None, "{path}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
    }
}

#[test]
fn an_answer_that_is_known_is_not_sent_again() {
    let scene = Scene::new();
    for path in ["/metrics", "/report.json", "/health/budget"] {
        let first = scene.get(path);
        assert_eq!(first.status, 200);
        assert_eq!(first.header("cache-control"), Some("no-cache"));
        assert_eq!(first.header("vary"), Some("Accept, Accept-Encoding"));
        let etag = first.header("etag").unwrap();
        let known = format!("If-None-Match: \"other\", W/{etag}");
        let again = scene.request(&format!("GET {path}"), &[&known]);
        assert_eq!((again.status, again.body.len()), (304, 0));
        assert_eq!(again.header("etag"), Some(etag));
        // Another encoding is another entity.
        let known = format!("If-None-Match: {etag}");
        let gzip = scene.request(&format!("GET {path}"), &["Accept-Encoding: gzip", &known]);
        assert_eq!(gzip.status, 200);
    }
}

#[test]
fn long_bodies_are_compressed_where_that_is_accepted() {
    let scene = Scene::new();
    let plain = scene.get("/report.json");
    assert_eq!(plain.header("content-encoding"), None);
    let gzip = scene.request("GET /report.json", &["Accept-Encoding: br, gzip;q=0.8"]);
    assert_eq!(gzip.header("content-encoding"), Some("gzip"));
    assert_ne!(gzip.header("etag"), plain.header("etag"));
    assert!(gzip.body.len() * 2 < plain.body.len());
    let mut body = Vec::new();
    flate2::read::GzDecoder::new(gzip.body.as_slice())
        .read_to_end(&mut body)
        .unwrap();
    assert_eq!(body, plain.body);
    let refused = scene.request("GET /report.json", &["Accept-Encoding: gzip;q=0, *"]);
    assert_eq!(refused.header("content-encoding"), None);
    let short = scene.request("GET /healthz", &["Accept-Encoding: gzip"]);
    assert_eq!(short.header("content-encoding"), None);
}

#[test]
fn head_has_the_headers_of_get() {
    let scene = Scene::new();
    let (get, head) = (scene.get("/metrics"), scene.request("HEAD /metrics", &[]));
    assert_eq!((head.status, head.body.len()), (200, 0));
    for name in ["etag", "content-type", "content-length", "cache-control"] {
        assert_eq!(head.header(name), get.header(name), "{name}");
    }
}

#[test]
fn only_hosts_of_this_machine_are_answered() {
    let scene = Scene::new();
    let port = scene.address.port();
    for host in [
        "localhost",
        "127.0.0.1",
        &format!("127.0.0.1:{port}"),
        "[::1]:80",
    ] {
        let answer = scene.request("GET /metrics", &[&format!("Host: {host}")]);
        assert_eq!(answer.status, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "192.0.2.1",
        "x@localhost",
    ] {
        let answer = scene.request("GET /metrics", &[&format!("Host: {host}")]);
        assert_eq!(answer.status, 421, "{host}");
        assert!(!answer.text().contains("tokmon_"), "{host}");
    }
    let twice = ["Host: localhost", "Host: localhost"];
    assert_eq!(scene.request("GET /metrics", &twice).status, 400);
    assert_eq!(
        scene.request("GET http://evil.example/metrics", &[]).status,
        421
    );
    assert_eq!(
        scene.request("GET http://localhost/metrics", &[]).status,
        200
    );
}

#[test]
fn a_host_can_be_allowed() {
    let options = ["--now", NOW, "--allow-host", "buildbox", "--"];
    let scene = Scene::with(&sample(), &options);
    for (host, status) in [("BuildBox:9184", 200), ("buildbox.example", 421)] {
        let answer = scene.request("GET /metrics", &[&format!("Host: {host}")]);
        assert_eq!(answer.status, status, "{host}");
    }
}

#[test]
fn bad_requests_are_refused() {
    let scene = Scene::new();
    let bad: [(&[u8], &[u16]); 14] = [
        (b"GET /metrics HTTP/1.1\r\n\r\n", &[400]),
        (b"GET /metrics HTTP/1.0\r\n\r\n", &[400]),
        (b"GET /metrics HTTP/9.9\r\nHost: localhost\r\n\r\n", &[400, 505]),
        (b"GET\r\n\r\n", &[400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", &[400]),
        (b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[404]),
        (b"GET /metrics/../metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[404]),
        (b"GET /METRICS HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[404]),
        (b"POST /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc", &[405]),
        (b"DELETE /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[405]),
        (b"OPTIONS * HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[405]),
        (b"CONNECT localhost:80 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", &[405]),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n", &[400]),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", &[400]),
    ];
    for (request, statuses) in bad {
        let answer = scene.send(request);
        let shown = String::from_utf8_lossy(request);
        assert!(statuses.contains(&answer.status), "{shown}: {answer:?}");
        assert!(
            !String::from_utf8_lossy(&answer.body).contains("tokmon_"),
            "{shown}"
        );
    }
    let long = format!(
        "GET /{} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "x".repeat(200_000)
    );
    assert!([414, 431].contains(&scene.send(long.as_bytes()).status));
    let many = "X: y\r\n".repeat(1_000);
    let many = format!("GET /metrics HTTP/1.1\r\nHost: localhost\r\n{many}\r\n");
    assert_eq!(scene.send(many.as_bytes()).status, 431);
    assert_eq!(scene.get("/metrics").status, 200, "it goes on");
}

#[test]
fn requests_on_one_connection_are_answered_in_turn() {
    let scene = Scene::new();
    let one = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    let last = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let answer = scene.send(format!("{one}{one}{last}").as_bytes());
    let text = String::from_utf8(answer.body).unwrap();
    assert_eq!(text.matches("HTTP/1.1 200 OK").count(), 2, "{text}");
    assert!(text.ends_with('\n') && text.contains("tokmon_used_tokens 126670"));
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cost-log.md"), sample()).unwrap();
    let occupied = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let occupied = occupied.local_addr().unwrap().to_string();
    for (options, code, says) in [
        (vec!["-f", "gone.md"], 66, "cannot read cost log gone.md"),
        (vec!["-f", "-"], 64, "standard input cannot be watched"),
        (
            vec!["--listen", "9184"],
            64,
            "`9184` is no address to listen on",
        ),
        (
            vec!["--listen", &occupied],
            74,
            "cannot listen on 127.0.0.1",
        ),
        (vec!["-o", "x.json"], 64, "--output cannot be combined"),
        (vec!["--json"], 64, "--json is not supported by `serve`"),
        (vec!["--teams"], 64, "unexpected argument '--teams'"),
    ] {
        let mut tokmon = command(&folder);
        let output = tokmon.arg("serve").args(&options).output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{options:?}: {err}");
        assert!(
            err.contains(says) && output.stdout.is_empty(),
            "{options:?}: {err}"
        );
    }
}

#[test]
fn an_answer_is_read_as_it_is() {
    let answer = Answer::read(b"HTTP/1.1 200 OK\r\nETag: \"a\"\r\n\r\nbody");
    assert_eq!(
        (answer.header("etag"), answer.text().as_str()),
        (Some("\"a\""), "body")
    );
}

#[test]
fn a_client_that_begins_with_http_2_is_disconnected() {
    let scene = Scene::new();
    let mut stream = scene.connect();
    let preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00";
    stream.write_all(preface).unwrap();
    let mut answer = Vec::new();
    // The rest of what was sent may be refused with a reset.
    let _ = stream.read_to_end(&mut answer);
    assert_eq!(String::from_utf8_lossy(&answer), "");
    assert_eq!(scene.get("/healthz").status, 200);
}
