//! The rules for teams that `tokmon init --import` proposes, from the folders in which sessions worked. They are comments, as the names of
//! folders in a home should enter a repository only if a person decides so.

use std::{collections::BTreeMap, fmt::Write as _, path::Path};

use glob::Pattern;

use super::{
    super::{init::quoted, run::Run},
    gather::{Gathered, gather},
    window::Found,
};
use crate::{
    cli::{Since, TranscriptArgs},
    config::Settings,
    failure::Failure,
    import::{ImportSource, Transcripts},
    store,
};

/// The most rules that are proposed.
const MOST_RULES: usize = 20;

/// The number of days of transcripts that are read. Harnesses keep 30.
const DAYS: u32 = 35;

/// The keys of the table, with what holds without them.
const KEYS: &str = r#"
#[import]
#count = ["input", "output", "cache_write"]   # what counts against the budget; "all" counts cache reads, too
#team_by = "repository"                        # what names a team where no rule does, or "cwd", "branch", "agent"
"#;

const HARNESSES: [ImportSource; 3] = [
    ImportSource::Claude,
    ImportSource::Codex,
    ImportSource::Gemini,
];

/// The rules as comments of the settings, those with the most tokens first.
pub fn rules(run: &mut Run<'_, '_>) -> Result<String, Failure> {
    let found = Found {
        log: None,
        settings: Settings::default(),
    };
    let mut folders = BTreeMap::new();
    for source in HARNESSES {
        let args = TranscriptArgs {
            source,
            paths: Vec::new(),
            since: Some(Since::DaysAgo(DAYS)),
            until: None,
            cwd: None,
            team: None,
            team_by: None,
            strict: false,
        };
        match gather(&args, &found, run) {
            Ok(Gathered { transcripts, .. }) => add_folders(&transcripts, &mut folders),
            Err(failure) if failure.is_no_input() => {}
            Err(failure) => return Err(failure),
        }
    }
    let home = run.cx.home();
    Ok(written(folders, home.as_deref().and_then(Path::to_str)))
}

/// Adds up what was used in each folder. All worktrees of a repository count as one folder.
fn add_folders(transcripts: &Transcripts, folders: &mut BTreeMap<String, u64>) {
    let mut of_origin = vec![0_u64; transcripts.origins.len()];
    for response in &transcripts.responses {
        if let Some(sum) = of_origin.get_mut(response.origin as usize) {
            *sum = sum.saturating_add(response.tokens.total());
        }
    }
    for (origin, tokens) in transcripts.origins.iter().zip(of_origin) {
        let cwd = origin.cwd.as_deref().map(Path::new);
        let Some(cwd) = cwd.filter(|cwd| cwd.is_absolute() && tokens > 0) else {
            continue;
        };
        let root = store::main_checkout(cwd).unwrap_or_else(|| cwd.to_path_buf());
        if let Some(root) = root.to_str() {
            let sum = folders.entry(root.to_owned()).or_default();
            *sum = sum.saturating_add(tokens);
        }
    }
}

/// `# [[import.team]]` with the last name of a folder as the team.
fn written(folders: BTreeMap<String, u64>, home: Option<&str>) -> String {
    let is_proposed = |folder: &str| {
        let name = folder.rsplit('/').next().unwrap_or_default();
        !name.is_empty() && Some(folder) != home && !folder.contains(char::is_control)
    };
    let mut folders: Vec<(String, u64)> = folders.into_iter().collect();
    folders.retain(|(folder, _)| is_proposed(folder));
    folders.sort_by_key(|(_, tokens)| std::cmp::Reverse(*tokens));
    let count = folders.len();
    let mut text = KEYS.to_owned();
    text += "\n# The teams of what `tokmon import` reads, by the folders of your transcripts, those with the most tokens first. Remove the # before\n\
        # the rules that are right, and delete the others: they name folders of your home. See docs/import.md.\n";
    if folders.is_empty() {
        text += "# There are no transcripts that name a folder.\n";
    }
    for (folder, _) in folders.into_iter().take(MOST_RULES) {
        let name = folder.rsplit('/').next().unwrap_or_default();
        let below_home = home.and_then(|home| folder.strip_prefix(home)?.strip_prefix('/'));
        let pattern = match below_home {
            Some(below) => format!("~/{}/**", Pattern::escape(below)),
            None => format!("{}/**", Pattern::escape(&folder)),
        };
        let (name, pattern) = (quoted(name), quoted(&pattern));
        let _ = write!(text, "#[[import.team]]\n#team = {name}\n#cwd = {pattern}\n");
    }
    if count > MOST_RULES {
        let _ = writeln!(text, "# And {} more folders.", count - MOST_RULES);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_become_rules_in_comments() {
        let folders = [
            ("/home/ann/src/alpha", 5),
            ("/home/ann/src/b [old] \"x\"", 70),
            ("/srv/beta", 6),
            ("/home/ann", 900),
            ("/", 900),
            ("/x/\u{1b}[31m", 900),
        ];
        let folders = folders.map(|(folder, tokens)| (folder.to_owned(), tokens));
        let text = written(folders.into(), Some("/home/ann"));
        insta::assert_snapshot!(text, @r##"

        #[import]
        #count = ["input", "output", "cache_write"]   # what counts against the budget; "all" counts cache reads, too
        #team_by = "repository"                        # what names a team where no rule does, or "cwd", "branch", "agent"

        # The teams of what `tokmon import` reads, by the folders of your transcripts, those with the most tokens first. Remove the # before
        # the rules that are right, and delete the others: they name folders of your home. See docs/import.md.
        #[[import.team]]
        #team = "b [old] \"x\""
        #cwd = "~/src/b [[]old[]] \"x\"/**"
        #[[import.team]]
        #team = "beta"
        #cwd = "/srv/beta/**"
        #[[import.team]]
        #team = "alpha"
        #cwd = "~/src/alpha/**"
        "##);
        let rules: String = text
            .lines()
            .filter_map(|line| line.strip_prefix('#'))
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.to_owned() + "\n")
            .collect();
        let settings = crate::config::parse(&rules).unwrap();
        let rules = &settings.policy.import.rules;
        let holds = |at: usize, folder: &str| {
            rules[at]
                .cwd
                .as_ref()
                .unwrap()
                .matches(folder, Some("/home/ann"))
        };
        assert!(holds(0, "/home/ann/src/b [old] \"x\"/lib"));
        assert!(holds(1, "/srv/beta") && holds(2, "/home/ann/src/alpha"));
    }

    #[test]
    fn no_more_than_some_are_proposed() {
        let folders = (0..25).map(|at| (format!("/srv/{at:02}"), 25 - at));
        let text = written(folders.collect(), None);
        assert_eq!(text.matches("#[[import.team]]").count(), MOST_RULES);
        assert!(
            text.ends_with("#team = \"19\"\n#cwd = \"/srv/19/**\"\n# And 5 more folders.\n"),
            "{text}"
        );
        assert!(written(BTreeMap::new(), None).contains("no transcripts"));
    }
}
