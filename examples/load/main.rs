//! Asks a server for the same page at a fixed rate, and prints how long answers took.
//!
//! ```console
//! $ tokmon serve & cargo run --release --example load -- http://127.0.0.1:9184/metrics --rate 1000 --seconds 30 --idle 200 --pid $!
//! ```
//!
//! The rate does not depend on the answers: each request has its moment, and its time counts from then, so that a server that falls
//! behind is not asked less ("coordinated omission"). With a process id, the memory of its children is watched, too.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program of its own"
)]

use std::{
    env, fs,
    io::{self, Read, Write},
    net::TcpStream,
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::{Duration, Instant},
};

const USAGE: &str = "load http://HOST:PORT/PATH [--rate PER_SECOND] [--seconds N] [--idle CONNECTIONS] [--connections N] [--pid PID]";

struct Options {
    address: String,
    path: String,
    rate: u32,
    seconds: u32,
    idle: usize,
    connections: u32,
    pid: Option<u32>,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        eprintln!("usage: {USAGE}");
        return ExitCode::from(64);
    };
    match run(&options) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("load: {}: {error}", options.address);
            ExitCode::FAILURE
        }
    }
}

fn options() -> Option<Options> {
    let mut words = env::args().skip(1);
    let url = words.next()?;
    let (address, path) = url.strip_prefix("http://")?.split_once('/')?;
    let mut options = Options {
        address: address.to_owned(),
        path: format!("/{path}"),
        rate: 1_000,
        seconds: 30,
        idle: 200,
        connections: 50,
        pid: None,
    };
    while let Some(word) = words.next() {
        let value: u32 = words.next()?.parse().ok()?;
        match word.as_str() {
            "--rate" => options.rate = value.max(1),
            "--seconds" => options.seconds = value,
            "--idle" => options.idle = value.try_into().ok()?,
            "--connections" => options.connections = value.max(1),
            "--pid" => options.pid = Some(value),
            _ => return None,
        }
    }
    Some(options)
}

/// Returns the number of errors.
fn run(options: &Options) -> io::Result<usize> {
    let idle: io::Result<Vec<TcpStream>> = (0..options.idle)
        .map(|_| TcpStream::connect(&options.address))
        .collect();
    let idle = idle?;
    let is_over = AtomicBool::new(false);
    let start = Instant::now() + Duration::from_millis(50);
    let (results, took, memory) = thread::scope(|scope| {
        let memory = scope.spawn(|| watch_memory(options.pid, &is_over));
        let clients =
            (0..options.connections).map(|client| scope.spawn(move || ask(options, client, start)));
        let clients: Vec<_> = clients.collect();
        let results = clients
            .into_iter()
            .map(|client| client.join().unwrap_or_default());
        let results: Vec<_> = results.collect();
        let took = start.elapsed();
        is_over.store(true, Ordering::Relaxed);
        (results, took, memory.join().unwrap_or_default())
    });
    let errors = results.iter().map(|(_, errors)| errors).sum();
    let times = results.into_iter().flat_map(|(times, _)| times).collect();
    let open = idle.iter().filter(|stream| is_open(stream)).count();
    report(options, times, errors, took);
    println!(
        "idle      {open} of {} connections still open",
        options.idle
    );
    if let (Some(first), Some(last)) = (memory.first(), memory.last()) {
        let most = memory.iter().max().unwrap_or(last);
        println!("memory    {first} KiB at first, {most} at most, {last} at last");
    }
    Ok(errors)
}

/// Asks at each moment of a client. Returns the times in microseconds, and the number of errors.
fn ask(options: &Options, client: u32, start: Instant) -> (Vec<u64>, usize) {
    let interval = Duration::from_secs(1) * options.connections / options.rate;
    let first = start + interval * client / options.connections;
    let count = options.rate * options.seconds / options.connections;
    let request = format!(
        "GET {} HTTP/1.1\r\nHost: {}\r\n\r\n",
        options.path, options.address
    );
    let (mut times, mut errors, mut stream) = (Vec::new(), 0, None);
    for number in 0..count {
        let moment = first + interval * number;
        thread::sleep(moment.saturating_duration_since(Instant::now()));
        let answered = answer(&mut stream, options, request.as_bytes());
        match answered {
            Ok(()) => times.push(u64::try_from(moment.elapsed().as_micros()).unwrap_or(u64::MAX)),
            Err(error) => {
                if errors == 0 {
                    eprintln!("load: {error}");
                }
                (errors, stream) = (errors + 1, None);
            }
        }
    }
    (times, errors)
}

/// Sends a request, and reads its answer.
fn answer(stream: &mut Option<TcpStream>, options: &Options, request: &[u8]) -> io::Result<()> {
    let stream = if let Some(stream) = stream {
        stream
    } else {
        let new = TcpStream::connect(&options.address)?;
        new.set_nodelay(true)?;
        new.set_read_timeout(Some(Duration::from_secs(10)))?;
        stream.insert(new)
    };
    stream.write_all(request)?;
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 * 1024]);
    loop {
        let got = stream.read(&mut buffer)?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        bytes.extend_from_slice(buffer.get(..got).unwrap_or_default());
        if length_of(&bytes)?.is_some_and(|length| bytes.len() >= length) {
            return Ok(());
        }
    }
}

/// The length of an answer with its head, once that is read. Fails unless its status is 200.
fn length_of(bytes: &[u8]) -> io::Result<Option<usize>> {
    let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).to_ascii_lowercase();
    if !head.starts_with("http/1.1 200") {
        let status = head.lines().next().unwrap_or_default().to_owned();
        return Err(io::Error::other(status));
    }
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: Option<usize> = length.and_then(|length| length.trim().parse().ok());
    Ok(length.map(|length| end + 4 + length))
}

/// Whether the other end has not closed a connection.
fn is_open(mut stream: &TcpStream) -> bool {
    let is_set = stream.set_nonblocking(true).is_ok();
    let read = stream.read(&mut [0]);
    is_set && read.is_err_and(|error| error.kind() == io::ErrorKind::WouldBlock)
}

/// The resident memory of a process and its children, in KiB, each second.
fn watch_memory(pid: Option<u32>, is_over: &AtomicBool) -> Vec<u64> {
    let mut memory = Vec::new();
    while let Some(pid) = pid.filter(|_| !is_over.load(Ordering::Relaxed)) {
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"));
        let children = children.unwrap_or_default();
        let children = children.split_whitespace().filter_map(|id| id.parse().ok());
        memory.push(children.chain([pid]).filter_map(resident).sum());
        thread::sleep(Duration::from_secs(1));
    }
    memory
}

fn resident(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn report(options: &Options, mut times: Vec<u64>, errors: usize, took: Duration) {
    times.sort_unstable();
    let count = times.len();
    let rate = count as u128 * 1_000 / took.as_millis().max(1);
    println!(
        "asked     {} requests a second for {} s on {} connections",
        options.rate, options.seconds, options.connections
    );
    println!("answered  {count} ({rate} a second), {errors} errors");
    let at = |per_mille: usize| {
        let index = (count * per_mille / 1_000).min(count.saturating_sub(1));
        let micros = times.get(index).copied().unwrap_or_default();
        format!("{}.{:03} ms", micros / 1_000, micros % 1_000)
    };
    println!(
        "took      p50 {}, p95 {}, p99 {}, p99.9 {}, at most {}",
        at(500),
        at(950),
        at(990),
        at(999),
        at(1_000)
    );
}
