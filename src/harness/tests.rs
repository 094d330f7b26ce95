//! What is added to settings, and that all else stays.

use proptest::prelude::*;
use serde_json::Value;
use strum::VariantArray as _;

use super::{
    Harness,
    install::{bare, count, install, snippet, uninstall},
    setup::{HookPurpose, Invocation},
};

fn invocation() -> Invocation {
    Invocation {
        purpose: HookPurpose::Guard,
        program: "/opt/my tools/tokmon".to_owned(),
        options: Vec::new(),
        fail_closed: false,
    }
}

#[test]
fn snippets() {
    for harness in Harness::VARIANTS {
        let snippet = snippet(*harness, &invocation()).unwrap();
        insta::assert_snapshot!(format!("snippet_{harness}"), snippet);
    }
}

#[test]
fn closed_snippets() {
    let closed = Invocation {
        fail_closed: true,
        options: vec!["--team".into(), "Team A".into()],
        ..invocation()
    };
    let snippets = Harness::VARIANTS
        .iter()
        .map(|harness| snippet(*harness, &closed).unwrap());
    insta::assert_snapshot!(snippets.collect::<Vec<_>>().join("\n"));
}

fn recording() -> Invocation {
    Invocation {
        purpose: HookPurpose::Record,
        options: vec!["--cwd".into(), ".".into()],
        ..invocation()
    }
}

#[test]
fn snippets_that_record() {
    let snippets = Harness::VARIANTS
        .iter()
        .filter(|harness| harness.setup().can_record())
        .map(|harness| snippet(*harness, &recording()).unwrap());
    insta::assert_snapshot!(snippets.collect::<Vec<_>>().join("\n"));
}

#[test]
fn hooks_of_one_purpose_leave_those_of_the_other_alone() {
    for harness in [Harness::Claude, Harness::Codex, Harness::Gemini] {
        let guarded = snippet(harness, &invocation()).unwrap();
        let both = install(&guarded, harness, &recording()).unwrap();
        let again = install(&both, harness, &invocation()).unwrap();
        assert_eq!(install(&again, harness, &recording()).unwrap(), both);
        let all = harness.setup().events.len() + harness.setup().record.len();
        assert_eq!(count(&both, harness, None), Ok(all));
        assert_eq!(count(&both, harness, Some(HookPurpose::Record)), Ok(1));
        let without = |purpose| uninstall(&both, harness, Some(purpose)).unwrap();
        assert_eq!(without(HookPurpose::Record), guarded);
        let recorded = without(HookPurpose::Guard);
        assert_eq!(count(&recorded, harness, None), Ok(1));
        assert_eq!(uninstall(&both, harness, None).unwrap().trim(), "{}");
    }
}

/// Settings that people have.
const SETTINGS: &[&str] = &[
    "{}\n",
    "{\n  \"model\": \"opus\"\n}\n",
    "{\r\n\t\"model\": \"opus\",\r\n\t\"permissions\": {\r\n\t\t\"allow\": []\r\n\t}\r\n}\r\n",
    "{\"model\":\"opus\",\"n\":1.50}",
    "\u{feff}{\n    \"hooks\": {\n        \"PreToolUse\": [\n            {\n                \"matcher\": \"Bash\",\n                \"hooks\": [\n                    {\"type\": \"command\", \"command\": \"lint\"}\n                ]\n            }\n        ]\n    },\n    \"z\": \"ü\\u00fc\"\n}",
    "{\n  \"hooks\": { \"Stop\": [{\"hooks\": [{\"type\": \"command\", \"command\": \"tokmon guard --hook claude\"}]}] }, \"a\": 1\n}\n",
];

