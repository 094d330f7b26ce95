//! What everybody would write first: read the log, write what is to stay into a new file, and put that in its place. It loses
//! lines, which shows that the hammer would see it if tokmon did.

use std::{
    fs::{self, File, OpenOptions},
    io::Write,
    thread,
};

use crate::{lines::Found, random::Random, scene::Scene};

/// Archives until the scene is over, under a lock of its own. Tells how often.
pub(crate) fn archive(scene: &Scene) -> usize {
    let folder = scene.path().join("archive");
    fs::create_dir(&folder).unwrap();
    let lock = File::create(scene.path().join("lock")).unwrap();
    let mut random = Random::new(scene.seed);
    let mut runs = 0;
    while scene.goes_on() {
        lock.lock().unwrap();
        let text = fs::read_to_string(&scene.log).unwrap();
        let is_moved = |line: &&str| Found::read(line.trim_end()) != Found::Other;
        let (moved, kept): (Vec<&str>, Vec<&str>) = text.split_inclusive('\n').partition(is_moved);
        let mut options = OpenOptions::new();
        let mut archive = options
            .create(true)
            .append(true)
            .open(folder.join("cost-log.md"))
            .unwrap();
        archive.write_all(moved.concat().as_bytes()).unwrap();
        archive.sync_all().unwrap();
        let new = scene.path().join("new");
        let mut file = File::create(&new).unwrap();
        file.write_all(kept.concat().as_bytes()).unwrap();
        file.sync_all().unwrap();
        fs::rename(&new, &scene.log).unwrap();
        lock.unlock().unwrap();
        runs += 1;
        scene.rewritten();
        thread::sleep(random.millis(100));
    }
    runs
}
