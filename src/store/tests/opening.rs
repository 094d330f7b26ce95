//! What is refused before it is opened.

use std::{fs, os::unix::fs::symlink, path::Path};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;

fn refused(path: &Path) -> WriteError {
    Target::open(path, &|| 0, &Signals::default()).unwrap_err()
}

#[test]
fn what_is_no_file_is_not_waited_for() {
    let scene = Scene::new(LOG);
    mkfifoat(CWD, scene.at("in/pipe"), Mode::from_raw_mode(0o644)).unwrap();
    symlink("loop", scene.at("in/loop")).unwrap();
    symlink("pipe", scene.at("in/to-pipe")).unwrap();
    let kind = |path: &Path| match refused(path) {
        WriteError::NotAFile { what, .. } => what,
        other => panic!("{other}"),
    };
    assert_eq!(kind(&scene.at("in/pipe")), "a pipe");
    assert_eq!(kind(&scene.at("in/to-pipe")), "a pipe");
    assert_eq!(kind(&scene.at("in")), "a folder");
    assert_eq!(kind(Path::new("/")), "a folder");
    assert_eq!(kind(Path::new("/dev/null")), "a device");
    assert!(matches!(
        refused(&scene.at("in/none")),
        WriteError::Missing { .. }
    ));
    assert!(matches!(
        refused(&scene.at("in/log.md/x")),
        WriteError::Missing { .. }
    ));
    assert_eq!(ExitCode::from(&refused(&scene.at("in/loop"))), ExitCode::Io);
}

#[test]
fn what_says_it_is_long_and_holds_nothing_is_not_read() {
    let scene = Scene::new(LOG);
    let path = scene.at("in/sparse.md");
    fs::copy(scene.log(), &path).unwrap();
    let file = fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.set_len(10 << 30).unwrap();
    assert!(matches!(
        super::open(&path),
        Err(OpenError::NotAFile("a sparse file"))
    ));
    assert!(matches!(
        refused(&path),
        WriteError::NotAFile {
            what: "a sparse file",
            ..
        }
    ));
    let folder = super::folder::Folder::open(&scene.at("in")).unwrap();
    assert!(folder.read("sparse.md".as_ref()).is_err());
    // What is long and is there is read.
    file.set_len((1 << 30) - 1).unwrap();
    assert!(super::open(&path).is_ok());
}

#[test]
fn a_link_leads_no_further_than_its_tree() {
    let scene = Scene::new(LOG);
    fs::create_dir_all(scene.at("in/below/.git")).unwrap();
    fs::create_dir(scene.at("in/plain")).unwrap();
    fs::write(scene.at("in/below/real.md"), LOG).unwrap();
    symlink(scene.log(), scene.at("in/below/link.md")).unwrap();
    symlink(scene.at("in"), scene.at("in/below/docs")).unwrap();
    symlink(scene.log(), scene.at("in/plain/link.md")).unwrap();
    symlink("below/real.md", scene.at("in/down.md")).unwrap();
    symlink(scene.at("in"), scene.at("elsewhere")).unwrap();
    for path in [
        "in/below/link.md",
        "in/below/docs/log.md",
        "in/plain/link.md",
    ] {
        let refused = refused(&scene.at(path));
        assert!(
            matches!(refused, WriteError::LeadsOut { .. }),
            "{path}: {refused}"
        );
        assert_eq!(ExitCode::from(&refused), ExitCode::NoPermission);
    }
    assert_eq!(
        target(&scene.at("in/down.md")).path,
        scene.at("in/below/real.md")
    );
    assert_eq!(target(&scene.at("elsewhere/log.md")).path, scene.log());
    assert_eq!(target(&scene.at("in/plain/../log.md")).path, scene.log());
}
