//! Access keys and tokens in a line of text, by the forms that their issuers publish.

use std::{borrow::Cow, ops::Range};

/// The form of a secret.
struct Form {
    /// What it is, for messages.
    name: &'static str,
    prefix: &'static str,
    /// The number of characters after the prefix, at least.
    min: usize,
    /// Whether these are capitals and digits only.
    is_capital: bool,
}

const fn form(name: &'static str, prefix: &'static str, min: usize) -> Form {
    Form {
        name,
        prefix,
        min,
        is_capital: false,
    }
}

const fn capitals(name: &'static str, prefix: &'static str) -> Form {
    Form {
        name,
        prefix,
        min: 16,
        is_capital: true,
    }
}

/// Of two prefixes that begin alike, the longer one comes first.
const FORMS: [Form; 20] = [
    form("an API key of Anthropic", "sk-ant-", 20),
    form("an API key of OpenAI", "sk-proj-", 20),
    form("an API key", "sk-", 20),
    form("a secret key of Stripe", "sk_live_", 16),
    form("a restricted key of Stripe", "rk_live_", 16),
    form("a token of GitHub", "ghp_", 30),
    form("a token of GitHub", "gho_", 30),
    form("a token of GitHub", "ghu_", 30),
    form("a token of GitHub", "ghs_", 30),
    form("a token of GitHub", "ghr_", 30),
    form("a token of GitHub", "github_pat_", 22),
    form("a token of GitLab", "glpat-", 20),
    form("a token of Slack", "xoxb-", 10),
    form("a token of Slack", "xoxp-", 10),
    form("a token of npm", "npm_", 36),
    form("a token of Hugging Face", "hf_", 30),
    form("an API key of Google", "AIza", 35),
    capitals("an access key of AWS", "AKIA"),
    capitals("an access key of AWS", "ASIA"),
    form("a secret key of AWS", "aws_secret_access_key=", 40),
];

/// The secrets in a line: where each is, and what it is.
pub fn secrets(line: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found = Vec::new();
    let mut from = 0;
    // All prefixes begin with one of these.
    while let Some(at) = next_start(line, from) {
        from = at + 1;
        let before = line[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '-') {
            continue;
        }
        let form = FORMS
            .iter()
            .find(|form| line[at..].starts_with(form.prefix));
        let Some(form) = form else { continue };
        let rest = &line[at + form.prefix.len()..];
        let is_part = |c: char| match form.is_capital {
            true => c.is_ascii_uppercase() || c.is_ascii_digit(),
            false => c.is_ascii_alphanumeric() || "_-/+=".contains(c),
        };
        let length = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        // Words joined by hyphens are no key.
        let is_random = rest[..length].bytes().any(|byte| byte.is_ascii_digit());
        if length >= form.min && is_random {
            from = at + form.prefix.len() + length;
            found.push((at..from, form.name));
        }
    }
    found
}

fn next_start(line: &str, from: usize) -> Option<usize> {
    let bytes = line.as_bytes().get(from..)?;
    let is_first =
        |byte: &u8| matches!(byte, b's' | b'r' | b'g' | b'x' | b'n' | b'h' | b'A' | b'a');
    bytes.iter().position(is_first).map(|at| from + at)
}

/// A line with the secrets in it masked: their prefixes stay, and every other character is a star.
pub fn masked(line: &str) -> Cow<'_, str> {
    let secrets = secrets(line);
    if secrets.is_empty() {
        return Cow::Borrowed(line);
    }
    let mut text = String::with_capacity(line.len());
    let mut end = 0;
    for (range, _) in secrets {
        let prefix = FORMS.iter().map(|form| form.prefix);
        let prefix = prefix.filter(|prefix| line[range.clone()].starts_with(prefix));
        let shown = range.start + prefix.map(str::len).max().unwrap_or_default();
        text.push_str(&line[end..shown]);
        text.extend(std::iter::repeat_n('*', range.end - shown));
        end = range.end;
    }
    text.push_str(&line[end..]);
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keys_are_found_and_words_are_not() {
        let lines = [
            format!("| QA | key sk-ant-{} |", "a1".repeat(12)),
            format!("sk-{}", "b2".repeat(12)),
            format!("token=ghp_{}.", "C3".repeat(18)),
            format!("AKIA{} and AKIA{}", "ABCD1234".repeat(2), "short1"),
            format!("aws_secret_access_key={}", "d4/+".repeat(10)),
            format!("task-{}", "e5".repeat(20)),
            "sk-a-branch-name-of-many-many-words".to_owned(),
            format!("ghp_{}", "f6".repeat(5)),
        ];
        let masked: Vec<_> = lines.iter().map(|line| masked(line)).collect();
        insta::assert_snapshot!(masked.join("\n"), @r"
        | QA | key sk-ant-************************ |
        sk-************************
        token=ghp_************************************.
        AKIA**************** and AKIAshort1
        aws_secret_access_key=****************************************
        task-e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5
        sk-a-branch-name-of-many-many-words
        ghp_f6f6f6f6f6
        ");
    }

    proptest! {
        #[test]
        fn masking_moves_nothing(line in "([a-zé|]{0,4}(sk-|ghp_|AKIA)[A-Za-z0-9-]{0,40} ?){0,4}") {
            let masked = masked(&line);
            prop_assert_eq!(masked.chars().count(), line.chars().count());
            prop_assert!(secrets(&masked).is_empty());
        }
    }
}
