//! Where each harness keeps its transcripts, according to the home folder and the harness's own variables.

use std::path::{Path, PathBuf};

use super::super::Context;
use crate::{import::ImportSource, store};

/// The largest size of Gemini CLI's list of projects, in bytes.
const MAX_PROJECTS: usize = 1024 * 1024;

/// The folder in which the desktop app of Claude keeps the sessions that it runs by itself.
pub const DESKTOP_SESSIONS: &str = "local-agent-mode-sessions";

/// The folders in which the transcripts of a source are looked for, whether they exist or not. Empty for a source without folders of its
/// own.
pub fn folders(source: ImportSource, cx: &Context<'_>) -> Vec<PathBuf> {
    let mut folders = match source {
        ImportSource::Claude => claude(cx),
        ImportSource::Codex => codex(cx),
        ImportSource::Gemini => cx
            .home()
            .map(|home| home.join(".gemini/tmp"))
            .into_iter()
            .collect(),
        ImportSource::Jsonl | ImportSource::Ccusage => Vec::new(),
    };
    let mut seen = Vec::new();
    folders.retain(|folder| {
        let is_new = !seen.contains(folder);
        seen.push(folder.clone());
        is_new
    });
    folders
}

/// `CLAUDE_CONFIG_DIR`, a comma-separated list, replaces both folders of settings that Claude Code has. The desktop app keeps the sessions
/// that it runs by itself elsewhere, whatever the variable says.
fn claude(cx: &Context<'_>) -> Vec<PathBuf> {
    let home = cx.home();
    let configs: Vec<PathBuf> = if let Some(list) = cx.variable("CLAUDE_CONFIG_DIR") {
        let list = list.to_string_lossy();
        let named = list.split(',').map(str::trim);
        let named = named.filter(|folder| !folder.is_empty());
        named
            .map(|folder| absolute(Path::new(folder), cx))
            .collect()
    } else {
        let own = home.as_deref().map(|home| home.join(".claude"));
        let shared = home.as_deref().map(|home| home.join(".config/claude"));
        let moved = cx.user_settings().map(|settings| settings.join("claude"));
        own.into_iter().chain(shared).chain(moved).collect()
    };
    let projects = configs.into_iter().map(|folder| {
        // Some tools set the variable to the inner folder.
        if folder.ends_with("projects") {
            folder
        } else {
            folder.join("projects")
        }
    });
    let desktop = [".config/Claude", "Library/Application Support/Claude"];
    let desktop = desktop
        .into_iter()
        .filter_map(|folder| Some(home.as_deref()?.join(folder)))
        .map(|folder| folder.join(DESKTOP_SESSIONS));
    projects.chain(desktop).collect()
}

fn codex(cx: &Context<'_>) -> Vec<PathBuf> {
    let named = cx.variable("CODEX_HOME");
    let home = match named {
        Some(folder) => Some(absolute(Path::new(&folder), cx)),
        None => cx.home().map(|home| home.join(".codex")),
    };
    let home = home.into_iter();
    home.flat_map(|home| ["sessions", "archived_sessions"].map(|folder| home.join(folder)))
        .collect()
}

/// The roots of projects, whose hashes name folders of Gemini CLI: this folder, those above it, and the ones that the harness lists.
pub fn known_projects(cx: &Context<'_>) -> Vec<String> {
    let list = cx.home().map(|home| home.join(".gemini/projects.json"));
    let list = list.and_then(|path| store::open(&path).ok()?.bytes_up_to(MAX_PROJECTS).ok());
    let above = cx.folder.ancestors();
    let above = above.map(|folder| folder.to_string_lossy().into_owned());
    let listed: Option<serde_json::Value> =
        list.and_then(|list| serde_json::from_slice(&list).ok());
    let projects = listed.as_ref().and_then(|json| json.get("projects"));
    let projects = projects.and_then(serde_json::Value::as_object);
    let projects = projects.into_iter().flat_map(|projects| projects.keys());
    above.chain(projects.cloned()).collect()
}

/// A path relative to the working folder. `~` is the home folder, as no shell expands it in a variable.
pub fn absolute(path: &Path, cx: &Context<'_>) -> PathBuf {
    match (path.strip_prefix("~"), cx.home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => cx.folder.join(path),
    }
}

/// A path as messages show it: relative to the working folder, else to the home folder, else absolute.
pub fn shown(path: &Path, cx: &Context<'_>) -> String {
    if let Ok(below) = path.strip_prefix(&cx.folder)
        && !below.as_os_str().is_empty()
    {
        return below.display().to_string();
    }
    match cx.home() {
        Some(home) if home.parent().is_some() => match path.strip_prefix(&home) {
            Ok(below) => Path::new("~").join(below).display().to_string(),
            Err(_) => path.display().to_string(),
        },
        _ => path.display().to_string(),
    }
}
