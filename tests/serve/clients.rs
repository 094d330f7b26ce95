//! Clients that are slow, silent or many.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

use crate::scene::{PATIENCE, Scene, usage};

/// That requests are answered quickly beside other clients.
fn is_quick(scene: &Scene) {
    for _ in 0..20 {
        let start = Instant::now();
        assert_eq!(scene.get("/metrics").status, 200);
        assert!(
            start.elapsed() < Duration::from_secs(2),
            "{:?}",
            start.elapsed()
        );
    }
}

#[test]
fn silent_clients_block_no_other() {
    let scene = Scene::new();
    let silent: Vec<TcpStream> = (0..200).map(|_| scene.connect()).collect();
    is_quick(&scene);
    // Those that sent half of a request.
    for mut stream in &silent {
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nHost: local")
            .unwrap();
    }
    is_quick(&scene);
    let mut one = &silent[7];
    one.write_all(b"host\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    one.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200 OK"),
        "a slow client is answered, too"
    );
}

#[test]
fn more_clients_than_there_is_room_for_close_the_oldest_silent_one() {
    let scene = Scene::new();
    let mut silent: Vec<TcpStream> = Vec::new();
    for _ in 0..700 {
        match TcpStream::connect(scene.address) {
            Ok(stream) => silent.push(stream),
            Err(error) => panic!("{} open: {error}", silent.len()),
        }
    }
    is_quick(&scene);
    silent[0].set_read_timeout(Some(PATIENCE)).unwrap();
    let mut rest = Vec::new();
    let closed = silent[0].read_to_end(&mut rest);
    assert!(closed.is_ok_and(|bytes| bytes == 0), "the first is closed");
}

#[test]
fn a_client_that_reads_nothing_blocks_no_other() {
    let scene = Scene::new();
    let mut lazy: Vec<TcpStream> = (0..20).map(|_| scene.connect()).collect();
    for stream in &mut lazy {
        let requests = "GET /report.json HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(2_000);
        // The server stops reading once answers are not taken.
        stream
            .set_write_timeout(Some(Duration::from_millis(200)))
            .unwrap();
        let _ = stream.write_all(requests.as_bytes());
    }
    is_quick(&scene);
    scene.append(&usage(5));
    scene.until_used(126_675);
}

#[test]
fn answers_are_whole_while_the_log_changes() {
    let scene = Scene::new();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut last = 0;
                for _ in 0..150 {
                    let answer = scene.get("/metrics");
                    let text = answer.text();
                    let length = answer.header("content-length").unwrap();
                    assert_eq!(length, text.len().to_string());
                    let figure = |name: &str| -> u64 {
                        let line = text.lines().find_map(|line| line.strip_prefix(name));
                        line.unwrap().trim().parse().unwrap()
                    };
                    let used = figure("tokmon_used_tokens ");
                    assert_eq!(used + figure("tokmon_remaining_tokens "), 200_000);
                    assert!(used >= last, "{used} after {last}");
                    last = used;
                }
            });
        }
        for _ in 0..20 {
            scene.append(&usage(10));
            thread::sleep(Duration::from_millis(50));
        }
    });
    scene.until_used(126_870);
}
