//! Rewrites that were cut short, at each step, and what readers see until they are brought to their end.

use std::{fs, io::Read, os::unix::fs::MetadataExt};

use super::{
    commit_marker::{CommitMarker, TransactionId},
    journal::{Journal, SideChange, block_hashes, hash},
    *,
};
use crate::{
    exit::ExitCode,
    store::{OpenError, Opened, open_beside, open_log},
};

/// How far a rewrite has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    /// The journal is in force.
    Decided,
    /// What is to take the place of the archive is half written.
    HalfDraft,
    /// The archive has its rows.
    Archived,
    /// The new text is written in part.
    HalfWritten,
    /// The new text is written, the mark still behind it.
    Written,
    /// The log is as it is to be, but the journal is still there.
    Cut,
}

const STAGES: [Stage; 6] = [
    Stage::Decided,
    Stage::HalfDraft,
    Stage::Archived,
    Stage::HalfWritten,
    Stage::Written,
    Stage::Cut,
];

/// A rewrite of [`LOG`] to this text that has come so far, with this written behind it since.
fn cut_short(stage: Stage, text: &str, tail: &str) -> Scene {
    let scene = Scene::new(LOG);
    let marker = CommitMarker::behind(LOG.as_bytes(), text.len(), &TransactionId::new(77));
    let journal = Journal {
        inode: fs::metadata(scene.log()).unwrap().ino(),
        id: TransactionId::new(77),
        seal: marker.seal as u64,
        text: text.into(),
        start: LOG.len() as u64,
        old: hash(LOG.as_bytes()),
        before: block_hashes(LOG.as_bytes(), &marker.bytes, text.len()),
        files: vec![SideChange {
            path: "archive/01.md".into(),
            before: Some(hash(b"- zero\n")),
            after: Some(b"- zero\n- two\n".to_vec()),
        }],
    };
    fs::create_dir(scene.at("in/.tokmon")).unwrap();
    fs::write(
        scene.at("in/.tokmon/log.md.journal"),
        journal.to_parts().concat(),
    )
    .unwrap();
    fs::create_dir(scene.at("in/archive")).unwrap();
    let archived = if stage >= Stage::Archived {
        "- zero\n- two\n"
    } else {
        "- zero\n"
    };
    fs::write(scene.archive(), archived).unwrap();
    if stage == Stage::HalfDraft {
        fs::write(scene.at("in/archive/.01.md.tokmon-new"), "- ze").unwrap();
    }
    let mut log = [LOG.as_bytes(), &marker.bytes].concat();
    let written = match stage {
        Stage::Decided | Stage::HalfDraft | Stage::Archived => 0,
        Stage::HalfWritten => text.len() / 2,
        Stage::Written | Stage::Cut => text.len(),
    };
    log[..written].copy_from_slice(&text.as_bytes()[..written]);
    if stage == Stage::Cut {
        log.truncate(text.len());
    }
    log.extend_from_slice(tail.as_bytes());
    fs::write(scene.log(), log).unwrap();
    scene
}

fn recover(scene: &Scene) -> Result<(), WriteError> {
    assert!(scene.target().is_pending());
    Transaction::begin(&scene.target(), &PATIENT)?.recover()
}

/// Copies the log as `cp` does: the copy is another file.
fn copied(scene: &Scene) {
    fs::copy(scene.log(), scene.at("in/copy")).unwrap();
    fs::rename(scene.at("in/copy"), scene.log()).unwrap();
}

fn text_of(opened: Result<Opened, OpenError>) -> String {
    let mut text = String::new();
    opened
        .unwrap()
        .bytes()
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    text
}

/// All texts that a log is to get, shorter and longer than it is.
fn texts() -> [String; 3] {
    [
        "# Log\n- one\n".to_owned(),
        String::new(),
        "- a row of a log that grows\n".repeat(99),
    ]
}

#[test]
fn a_rewrite_is_completed_from_each_stage() {
    for stage in STAGES {
        for text in texts() {
            for tail in ["", "- tail\n", "- open"] {
                let wanted = format!("{text}{tail}");
                let scene = cut_short(stage, &text, tail);
                assert_eq!(text_of(open_log(&scene.log())), wanted, "{stage:?}");
                let archived = text_of(open_beside(&scene.log(), &scene.archive()));
                assert_eq!(archived, "- zero\n- two\n", "{stage:?}");
                recover(&scene).unwrap();
                scene.assert_holds(&wanted, Some("- zero\n- two\n"));
            }
        }
    }
}

#[test]
fn a_rewrite_first_completes_the_last_one() {
    for stage in STAGES {
        let scene = cut_short(stage, "# Log\n- one\n", "- tail\n");
        let mut plan =
            |log: &[u8]| Ok::<_, Infallible>(Some((only([log, b"- added\n"].concat()), ())));
        scene.target().rewrite(&PATIENT, &mut plan).unwrap();
        scene.assert_holds("# Log\n- one\n- tail\n- added\n", Some("- zero\n- two\n"));
    }
}

#[test]
fn a_recovery_that_was_cut_short_is_continued() {
    for text in texts() {
        let scene = cut_short(Stage::HalfWritten, &text, "- tail\n");
        let log = fs::read(scene.log()).unwrap();
        let second = CommitMarker::behind(&log, text.len() + 7, &TransactionId::new(78));
        for cut in [second.bytes.len(), second.bytes.len() - 3, 48] {
            let marked = [&log, &second.bytes[..cut], b"- more\n"].concat();
            fs::write(scene.log(), &marked).unwrap();
            assert!(
                text_of(open_log(&scene.log())).ends_with("- more\n"),
                "{cut}"
            );
        }
        let marked = [&log, second.bytes.as_slice(), b"- more\n"].concat();
        fs::write(scene.log(), marked).unwrap();
        fs::write(scene.at("in/.tokmon/log.md.journal.new"), "half a jour").unwrap();
        recover(&scene).unwrap();
        scene.assert_holds(&format!("{text}- tail\n- more\n"), Some("- zero\n- two\n"));
    }
}

