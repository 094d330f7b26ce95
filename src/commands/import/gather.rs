//! Reads the transcripts of a source: finds the files, passes them to the source's reader, and keeps the responses of the days and folders
//! that the user asks for.

use std::{
    path::{Path, PathBuf},
    time::SystemTime,
};

use super::{
    super::{Context, run::Run},
    folders::FolderPattern,
    roots::{self, DESKTOP_SESSIONS},
    sources::{self, kind_of},
    window::{Found, Window},
};
use crate::{
    cli::TranscriptArgs,
    failure::Failure,
    import::{
        FileKind, FoundUnits, ImportSource, Line, Reader, Skipped, TranscriptFile, Transcripts,
        units,
    },
    render::import::name_of,
    store::{self, LineBuffer, OpenError, ReadLine, Visited, VisitedFile, Walk},
};

/// The largest size of the file beside a transcript that describes its agent, in bytes.
const MAX_META: usize = 64 * 1024;

/// What was read.
pub struct Gathered {
    pub source: ImportSource,
    /// Only with the responses of the days and folders that the user asks for.
    pub transcripts: Transcripts,
    pub window: Window,
    /// Files that were last changed before the window, and not opened.
    pub older_files: u64,
    /// Whether any file that was read has a response, of whatever day and folder.
    pub has_responses: bool,
}

/// Reads the transcripts that the arguments ask for. Fails if there are none.
pub fn gather(
    args: &TranscriptArgs,
    found: &Found,
    run: &mut Run<'_, '_>,
) -> Result<Gathered, Failure> {
    let source = args.source;
    let window = Window::new(args, found, run)?;
    let pattern = args.cwd.as_deref();
    let pattern = pattern.map(|text| FolderPattern::new(text, run.cx));
    let pattern = pattern.transpose()?;
    let mut feeder = Feeder {
        reader: sources::reader(source, &window, run.cx),
        source,
        buffer: LineBuffer::default(),
        skipped: Skipped::default(),
        files: 0,
        older_files: 0,
        oldest_change: window.oldest_change(),
    };
    if args.paths.is_empty() {
        feeder.own_folders(run.cx)?;
    } else {
        feeder.named(&args.paths, run.cx)?;
    }
    let (transcripts, older_files) = feeder.finish();
    let has_responses = !transcripts.responses.is_empty();
    let transcripts = of_window(source, transcripts, &window, pattern.as_ref());
    Ok(Gathered {
        source,
        transcripts,
        window,
        older_files,
        has_responses,
    })
}

/// Feeds files to a reader.
struct Feeder {
    reader: Box<dyn Reader>,
    source: ImportSource,
    buffer: LineBuffer,
    /// What was left out before the reader.
    skipped: Skipped,
    /// The number of transcripts found, readable or not.
    files: u64,
    older_files: u64,
    oldest_change: Option<SystemTime>,
}

impl Feeder {
    /// Reads the folders that the harness keeps its transcripts in.
    fn own_folders(&mut self, cx: &Context<'_>) -> Result<(), Failure> {
        let source = self.source;
        let folders = roots::folders(source, cx);
        if folders.is_empty() {
            let message = match source {
                ImportSource::Jsonl | ImportSource::Ccusage => {
                    format!("`tokmon import {source}` needs a file, or - for standard input")
                }
                _ => "HOME is not set, so that there is nothing to look for transcripts in"
                    .to_owned(),
            };
            return Err(
                Failure::usage(message).help(format!("name one: tokmon import {source} PATH"))
            );
        }
        let mut walk = Walk::default();
        for folder in &folders {
            match self.below(folder, &mut walk, cx) {
                Err(error) if store::is_missing(folder) => drop(error),
                Err(error) => {
                    let shown = roots::shown(folder, cx);
                    self.files += 1;
                    self.skipped.unreadable(&shown, None, store::reason(&error));
                }
                Ok(()) => {}
            }
        }
        if self.files == 0 {
            let looked = folders.iter().map(|folder| roots::shown(folder, cx));
            let looked: Vec<String> = looked.map(|folder| format!("\n  {folder}")).collect();
            let name = name_of(source);
            return Err(Failure::no_input(format!(
                "no transcripts of {name} found; looked in{}",
                looked.concat()
            ))
            .help(format!(
                "name a folder or a file: tokmon import {source} PATH"
            )));
        }
        Ok(())
    }

