//! A rendered body: plain and compressed, each with its entity tag.

use std::{fmt::Write as _, io::Write as _};

use flate2::{Compression, write::GzEncoder};
use hyper::body::Bytes;
use sha2::{Digest as _, Sha256};

/// Below this, compressing saves no packet.
const MIN_COMPRESSED: usize = 501;

/// A body of a type, in each of its encodings.
#[derive(Clone)]
pub struct Body {
    pub(super) content_type: &'static str,
    pub(super) plain: Encoded,
    /// Only where it is shorter.
    pub(super) gzip: Option<Encoded>,
}

/// Bytes with the entity tag of exactly these.
#[derive(Clone)]
pub(super) struct Encoded {
    pub bytes: Bytes,
    /// With its quotes.
    pub etag: String,
}

impl Body {
    pub const JSON: &'static str = "application/json";
    pub const PROMETHEUS: &'static str = "text/plain; version=0.0.4; charset=utf-8";
    pub const OPENMETRICS: &'static str =
        "application/openmetrics-text; version=1.0.0; charset=utf-8";

    pub fn new(content_type: &'static str, bytes: Vec<u8>) -> Self {
        let compressed = Some(&bytes).filter(|bytes| bytes.len() >= MIN_COMPRESSED);
        let compressed = compressed.and_then(|bytes| compress(bytes));
        Self {
            content_type,
            gzip: compressed
                .filter(|compressed| compressed.len() < bytes.len())
                .map(Encoded::new),
            plain: Encoded::new(bytes),
        }
    }
}

impl Encoded {
    fn new(bytes: Vec<u8>) -> Self {
        // Half of the digest: there is no one to keep from making two bodies with one tag.
        let digest = Sha256::digest(&bytes);
        let half = digest.iter().take(16);
        let mut etag = half.fold(String::from("\""), |mut etag, byte| {
            let _ = write!(etag, "{byte:02x}");
            etag
        });
        etag.push('"');
        Self {
            bytes: bytes.into(),
            etag,
        }
    }
}

fn compress(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).ok()?;
    encoder.finish().ok()
}