#[test]
fn what_was_there_stays_byte_for_byte() {
    let mut shown = String::new();
    for text in SETTINGS {
        let installed = install(text, Harness::Claude, &invocation()).unwrap();
        shown += &format!("{installed}\n----\n")
            .replace('\r', "\\r")
            .replace('\t', "\\t");
        for harness in Harness::VARIANTS {
            let installed = install(text, *harness, &invocation()).unwrap();
            let again = install(&installed, *harness, &invocation()).unwrap();
            assert_eq!(again, installed);
            let other = Invocation {
                program: "tokmon".to_owned(),
                fail_closed: true,
                ..invocation()
            };
            let other = install(&installed, *harness, &other).unwrap();
            assert_ne!(other, installed);
            assert_eq!(install(&other, *harness, &invocation()).unwrap(), installed);
            assert_eq!(
                count(&other, *harness, None).unwrap(),
                harness.setup().events.len()
            );
            let removed = uninstall(&installed, *harness, None).unwrap();
            assert_eq!(
                bare(&removed, *harness).unwrap(),
                bare(text, *harness).unwrap()
            );
            if *text != "{}\n" {
                assert_eq!(removed, *text);
            }
        }
    }
    insta::assert_snapshot!(shown);
}

#[test]
fn a_hook_in_a_group_of_others_is_removed_alone() {
    let own =
        r#"{"type":"command","command":"t","args":["guard","--hook","claude","--event","Stop"]}"#;
    let group = |handlers: &str| format!(r#"{{"hooks":{{"Stop":[{{"hooks":[{handlers}]}}, 7]}}}}"#);
    for (with, without) in [
        (format!("1, {own} ,2"), "1 ,2"),
        (format!("{own} ,{own}, 2"), "2"),
        (format!("1,{own}"), "1"),
    ] {
        assert_eq!(
            uninstall(&group(&with), Harness::Claude, None).unwrap(),
            group(without)
        );
    }
    let text = group(own);
    assert_eq!(
        uninstall(&text, Harness::Claude, None).unwrap(),
        r#"{"hooks":{"Stop":[7]}}"#
    );
    assert_eq!(uninstall(&text, Harness::Codex, None).unwrap(), text);
}

#[test]
fn what_is_no_settings_is_refused_with_its_place() {
    let mut refused = Vec::new();
    for text in [
        "{\n  \"a\": 1,\n}\n",
        "[]",
        "{\n  \"hooks\": []\n}",
        "{\n  \"hooks\": {\n    \"PreToolUse\": {}\n  }\n}",
        "{\n  // a comment\n}",
        "model = 1",
    ] {
        let error = install(text, Harness::Claude, &invocation()).unwrap_err();
        refused.push(format!(
            "{}:{}: {}",
            error.line, error.column, error.message
        ));
    }
    insta::assert_snapshot!(refused.join("\n"));
    assert_eq!(
        install(" \n", Harness::Codex, &invocation()),
        snippet(Harness::Codex, &invocation())
    );
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let key = prop_oneof![
            "[a-z]{1,6}",
            Just("hooks".to_owned()),
            Just("PreToolUse".to_owned()),
            Just("BeforeModel".to_owned()),
            Just("preToolUse".to_owned()),
            Just("version".to_owned()),
        ];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::btree_map(key, inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn installing_and_uninstalling_leave_no_trace(json in any_json(), pretty in any::<bool>(), at in 0..Harness::VARIANTS.len()) {
        let harness = Harness::VARIANTS[at];
        let text = if pretty { serde_json::to_string_pretty(&json) } else { serde_json::to_string(&json) };
        let text = text.unwrap();
        let Ok(installed) = install(&text, harness, &invocation()) else {
            return Ok(());
        };
        prop_assert_eq!(count(&installed, harness, None).unwrap(), harness.setup().events.len());
        prop_assert_eq!(&install(&installed, harness, &invocation()).unwrap(), &installed);
        let removed = uninstall(&installed, harness, None).unwrap();
        prop_assert_eq!(count(&removed, harness, None).unwrap(), 0);
        prop_assert_eq!(bare(&removed, harness).unwrap(), bare(&text, harness).unwrap());
        let new: Value = serde_json::from_str(&installed).unwrap();
        for (key, value) in json.as_object().unwrap() {
            if key != "hooks" {
                prop_assert_eq!(&new[key], value);
            }
        }
    }
}
