//! What is refused before it is opened.
#![expect(
    clippy::disallowed_methods,
    reason = "a test looks at files from outside"
)]

use std::{fs, os::unix::fs::symlink, path::Path};

use rustix::fs::{CWD, Mode, mkfifoat};

use super::*;

fn refused(path: &Path) -> WriteError {
    Target::open(path, &|| 0).unwrap_err()
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
    assert_eq!(refused(&scene.at("in/loop")).exit_code(), 74);
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
        assert_eq!(refused.exit_code(), 77);
    }
    assert_eq!(
        target(&scene.at("in/down.md")).path(),
        scene.at("in/below/real.md")
    );
    assert_eq!(target(&scene.at("elsewhere/log.md")).path(), scene.log());
    assert_eq!(target(&scene.at("in/plain/../log.md")).path(), scene.log());
}
