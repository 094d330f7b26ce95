//! The file that the log is stays the file it is: its number, its owner, who may do what with it, what is attached to it, and
//! every name it has. Who may not rewrite it is refused before anything is written.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt, PermissionsExt, chown, symlink},
    path::Path,
    process::Command,
};

use crate::{
    proof::{Proof, transcript},
    run::{beside_others, say},
    scene::{Job, LOG, Scene},
};

/// The user `nobody`.
const OTHER: u32 = 65_534;

/// What a file is beside what it holds.
#[derive(Debug, PartialEq, Eq)]
struct Metadata {
    inode: u64,
    mode: u32,
    owner: (u32, u32),
    links: u64,
    /// Access lists and attributes, where there are tools that show them.
    attached: Vec<String>,
}

impl Metadata {
    fn of(path: &Path) -> Self {
        let metadata = fs::metadata(path).unwrap();
        Self {
            inode: metadata.ino(),
            mode: metadata.mode(),
            owner: (metadata.uid(), metadata.gid()),
            links: metadata.nlink(),
            attached: ["getfacl -npE", "getfattr -d -m -"]
                .map(|words| printed(words, path))
                .to_vec(),
        }
    }
}

fn tool(words: &str, path: &Path) -> Command {
    let mut words = words.split(' ');
    let mut command = Command::new(words.next().unwrap());
    command.args(words).arg(path);
    command
}

fn printed(words: &str, path: &Path) -> String {
    let output = tool(words, path).output();
    output.map_or_else(|_| String::new(), |output| transcript(&output))
}

/// Attaches something to a file. Says so where that cannot be done.
fn attach(words: &str, path: &Path) {
    let ran = tool(words, path).output();
    if !ran.is_ok_and(|output| output.status.success()) {
        say(&format!(
            "note: `{words}` fails here, so that what it sets is not tested"
        ));
    }
}

/// A scene whose log has everything a file can have. Where files may not be given away, it keeps its owner.
fn adorned() -> Scene {
    let scene = Scene::within(&std::env::temp_dir());
    let log = scene.log();
    fs::set_permissions(&log, Permissions::from_mode(0o640)).unwrap();
    let archive = scene.folder.join("archive/cost-log-2026-01.md");
    fs::set_permissions(&archive, Permissions::from_mode(0o604)).unwrap();
    for path in [&log, &archive] {
        let _ = chown(path, Some(12_345), Some(12_346));
    }
    attach("setfacl -m u:54321:rw", &log);
    attach("setfattr -n user.note -v kept", &log);
    fs::hard_link(&log, scene.folder.join("other-name.md")).unwrap();
    fs::create_dir(scene.folder.join("docs")).unwrap();
    symlink("../cost-log.md", scene.folder.join("docs/link.md")).unwrap();
    scene
}

#[test]
fn the_log_stays_the_file_it_is() {
    let _machine = beside_others();
    for (job, name) in Job::ALL
        .into_iter()
        .flat_map(|job| [(job, LOG), (job, "docs/link.md")])
    {
        let scene = adorned();
        let archive = scene.folder.join("archive/cost-log-2026-01.md");
        let of_archive = Metadata::of(&archive);
        let before = Metadata::of(&scene.log());
        let mut args: Vec<&str> = job.args().to_vec();
        *args.last_mut().unwrap() = name;
        let output = scene.command::<&str>(&[], &args).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
        assert_eq!(Metadata::of(&scene.log()), before, "{job:?} by {name}");
        let link = fs::read_link(scene.folder.join("docs/link.md")).unwrap();
        assert_eq!(link, Path::new("../cost-log.md"));
        assert!(!scene.folder.join("docs/.tokmon").exists());
        let archived = Metadata::of(&archive);
        assert_eq!(archived.mode, of_archive.mode);
        assert_eq!(archived.owner, of_archive.owner);
        if job == Job::Archive && name == LOG {
            let new = Metadata::of(&scene.folder.join("archive/cost-log-2025-12.md"));
            assert_eq!(new.mode, before.mode, "a new archive is as open as the log");
            assert_eq!(new.owner, before.owner);
        }
    }
}

