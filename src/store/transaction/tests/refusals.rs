//! Rewrites that are refused, with nothing changed.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::fs::{MetadataExt, PermissionsExt, symlink},
};

use super::*;
use crate::exit::ExitCode;

#[test]
fn without_a_lease_the_user_has_to_vouch() {
    for error in [io::ErrorKind::PermissionDenied, io::ErrorKind::Unsupported] {
        let scene = Scene::new(LOG);
        let mut target = scene.target();
        target.take_lease = match error {
            io::ErrorKind::PermissionDenied => |_| Err(io::ErrorKind::PermissionDenied.into()),
            _ => |_| Err(io::ErrorKind::Unsupported.into()),
        };
        let refused = write(&target, &PATIENT, &move_of(&scene, None)).unwrap_err();
        assert!(matches!(refused, WriteError::NoLease { .. }), "{refused}");
        assert_eq!(ExitCode::from(&refused), ExitCode::Unavailable);
        scene.assert_holds(LOG, None);
        let inode = fs::metadata(scene.log()).unwrap().ino();
        write(&target, &ALONE, &move_of(&scene, None)).unwrap();
        scene.assert_holds("# Log\n- one\n", Some("- two\n"));
        assert_eq!(fs::metadata(scene.log()).unwrap().ino(), inode);
    }
}

#[test]
fn a_read_only_log_stays_as_it_is() {
    let scene = Scene::new(LOG);
    fs::set_permissions(scene.log(), Permissions::from_mode(0o444)).unwrap();
    let refused = write(&scene.target(), &PATIENT, &only("new\n")).unwrap_err();
    assert!(
        matches!(refused, WriteError::NotPermitted { .. }),
        "{refused}"
    );
    assert_eq!(ExitCode::from(&refused), ExitCode::NoPermission);
    assert!(!scene.at("in/.tokmon").exists());
    let refused = scene.target().append("- three\n", &|_| false).unwrap_err();
    assert_eq!(ExitCode::from(&refused), ExitCode::NoPermission);
    assert_eq!(scene.text(), LOG);
}

#[test]
fn the_state_directory_must_be_a_folder() {
    let scene = Scene::new(LOG);
    fs::create_dir(scene.at("out")).unwrap();
    symlink(scene.at("out"), scene.at("in/.tokmon")).unwrap();
    let refused = write(&scene.target(), &PATIENT, &only("new\n")).unwrap_err();
    assert!(
        matches!(refused, WriteError::NotPermitted { .. }),
        "{refused}"
    );
    assert_eq!(fs::read_dir(scene.at("out")).unwrap().count(), 0);
    fs::remove_file(scene.at("in/.tokmon")).unwrap();
    fs::write(scene.at("in/.tokmon"), "").unwrap();
    let refused = write(&scene.target(), &PATIENT, &only("new\n")).unwrap_err();
    assert!(
        matches!(refused, WriteError::NotPermitted { .. }),
        "{refused}"
    );
    assert_eq!(scene.text(), LOG);
}

#[test]
fn an_archive_is_inside_the_tree() {
    let scene = Scene::new(LOG);
    fs::create_dir_all(scene.at("in/.git/hooks")).unwrap();
    fs::create_dir(scene.at("out")).unwrap();
    fs::write(scene.at("out/a.md"), "").unwrap();
    fs::write(scene.at("in/file"), "").unwrap();
    symlink(scene.at("out"), scene.at("in/archive")).unwrap();
    symlink(scene.at("out/a.md"), scene.at("in/a.md")).unwrap();
    symlink(scene.at("out/none.md"), scene.at("in/b.md")).unwrap();
    for path in [
        "in/archive/01.md",
        "in/archive/new/01.md",
        "out/01.md",
        "in/../out/01.md",
        "in/new/../../out/01.md",
        "in/.git/hooks/pre-commit",
        "in/file/01.md",
        "in/a.md",
        "in/b.md",
        "in/.git",
        "in/.tokmon/01.md",
    ] {
        let mut change = move_of(&scene, None);
        change.files[0].path = scene.at(path);
        let refused = write(&scene.target(), &PATIENT, &change);
        assert!(refused.is_err(), "{path}");
        assert_eq!(scene.text(), LOG, "{path}");
        assert!(!scene.at("in/new").exists(), "{path}");
    }
    assert_eq!(fs::read_dir(scene.at("out")).unwrap().count(), 1);
    assert_eq!(fs::read_dir(scene.at("in/.git/hooks")).unwrap().count(), 0);
    assert!(!scene.at("in/.tokmon/log.md.journal").exists());
}

#[test]
fn an_archive_may_be_elsewhere_in_the_repository() {
    let scene = Scene::new(LOG);
    fs::create_dir(scene.at(".git")).unwrap();
    fs::create_dir(scene.at("real")).unwrap();
    symlink(scene.at("real"), scene.at("in/archive")).unwrap();
    write(&scene.target(), &PATIENT, &move_of(&scene, None)).unwrap();
    assert_eq!(
        fs::read_to_string(scene.at("real/01.md")).unwrap(),
        "- two\n"
    );
    fs::write(scene.log(), LOG).unwrap();
    let mut change = move_of(&scene, None);
    change.files[0].path = scene.at("deep/er/01.md");
    write(&scene.target(), &PATIENT, &change).unwrap();
    assert_eq!(
        fs::read_to_string(scene.at("deep/er/01.md")).unwrap(),
        "- two\n"
    );
    assert_eq!(scene.text(), "# Log\n- one\n");
}