#[test]
fn a_change_that_was_not_decided_leaves_nothing_behind() {
    let scene = cut_short(Stage::HalfDraft, "# Log\n- one\n", "");
    let journal = scene.at("in/.tokmon/log.md.journal");
    fs::rename(&journal, scene.at("in/.tokmon/log.md.journal.new")).unwrap();
    assert!(!scene.target().is_pending());
    assert!(text_of(open_log(&scene.log())).starts_with(LOG));
    write(&scene.target(), &PATIENT, &only("new\n")).unwrap();
    scene.assert_holds("new\n", Some("- zero\n"));
}

#[test]
fn a_damaged_journal_is_kept_and_nothing_is_touched() {
    let scene = cut_short(Stage::HalfWritten, "# Log\n- one\n", "");
    let journal = scene.at("in/.tokmon/log.md.journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[40] ^= 1;
    fs::write(&journal, bytes).unwrap();
    let before = scene.files();
    let refused = write(&scene.target(), &PATIENT, &only("new\n")).unwrap_err();
    assert!(
        matches!(refused, WriteError::DamagedJournal { .. }),
        "{refused}"
    );
    assert_eq!(ExitCode::from(&refused), ExitCode::DataError);
    assert_eq!(scene.files(), before);
    let unread = open_log(&scene.log());
    assert!(matches!(unread, Err(OpenError::DamagedJournal(_))));
    scene.target().append("- a\n", &|_| false).unwrap();
}

#[test]
fn a_decision_sees_what_was_decided() {
    for stage in STAGES {
        let scene = cut_short(stage, "# Log\n", "- tail\n");
        let decided = scene.target().append_decided(PATIENT.wait, &mut |log| {
            assert_eq!(log, b"# Log\n- tail\n", "{stage:?}");
            Ok::<_, Infallible>(Some("- held\n".to_owned()))
        });
        decided.unwrap();
        recover(&scene).unwrap();
        scene.assert_holds("# Log\n- tail\n- held\n", Some("- zero\n- two\n"));
    }
}

#[test]
fn a_rewrite_is_completed_in_a_copy() {
    for stage in STAGES {
        for text in texts() {
            // What was half written is known by its blocks.
            let is_even = stage != Stage::HalfWritten || text.len() < 100;
            for tail in ["", "[USE] tail\n"] {
                let scene = cut_short(stage, &text, tail);
                copied(&scene);
                if !is_even {
                    let before = scene.files();
                    let refused = recover(&scene).unwrap_err();
                    assert!(matches!(refused, WriteError::Conflict { .. }), "{refused}");
                    assert_eq!(scene.files(), before);
                    continue;
                }
                let wanted = format!("{text}{tail}");
                assert_eq!(text_of(open_log(&scene.log())), wanted, "{stage:?}");
                recover(&scene).unwrap();
                scene.assert_holds(&wanted, Some("- zero\n- two\n"));
            }
        }
    }
}

#[test]
fn what_another_program_made_of_a_log_stays() {
    for stage in [Stage::Decided, Stage::Written] {
        for is_replaced in [false, true] {
            let scene = cut_short(stage, "# Log\n- one\n", "");
            if is_replaced {
                let log = scene.text().replace("- two", "- 2nd");
                let log = log.replacen("# Log", "# log", 1);
                fs::write(scene.at("in/new"), log).unwrap();
                fs::rename(scene.at("in/new"), scene.log()).unwrap();
            } else {
                fs::write(scene.log(), "- other\n").unwrap();
            }
            let before = scene.files();
            let refused = write(&scene.target(), &PATIENT, &only("new\n")).unwrap_err();
            assert!(matches!(refused, WriteError::Conflict { .. }), "{refused}");
            assert_eq!(scene.files(), before);
            assert_eq!(text_of(open_log(&scene.log())), scene.text());
        }
    }
}

#[test]
fn what_another_program_made_of_an_archive_stays() {
    let scene = cut_short(Stage::Decided, "# Log\n- one\n", "");
    fs::write(scene.archive(), "other\n").unwrap();
    let before = scene.files();
    let refused = recover(&scene).unwrap_err();
    assert!(matches!(&refused, WriteError::Conflict { path, .. } if *path == scene.archive()));
    assert_eq!(scene.files(), before);
}

#[test]
fn a_forged_journal_writes_nowhere_else() {
    for path in ["../out.md", ".git/config", "../../../out.md", "/etc/out.md"] {
        let scene = cut_short(Stage::Decided, "# Log\n- one\n", "");
        let at = scene.at("in/.tokmon/log.md.journal");
        let mut journal = Journal::from_bytes(&fs::read(&at).unwrap()).unwrap();
        journal.files[0].path = path.into();
        journal.files[0].before = None;
        fs::write(&at, journal.to_parts().concat()).unwrap();
        fs::create_dir(scene.at("in/.git")).unwrap();
        let before = scene.files();
        assert!(recover(&scene).is_err(), "{path}");
        assert_eq!(scene.files(), before);
        assert!(!scene.at("out.md").exists());
    }
}

#[test]
fn readers_without_a_rewrite_get_the_file() {
    let scene = Scene::new(LOG);
    assert!(matches!(open_log(&scene.log()), Ok(Opened::File(_))));
    let missing = open_beside(&scene.log(), &scene.archive());
    assert!(matches!(missing, Err(OpenError::Missing)));
    write(&scene.target(), &PATIENT, &only("new\n")).unwrap();
    assert!(matches!(open_log(&scene.log()), Ok(Opened::File(_))));
}