/// A scene that every user may enter and write into, with a program that every user may start. None where there is no other user.
fn open_to_all() -> Option<(Scene, [String; 5])> {
    let scene = Scene::within(&std::env::temp_dir());
    let root = scene.folder.parent().unwrap();
    for path in [root, &scene.folder, &scene.folder.join("archive")] {
        fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
    }
    for name in [LOG, "archive/cost-log-2026-01.md"] {
        let path = scene.folder.join(name);
        fs::set_permissions(path, Permissions::from_mode(0o666)).unwrap();
    }
    let by_way_of = [
        "setpriv",
        "--reuid=65534",
        "--regid=65534",
        "--clear-groups",
        "--",
    ];
    let by_way_of = by_way_of.map(str::to_owned);
    let output = scene.command(&by_way_of, &["--version"]).output().ok();
    let runs = output.is_some_and(|output| output.status.success());
    if !runs {
        say("note: no other user can start the program here: logs of other users are not tested");
    }
    runs.then_some((scene, by_way_of))
}

#[test]
fn a_log_of_another_user_is_recorded_into_and_not_rewritten() {
    let _machine = beside_others();
    let Some((scene, other)) = open_to_all() else {
        return;
    };
    let before = (scene.files(), Metadata::of(&scene.log()));
    for job in [Job::Fix, Job::Archive] {
        let output = scene.command(&other, job.args()).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(69),
            "{job:?}: {}",
            transcript(&output)
        );
        assert_eq!((scene.files(), Metadata::of(&scene.log())), before);
    }
    let output = scene.command(&other, Job::Record.args()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    let log = fs::read_to_string(scene.log()).unwrap();
    assert_eq!(log.matches("id=r0").count(), 1);
    assert_eq!(Metadata::of(&scene.log()), before.1);
    // The owner settles what the other user has recorded.
    Proof::of(Job::Record).holds(&scene, true).unwrap();
}

#[test]
fn a_log_that_may_not_be_written_is_left_alone() {
    let _machine = beside_others();
    let Some((scene, other)) = open_to_all() else {
        return;
    };
    fs::set_permissions(scene.log(), Permissions::from_mode(0o644)).unwrap();
    let before = scene.files();
    for job in Job::ALL {
        let output = scene.command(&other, job.args()).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(77),
            "{job:?}: {}",
            transcript(&output)
        );
        assert_eq!(scene.files(), before);
        assert!(!scene.folder.join(".tokmon").exists());
    }
}

#[test]
fn every_user_can_rewrite_a_log_of_their_own() {
    let _machine = beside_others();
    for job in Job::ALL {
        let Some((scene, other)) = open_to_all() else {
            return;
        };
        for name in [LOG, "archive/cost-log-2026-01.md"] {
            chown(scene.folder.join(name), Some(OTHER), Some(OTHER)).unwrap();
        }
        let before = Metadata::of(&scene.log());
        let output = scene.command(&other, job.args()).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{job:?}: {}",
            transcript(&output)
        );
        assert_eq!(Metadata::of(&scene.log()), before);
        Proof::of(job).holds(&scene, true).unwrap();
    }
}

#[test]
fn in_a_folder_of_another_user_lines_are_recorded_and_nothing_is_created() {
    let _machine = beside_others();
    let Some((scene, other)) = open_to_all() else {
        return;
    };
    for path in [&scene.folder, &scene.folder.join("archive")] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }
    chown(scene.log(), Some(OTHER), Some(OTHER)).unwrap();
    let before = scene.files();
    for job in [Job::Fix, Job::Archive] {
        let output = scene.command(&other, job.args()).output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(77),
            "{job:?}: {}",
            transcript(&output)
        );
        assert_eq!(scene.files(), before);
        assert!(!scene.folder.join(".tokmon").exists());
    }
    let output = scene.command(&other, Job::Record.args()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", transcript(&output));
    assert!(!scene.folder.join(".tokmon").exists());
    Proof::of(Job::Record).holds(&scene, true).unwrap();
}
