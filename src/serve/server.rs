//! Accepts connections and answers requests, on one thread. Nothing waits for a client that is slow or silent but its own task, and
//! that not for long.

use std::{
    convert::Infallible,
    io,
    net::{SocketAddr, TcpListener as StdListener},
    pin::pin,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime,
    sync::watch,
    time::{sleep, timeout},
};

use super::{
    Hosts, Published,
    connections::{Connections, Place},
    respond::respond,
};

/// How long a client may take for the head of a request, and how long it may keep silent between two.
const HEAD_TIMEOUT: Duration = Duration::from_secs(75);

/// How long a connection may last. A client that reads an answer slowly is not waited for any longer.
const MAX_AGE: Duration = Duration::from_secs(15 * 60);

/// How long answers under way may take when the server stops.
const GRACE: Duration = Duration::from_secs(1);

/// The pause after a connection that could not be accepted, as when no more files can be opened.
const PAUSE: Duration = Duration::from_millis(50);

/// The largest head of a request, and the most lines in it.
const MAX_HEAD: usize = 16 * 1024;
const MAX_HEADERS: usize = 64;

/// A server that runs on a thread of its own.
pub struct Server {
    stop: watch::Sender<bool>,
    thread: JoinHandle<io::Result<()>>,
}

impl Server {
    /// Begins to answer with what is published. `failed` is called where it ends without being stopped.
    pub fn start(
        listener: StdListener,
        published: Published,
        hosts: Hosts,
        failed: impl FnOnce() + Send + 'static,
    ) -> io::Result<Self> {
        listener.set_nonblocking(true)?;
        let (stop, stopped) = watch::channel(false);
        let runtime = runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let run = move || {
            let context = Arc::new(Context { published, hosts });
            let ended = runtime.block_on(accept(listener, context, stopped));
            if ended.is_err() {
                failed();
            }
            ended
        };
        let thread = thread::Builder::new().name("http".to_owned()).spawn(run)?;
        Ok(Self { stop, thread })
    }

    /// Stops accepting, and waits a little for answers under way.
    pub fn stop(self) -> io::Result<()> {
        // Fails where it has ended.
        let _ = self.stop.send(true);
        let ended = self.thread.join();
        ended.unwrap_or_else(|_| Err(io::Error::other("the thread panicked")))
    }
}

struct Context {
    published: Published,
    hosts: Hosts,
}

async fn accept(
    listener: StdListener,
    context: Arc<Context>,
    mut stopped: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = TcpListener::from_std(listener)?;
    let connections = Connections::default();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stopped.changed() => break,
        };
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let place = connections.enter();
        let of_task = Arc::clone(&place);
        let serving = serve(stream, Arc::clone(&context), of_task, stopped.clone());
        place.closed_by(tokio::spawn(serving).abort_handle());
    }
    drop(listener);
    // Each task ends when its answer is sent.
    let _ = timeout(GRACE, stopped_tasks(&connections)).await;
    Ok(())
}

async fn stopped_tasks(connections: &Connections) {
    while !connections.are_closed() {
        sleep(Duration::from_millis(5)).await;
    }
}

/// Answers the requests of a connection.
async fn serve(
    stream: TcpStream,
    context: Arc<Context>,
    place: Arc<Place>,
    mut stopped: watch::Receiver<bool>,
) {
    let Ok(at) = stream.local_addr().as_ref().map(SocketAddr::ip) else {
        return;
    };
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        place.touch();
        let answer = respond(&request, &context.published.site(), &context.hosts, at);
        async { Ok::<_, Infallible>(answer) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_headers(MAX_HEADERS)
        .max_buf_size(MAX_HEAD);
    let mut connection = pin!(http.serve_connection(TokioIo::new(stream), service));
    tokio::select! {
        _ = connection.as_mut() => return,
        _ = stopped.changed() => {}
        () = sleep(MAX_AGE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = timeout(GRACE, connection).await;
}
