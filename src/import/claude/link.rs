//! What the lines of one response have in common, as hashes of a few bytes, as a long history has hundreds of thousands of lines.

use std::hash::{BuildHasherDefault, DefaultHasher, Hash, Hasher};

use super::parse::UsageLine;

/// A hash of 96 bits. The probability that two of a million are equal by chance is below 10⁻¹⁷.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Link([u32; 3]);

/// Hashes links, which are hashes already.
pub(super) type LinkHasher = BuildHasherDefault<LinkHash>;

#[derive(Default)]
pub(super) struct LinkHash(u64);

impl Hasher for LinkHash {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = number;
    }
}

impl Hash for Link {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let [first, second, _] = self.0;
        state.write_u64(u64::from(first) << 32 | u64::from(second));
    }
}

impl Link {
    fn of(kind: u8, parts: &[&str]) -> Self {
        let hash = |seed: u8| {
            let mut hasher = DefaultHasher::new();
            hasher.write(&[seed, kind]);
            parts.hash(&mut hasher);
            hasher.finish()
        };
        let (first, second) = (hash(0), hash(1));
        #[expect(clippy::cast_possible_truncation, reason = "a part of a hash")]
        let halves = [first as u32, (first >> 32) as u32, second as u32];
        Self(halves)
    }

    /// The copies of a line. Resumed and branched sessions copy lines with their uuid, ids and times, and change only their `sessionId`.
    pub fn uuid(line: &UsageLine<'_>) -> Option<Self> {
        line.uuid.as_deref().map(|uuid| Self::of(b'u', &[uuid]))
    }

    /// The lines of a message with this id, whichever request they answer.
    pub fn message(line: &UsageLine<'_>) -> Option<Self> {
        let id = line.message_id.as_deref()?;
        Some(Self::of(b'm', &[id]))
    }

    /// The lines of a response, by the id of its message and
    /// - the id of its request, which every line of a stream repeats;
    /// - if a gateway gives none, its session and the tokens on its input side: some gateways give all messages the same id, and the
    ///   lines of a stream differ only in their output.
    ///
    /// `session` is used if the line names none.
    pub fn response(line: &UsageLine<'_>, session: &str) -> Option<Self> {
        let id = line.message_id.as_deref()?;
        if let Some(request) = line.request_id.as_deref() {
            return Some(Self::of(b'r', &[id, request]));
        }
        let session = line.session_id.as_deref().unwrap_or(session);
        let input = line.tokens.context().to_string();
        Some(Self::of(b'g', &[id, session, &input]))
    }
}
