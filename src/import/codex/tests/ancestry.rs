//! What a fork or a spawned thread repeats of its parent.

use super::{picture, rollout};

const PARENT: &str = "10:00:00 meta parent
    10:01:00 count 100/10 100/10
    10:01:05 count 100/10 100/10
    10:02:00 count 300/30 200/20";

#[test]
fn the_common_beginning_of_a_fork_is_its_parents() {
    let restamped = "11:00:00 meta child fork=parent
        11:00:00 meta parent
        11:00:00 count 100/10 100/10
        11:00:00 count 300/30 200/20
        11:00:02 count 350/35 50/5";
    let with_its_times = "12:00:00 meta grandchild spawn=child
        11:00:00 meta child fork=parent
        10:01:00 count 100/10 100/10
        10:02:00 count 300/30 200/20
        11:00:02 count 350/35 50/5
        12:01:00 record grandchild r1 7/1
        12:01:00 count 357/36 7/1";
    let fresh = "13:00:00 meta fresh spawn=parent
        13:00:01 count 60/6 60/6
        13:01:00 count 100/10 40/4";
    let files = [
        rollout("1", with_its_times),
        rollout("2", restamped),
        rollout("3", PARENT),
        rollout("4", fresh),
    ];
    insta::assert_snapshot!(picture(&files), @r#"
    05 10:01:00 parent main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 parent main "": input 200, output 20 (0), write 0, read 0
    05 11:00:02 child main "": input 50, output 5 (0), write 0, read 0
    05 12:01:00 grandchild main "": input 7, output 1 (0), write 0, read 0
    05 13:00:01 fresh main "": input 60, output 6 (0), write 0, read 0
    05 13:01:00 fresh main "": input 40, output 4 (0), write 0, read 0
    1 copies
    5 replays
    "#);
}

#[test]
fn a_response_like_the_last_of_the_replay_is_one_response() {
    let child = "11:00:00 meta child fork=parent
        11:00:00 count 100/10 100/10
        11:00:00 count 300/30 200/20
        11:01:00 record child r1 200/20
        11:01:00 count 500/50 200/20";
    insta::assert_snapshot!(picture(&[rollout("1", PARENT), rollout("2", child)]), @r#"
    05 10:01:00 parent main "": input 100, output 10 (0), write 0, read 0
    05 10:02:00 parent main "": input 200, output 20 (0), write 0, read 0
    05 11:01:00 child main "": input 200, output 20 (0), write 0, read 0
    1 copies
    2 replays
    "#);
}

#[test]
fn records_of_the_parent_are_the_parents() {
    let parent = "10:00:00 meta parent
        10:01:00 record parent r1 100/10
        10:01:00 count 100/10 100/10";
    let child = "11:00:00 meta child fork=parent
        10:01:00 record parent r1 100/10
        10:01:00 count 100/10 100/10
        11:01:00 record child r2 60/6
        11:01:00 count 160/16 60/6";
    let both = [rollout("1", parent), rollout("2", child)];
    insta::assert_snapshot!(picture(&both), @r#"
    05 10:01:00 parent main "": input 100, output 10 (0), write 0, read 0
    05 11:01:00 child main "": input 60, output 6 (0), write 0, read 0
    1 replays
    "#);
    insta::assert_snapshot!(picture(&[rollout("2", child)]), @r#"
    05 11:01:00 child main "": input 60, output 6 (0), write 0, read 0
    1 replays
    "#);
}

#[test]
fn without_the_parent_what_is_dated_at_the_start_is_taken_as_replay() {
    let restamped = "11:00:00 meta a fork=gone
        11:00:01 count 100/10 100/10
        11:00:05 count 300/30 200/20
        11:00:06 count 350/35 50/5
        11:00:04 count 360/36 10/1";
    let with_its_times = "12:00:00 meta b spawn=gone
        10:01:00 count 100/10 100/10
        12:00:20 count 140/14 40/4";
    let with_records = "13:00:00 meta c spawn=gone
        13:00:01 record c r1 5/5
        13:00:02 count 5/5 5/5
        13:00:03 count 6/6 1/1";
    let files = [
        rollout("1", restamped),
        rollout("2", with_its_times),
        rollout("3", with_records),
    ];
    insta::assert_snapshot!(picture(&files), @r#"
    05 11:00:04 a main "": input 10, output 1 (0), write 0, read 0
    05 11:00:06 a main "": input 50, output 5 (0), write 0, read 0
    05 12:00:20 b main "": input 40, output 4 (0), write 0, read 0
    05 13:00:01 c main "": input 5, output 5 (0), write 0, read 0
    05 13:00:03 c main "": input 1, output 1 (0), write 0, read 0
    3 replays
    3 assumed
    "#);
}

#[test]
fn threads_that_are_their_own_ancestors_count_once() {
    let of = |hour: u32, id: &str, parent: &str| {
        rollout(
            id,
            &format!("{hour}:00:00 meta {id} fork={parent}\n{hour}:01:00 count 100/10 100/10"),
        )
    };
    let loops = [
        of(12, "a", "b"),
        of(11, "b", "c"),
        of(10, "c", "a"),
        of(14, "d", "a"),
        of(15, "self", "self"),
    ];
    insta::assert_snapshot!(picture(&loops), @r#"
    05 10:01:00 c main "": input 100, output 10 (0), write 0, read 0
    05 15:01:00 self main "": input 100, output 10 (0), write 0, read 0
    3 replays
    "#);
}