    /// Reads the files and folders that are named.
    fn named(&mut self, paths: &[PathBuf], cx: &mut Context<'_>) -> Result<(), Failure> {
        let mut walk = Walk::default();
        for path in paths {
            if path.as_os_str() == "-" {
                self.standard_input(cx);
                continue;
            }
            let absolute = roots::absolute(path, cx);
            let before = self.files;
            self.below(&absolute, &mut walk, cx).map_err(|error| {
                Failure::no_input(format!(
                    "cannot read {}: {}",
                    path.display(),
                    store::reason(&error)
                ))
            })?;
            if self.files == before && before == 0 && paths.len() == 1 {
                let name = name_of(self.source);
                let message = format!("no transcripts of {name} in {}", path.display());
                return Err(Failure::no_input(message));
            }
        }
        Ok(())
    }

    /// Reads a file, or the transcripts below a folder.
    fn below(&mut self, start: &Path, walk: &mut Walk, cx: &Context<'_>) -> std::io::Result<()> {
        let root = store::real_path(start);
        let source = self.source;
        // The desktop app keeps copies of its transcripts in the same folder.
        let is_desktop = source == ImportSource::Claude && start.ends_with(DESKTOP_SESSIONS);
        let is_inside =
            |path: &str| !is_desktop || path.split('/').any(|folder| folder == "projects");
        let wants = |real: &Path| {
            let path = below(real, &root);
            is_inside(&path) && kind_of(source, &path).is_some()
        };
        walk.visit(start, &wants, &mut |visited| {
            self.files += 1;
            match visited {
                Visited::File(file) => self.file(&file, &root, cx),
                Visited::Unreadable(path, why) => {
                    let shown = roots::shown(&path, cx);
                    self.skipped.unreadable(&shown, None, why);
                }
            }
        })
    }

    fn file(&mut self, file: &VisitedFile, root: &Path, cx: &Context<'_>) {
        let is_named = file.real == root;
        let path = below(&file.real, root);
        // A file that the user names is read whatever its name is.
        let kind = kind_of(self.source, &path).unwrap_or(match file.real.extension() {
            Some(kind) if kind == "zst" || kind == "gz" => FileKind::Compressed,
            _ if self.source == ImportSource::Ccusage => FileKind::Document,
            _ if self.source == ImportSource::Jsonl => FileKind::Lines,
            Some(kind) if kind == "json" => FileKind::Document,
            _ => FileKind::Lines,
        });
        let is_old = file.changed < self.oldest_change && file.changed.is_some();
        if is_old && !is_named {
            self.older_files += 1;
            return;
        }
        let shown = roots::shown(&file.path, cx);
        let meta = self.meta(&file.real);
        let described = TranscriptFile {
            path: &path,
            shown: &shown,
            kind,
            meta: meta.as_deref(),
        };
        if kind == FileKind::Compressed {
            self.reader.begin(described);
            self.reader.end();
            return;
        }
        match store::open(&file.real) {
            Ok(mut opened) => match opened.bytes() {
                Ok(mut input) => self.read(described, &mut *input),
                Err(error) => self.skipped.unreadable(&shown, None, store::reason(&error)),
            },
            // The file was deleted after it was found.
            Err(OpenError::Missing) => {}
            Err(error) => self.skipped.unreadable(&shown, None, error.to_string()),
        }
    }

    /// The file beside the transcript of a subagent that describes it.
    fn meta(&self, transcript: &Path) -> Option<Vec<u8>> {
        let name = transcript.file_name()?.to_str()?;
        if self.source != ImportSource::Claude || !name.starts_with("agent-") {
            return None;
        }
        let mut meta = store::open(&transcript.with_extension("meta.json")).ok()?;
        meta.bytes_up_to(MAX_META).ok()
    }

