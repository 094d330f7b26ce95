//! No order of files and no damage to one of them changes what the others say.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::{Files, read, rollout};

/// Lines of a thread that is one of six, which fork from each other as they like.
fn any_rollout() -> impl Strategy<Value = (String, Vec<u8>)> {
    let line = (0_u32..50, 0_u32..6, 0_u32..4, 1_u64..4).prop_map(|(minute, kind, id, size)| {
        let time = format!("10:{minute:02}:00");
        let used = format!("{}/{size}", size * 10);
        match kind {
            0 => format!("{time} turn model-{id}"),
            1 => format!("{time} record t{id} r{id}{size} {used}"),
            2 => format!("{time} count - {used}"),
            3 => format!("{time} count {}/{} {used}", size * 100, size * 10),
            4 => format!("{time} count {used} -"),
            _ => "{\"type\":\"damaged".to_owned(),
        }
    });
    (0_u32..6, 0_u32..6, 0_u32..3, vec(line, 0..12)).prop_map(|(id, parent, name, lines)| {
        let first = format!("10:00:00 meta t{id} fork=t{parent}");
        rollout(
            &format!("{id}-{name}"),
            &format!("{first}\n{}", lines.join("\n")),
        )
    })
}

proptest! {
    #[test]
    fn the_order_of_files_does_not_matter(files in vec(any_rollout(), 0..7), keys in vec(any::<u32>(), 7)) {
        let mut sorted: Vec<_> = keys.into_iter().zip(&files).collect();
        sorted.sort();
        let shuffled: Files = sorted.into_iter().map(|(_, file)| file.clone()).collect();
        let (one, other) = (read(&files), read(&shuffled));
        prop_assert_eq!(one.origins, other.origins);
        prop_assert_eq!(one.models, other.models);
        prop_assert_eq!(one.responses, other.responses);
        prop_assert_eq!(one.skipped, other.skipped);
    }

    #[test]
    fn damage_stays_in_its_file(
        damaged in any_rollout(),
        changes in vec((any::<Index>(), any::<u8>()), 1..8),
        cut in any::<Index>(),
    ) {
        let whole = rollout("whole", "09:00:00 meta whole\n09:01:00 record whole w1 11/7\n09:02:00 count 31/9 -");
        let mut damaged = damaged;
        for (place, byte) in changes {
            let place = place.index(damaged.1.len());
            damaged.1[place] = byte;
        }
        let length = cut.index(damaged.1.len());
        damaged.1.truncate(length);
        let files = vec![damaged, whole];
        let found = read(&files);
        let of_whole = |index: u32| found.origins[index as usize].session == "whole";
        let sum: u64 = (found.responses.iter())
            .filter(|response| of_whole(response.origin))
            .map(|response| response.tokens.total())
            .sum();
        prop_assert_eq!(sum, 58);
    }
}