    fn standard_input(&mut self, cx: &mut Context<'_>) {
        self.files += 1;
        let kind = match self.source {
            ImportSource::Ccusage => FileKind::Document,
            _ => FileKind::Lines,
        };
        let described = TranscriptFile {
            path: "-",
            shown: "standard input",
            kind,
            meta: None,
        };
        self.read(described, &mut *cx.input);
    }

    /// Passes the contents of a file to the reader.
    fn read(&mut self, file: TranscriptFile<'_>, input: &mut dyn std::io::Read) {
        let Self {
            reader,
            buffer,
            skipped,
            ..
        } = self;
        reader.begin(file);
        let mut number = 0;
        let mut each = |line: ReadLine<'_>| {
            number += 1;
            match line {
                ReadLine::Line { text, has_end } => reader.line(Line {
                    number,
                    text,
                    has_end,
                }),
                ReadLine::TooLong => {
                    let line = Some(number).filter(|_| file.kind == FileKind::Lines);
                    skipped.lines += 1;
                    skipped.unreadable(file.shown, line, "it is longer than 64 MiB");
                }
            }
        };
        let read = if file.kind == FileKind::Document {
            buffer.document(input, &mut each)
        } else {
            buffer.lines(input, &mut each)
        };
        if let Err(error) = read {
            skipped.unreadable(file.shown, None, store::reason(&error));
        }
        reader.end();
    }

    /// The responses, and the number of files that were too old to be opened.
    fn finish(self) -> (Transcripts, u64) {
        let mut transcripts = self.reader.finish();
        let skipped = &mut transcripts.skipped;
        skipped.lines += self.skipped.lines;
        skipped.unreadable_count += self.skipped.unreadable_count;
        skipped.unreadable.extend(self.skipped.unreadable);
        let place = |of: &crate::import::Unreadable| (of.file.clone(), of.line);
        skipped.unreadable.sort_by_key(place);
        skipped.unreadable.truncate(Skipped::MOST_UNREADABLE);
        (transcripts, self.older_files)
    }
}

/// The path of a file below a folder, with `/` between the names; the whole path if a link leads elsewhere, or if the user names the file
/// itself.
fn below(real: &Path, root: &Path) -> String {
    let path = real.strip_prefix(root).ok();
    let path = path.filter(|path| !path.as_os_str().is_empty());
    let path = path.unwrap_or(real).to_string_lossy();
    if std::path::MAIN_SEPARATOR == '/' {
        path.into_owned()
    } else {
        path.replace(std::path::MAIN_SEPARATOR, "/")
    }
}

/// The responses of some days and folders. Only whole units are kept: a part of a unit would be written as all of it, and a later import
/// would find more.
fn of_window(
    source: ImportSource,
    mut transcripts: Transcripts,
    window: &Window,
    pattern: Option<&FolderPattern>,
) -> Transcripts {
    transcripts.retain(|response| window.contains(response.time));
    let Some(pattern) = pattern else {
        return transcripts;
    };
    let is_meant = transcripts.origins.iter().map(|origin| {
        let folder = origin.cwd.as_deref();
        folder.is_some_and(|folder| pattern.holds(folder))
    });
    let is_meant: Vec<bool> = is_meant.collect();
    let FoundUnits { units, .. } = units(source, &transcripts, &|time| window.local(time));
    let mut is_kept = vec![false; transcripts.responses.len()];
    for unit in units {
        if is_meant.get(unit.origin as usize) != Some(&true) {
            continue;
        }
        for response in unit.responses {
            if let Some(place) = is_kept.get_mut(response as usize) {
                *place = true;
            }
        }
    }
    let mut is_kept = is_kept.into_iter();
    transcripts.retain(|_| is_kept.next().unwrap_or_default());
    transcripts
}
