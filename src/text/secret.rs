//! Access keys, tokens and private keys in a text, by the forms that their issuers publish.
//! A text is read once, word by word: how long a word is does not matter.

use std::{borrow::Cow, ops::Range};

/// What the characters after a prefix are.
#[derive(Clone, Copy)]
enum Body {
    /// Letters and digits, hyphens and underscores.
    Joined,
    /// Letters and digits.
    Plain,
    /// Capitals and digits.
    Capital,
}

/// The form of a secret that is one word.
struct Form {
    /// What it is, for messages.
    name: &'static str,
    prefix: &'static str,
    body: Body,
    /// The number of characters after the prefix.
    length: Range<usize>,
    /// A part of the body without hyphens has at least this length, and a digit: words joined by hyphens are no key.
    part: usize,
}

const fn form(
    name: &'static str,
    prefix: &'static str,
    body: Body,
    length: Range<usize>,
    part: usize,
) -> Form {
    Form {
        name,
        prefix,
        body,
        length,
        part,
    }
}

const GITHUB: &str = "a token of GitHub";
const SLACK: &str = "a token of Slack";
const AWS: &str = "an access key of AWS";
const MAX: usize = usize::MAX;

/// Of two prefixes that begin alike, the longer one comes first.
const FORMS: [Form; 36] = [
    form(
        "an API key of Anthropic",
        "sk-ant-",
        Body::Joined,
        16..MAX,
        12,
    ),
    form(
        "an API key of OpenAI",
        "sk-proj-",
        Body::Joined,
        16..MAX,
        12,
    ),
    form(
        "an API key of OpenAI",
        "sk-svcacct-",
        Body::Joined,
        16..MAX,
        12,
    ),
    form(
        "an API key of OpenRouter",
        "sk-or-v1-",
        Body::Joined,
        16..MAX,
        12,
    ),
    form("an API key", "sk-", Body::Joined, 16..MAX, 16),
    form(
        "a secret key of Stripe",
        "sk_live_",
        Body::Plain,
        16..MAX,
        0,
    ),
    form(
        "a restricted key of Stripe",
        "rk_live_",
        Body::Plain,
        16..MAX,
        0,
    ),
    form(
        "a secret of a Stripe webhook",
        "whsec_",
        Body::Plain,
        24..MAX,
        0,
    ),
    form(GITHUB, "ghp_", Body::Plain, 30..MAX, 0),
    form(GITHUB, "gho_", Body::Plain, 30..MAX, 0),
    form(GITHUB, "ghu_", Body::Plain, 30..MAX, 0),
    form(GITHUB, "ghs_", Body::Plain, 30..MAX, 0),
    form(GITHUB, "ghr_", Body::Plain, 30..MAX, 0),
    form(GITHUB, "github_pat_", Body::Joined, 22..MAX, 16),
    form("a token of GitLab", "glpat-", Body::Joined, 20..MAX, 8),
    form("a token of GitLab", "gldt-", Body::Joined, 20..MAX, 8),
    form(SLACK, "xoxb-", Body::Joined, 16..MAX, 8),
    form(SLACK, "xoxp-", Body::Joined, 16..MAX, 8),
    form(SLACK, "xoxa-", Body::Joined, 16..MAX, 8),
    form(SLACK, "xoxr-", Body::Joined, 16..MAX, 8),
    form(SLACK, "xoxs-", Body::Joined, 16..MAX, 8),
    form(SLACK, "xapp-", Body::Joined, 16..MAX, 8),
    form("a token of npm", "npm_", Body::Plain, 36..MAX, 0),
    form("a token of PyPI", "pypi-AgE", Body::Joined, 40..MAX, 16),
    form("a token of Hugging Face", "hf_", Body::Plain, 30..MAX, 0),
    form("a token of Replicate", "r8_", Body::Plain, 30..MAX, 0),
    form("an API key of Groq", "gsk_", Body::Plain, 40..MAX, 0),
    form("an API key of xAI", "xai-", Body::Plain, 40..MAX, 0),
    form(
        "a token of DigitalOcean",
        "dop_v1_",
        Body::Plain,
        60..MAX,
        0,
    ),
    form("a token of Shopify", "shpat_", Body::Plain, 32..MAX, 0),
    form("an API key of SendGrid", "SG.", Body::Joined, 20..MAX, 0),
    form("an API key of Google", "AIza", Body::Joined, 35..36, 0),
    form("a token of Google", "ya29.", Body::Joined, 20..MAX, 0),
    form(AWS, "AKIA", Body::Capital, 16..17, 0),
    form(AWS, "ASIA", Body::Capital, 16..17, 0),
    form(
        "a key of age",
        "AGE-SECRET-KEY-1",
        Body::Capital,
        50..MAX,
        0,
    ),
];

/// No secret is shorter.
const MIN_LENGTH: usize = 19;

/// The variable of a secret key of AWS, whose own form is that of any other text.
const AWS_VARIABLE: &str = "aws_secret_access_key";
const AWS_SECRET_LENGTH: usize = 40;

/// The dashes before and after the title of a block of PEM.
const DASHES: &str = "-----";
const MAX_TITLE: usize = 40;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// What it is: `an API key of Anthropic`.
    pub name: &'static str,
    /// Where the part begins that must not be shown.
    hidden_from: usize,
}

/// The secrets in a text, in their order. A private key goes on to the line that ends it; where the text has no such line, its
/// first line is all that is found.
pub fn secrets(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    if text.len() < MIN_LENGTH {
        return found;
    }
    let (mut at, mut key_end) = (0, KeyEnd::default());
    while let Some(word) = next_word(text, at) {
        at = word.end;
        let Some(rest) = text.get(word.start..) else {
            break;
        };
        let (start, hidden, length, name) =
            if let Some((hidden, length, name)) = whole_word(rest, word.len()) {
                (0, hidden, length, name)
            } else if let Some(value) = aws_value(rest, word.len()) {
                (
                    value,
                    value,
                    value + AWS_SECRET_LENGTH,
                    "a secret key of AWS",
                )
            } else if let Some(title) = private_key(rest) {
                let end = key_end.after(text, word.start + title);
                (0, title, end - word.start, "a private key")
            } else {
                continue;
            };
        at = at.max(word.start + length);
        found.push(Secret {
            range: word.start + start..word.start + length,
            name,
            hidden_from: word.start + hidden,
        });
    }
    found
}

const fn is_joined(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'
}

/// The next run of letters, digits, hyphens and underscores.
fn next_word(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.as_bytes().get(from..)?;
    let start = rest.iter().position(|byte| is_joined(*byte))?;
    let length = count(rest.get(start..)?, is_joined);
    Some(from + start..from + start + length)
}

fn count(bytes: &[u8], is: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !is(*byte));
    end.unwrap_or(bytes.len())
}

/// The prefix, the length and the name of a secret at the start of a text whose first word has some length.
fn whole_word(text: &str, word: usize) -> Option<(usize, usize, &'static str)> {
    // Most words are ruled out by their first byte.
    if !matches!(
        text.as_bytes().first()?,
        b's' | b'r' | b'w' | b'g' | b'x' | b'n' | b'p' | b'h' | b'd' | b'S' | b'A' | b'y' | b'e'
    ) {
        return None;
    }
    if text.starts_with("eyJ") {
        return web_token(text).map(|length| (3, length, "a JSON Web Token"));
    }
    let form = FORMS.iter().find(|form| text.starts_with(form.prefix))?;
    let body = text.as_bytes().get(form.prefix.len()..)?;
    let length = match form.body {
        Body::Joined => count(body, is_joined),
        Body::Plain => count(body, |byte| byte.is_ascii_alphanumeric()),
        Body::Capital => count(body, |byte| {
            byte.is_ascii_uppercase() || byte.is_ascii_digit()
        }),
    };
    let body = body.get(..length)?;
    let is_whole = form.prefix.len() + length >= word;
    let is_exact = form.length.end != MAX;
    let fits = form.length.contains(&length) && (is_whole || !is_exact);
    (fits && is_random(body, form.part)).then_some((
        form.prefix.len(),
        form.prefix.len() + length,
        form.name,
    ))
}

/// Whether it is no placeholder, like `xxxx`, and no words joined by hyphens.
fn is_random(body: &[u8], part: usize) -> bool {
    let is_varied = body.iter().any(|byte| Some(byte) != body.first());
    let mut parts = body.split(|byte| *byte == b'-' || *byte == b'_');
    let has_part = parts.any(|word| word.len() >= part && word.iter().any(u8::is_ascii_digit));
    is_varied && (part == 0 || has_part)
}

/// The length of three parts in the alphabet of base64 for addresses, the first two of which are JSON objects.
fn web_token(text: &str) -> Option<usize> {
    const MIN_PART: usize = 10;
    let mut length = 0;
    for part in 0..3 {
        let rest = text.as_bytes().get(length..)?;
        let rest = if part == 0 {
            rest
        } else {
            rest.strip_prefix(b".")?
        };
        let part_length = count(rest, is_joined);
        if part_length < MIN_PART || part < 2 && !rest.starts_with(b"eyJ") {
            return None;
        }
        length += part_length + usize::from(part > 0);
    }
    Some(length)
}

/// Where the value begins that is assigned to [`AWS_VARIABLE`] at the start of a text.
fn aws_value(text: &str, word: usize) -> Option<usize> {
    const MAX_BETWEEN: usize = 6;
    let name = text.get(..word)?;
    if !name.eq_ignore_ascii_case(AWS_VARIABLE) {
        return None;
    }
    let rest = text.as_bytes().get(word..)?;
    let between = count(rest, |byte| b" =:\"'`\\".contains(&byte));
    let value = rest.get(between..)?;
    let length = count(value, |byte| {
        byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)
    });
    let fits = (1..=MAX_BETWEEN).contains(&between) && length == AWS_SECRET_LENGTH;
    fits.then_some(word + between)
}

/// The length of the title of a private key at the start of a text: `-----BEGIN RSA PRIVATE KEY-----`.
fn private_key(text: &str) -> Option<usize> {
    let title = text.strip_prefix(DASHES)?.strip_prefix("BEGIN ")?;
    let length = count(title.as_bytes(), |byte| {
        byte == b' ' || byte.is_ascii_uppercase()
    });
    let is_key = title.get(..length)?.ends_with("PRIVATE KEY") && length <= MAX_TITLE;
    let is_closed = title.get(length..)?.starts_with(DASHES);
    (is_key && is_closed).then_some(DASHES.len() * 2 + "BEGIN ".len() + length)
}

/// Finds where private keys end. Each part of a text is searched once.
#[derive(Default)]
struct KeyEnd {
    searched: usize,
    end: Option<usize>,
}

impl KeyEnd {
    /// The end of a key whose title ends at a byte: the next line that ends one, else the end of its own line.
    fn after(&mut self, text: &str, at: usize) -> usize {
        if self.searched < at {
            let rest = text.get(at..).unwrap_or_default();
            self.end = rest.find("-----END ").map(|end| at + end);
            self.searched = self.end.unwrap_or(text.len());
        }
        self.end.filter(|end| *end >= at).unwrap_or_else(|| {
            let own_line = text.get(at..).and_then(|rest| rest.find('\n'));
            own_line.map_or(text.len(), |end| at + end)
        })
    }
}

/// A text with the secrets in it masked: their prefixes stay, and each other character is a star. Lines and columns stay.
pub fn masked(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut end = 0;
    for Secret {
        range, hidden_from, ..
    } in secrets
    {
        shown.push_str(text.get(end..hidden_from).unwrap_or_default());
        let hidden = text.get(hidden_from..range.end).unwrap_or_default();
        shown.extend(
            hidden
                .chars()
                .map(|c| if c.is_whitespace() { c } else { '*' }),
        );
        end = range.end;
    }
    shown.push_str(text.get(end..).unwrap_or_default());
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn all_masked(lines: &[String]) -> String {
        let masked: Vec<_> = lines.iter().map(|line| masked(line)).collect();
        masked.join("\n")
    }

    #[test]
    fn keys_are_masked_wherever_they_are_written() {
        let lines = [
            format!("| QA | key sk-ant-api03-{} |", "c2".repeat(12)),
            format!("sk-{}", "b2".repeat(12)),
            format!("OPENAI_API_KEY=sk-proj-{}.", "Zz9".repeat(6)),
            format!("`sk-or-v1-{}`", "0f".repeat(16)),
            format!("token=ghp_{}.", "C3".repeat(18)),
            format!("비밀github_pat_{}_{}", "11A".repeat(7), "x4".repeat(20)),
            format!(
                "AKIA{} and ASIA{}",
                "ABCD1234".repeat(2),
                "EXAMPLEEXAMPLE77"
            ),
            format!("https://x.example/?key=AIza{}&q", "Ab-_7".repeat(7)),
            format!("xoxb-123456789012-{}", "aB3".repeat(8)),
            format!("AWS_SECRET_ACCESS_KEY = \"{}\"", "d4/+".repeat(10)),
            format!(
                "Bearer eyJ{}.eyJ{}.{}",
                "a1".repeat(8),
                "b2".repeat(8),
                "c_3".repeat(8)
            ),
            format!(
                "glpat-{} hf_{} npm_{}",
                "a1".repeat(10),
                "b2".repeat(17),
                "c3".repeat(18)
            ),
            "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAK\n-----END RSA PRIVATE KEY-----\nafter"
                .to_owned(),
            "-----BEGIN PRIVATE KEY----- MIIE | without an end".to_owned(),
        ];
        assert_snapshot!(all_masked(&lines), @r#"
        | QA | key sk-ant-****************************** |
        sk-************************
        OPENAI_API_KEY=sk-proj-******************.
        `sk-or-v1-********************************`
        token=ghp_************************************.
        비밀github_pat_**************************************************************
        AKIA**************** and ASIA****************
        https://x.example/?key=AIza***********************************&q
        xoxb-*************************************
        AWS_SECRET_ACCESS_KEY = "****************************************"
        Bearer eyJ*************************************************************
        glpat-******************** hf_********************************** npm_************************************
        -----BEGIN RSA PRIVATE KEY-----
        ******
        *****
        -----END RSA PRIVATE KEY-----
        after
        -----BEGIN PRIVATE KEY----- **** * ******* ** ***
        "#);
    }

    #[test]
    fn words_ids_and_placeholders_are_no_keys() {
        let lines = [
            format!("task-{} disk-{}", "e5".repeat(20), "e5".repeat(20)),
            "sk-a-branch-name-of-2026-with-many-many-words".to_owned(),
            "risk-assessment-of-the-2026-plan-and-all-of-its-parts".to_owned(),
            "sk-… sk-ant-… sk-ant-your-api-key-goes-here".to_owned(),
            format!("ghp_{} sk-{}", "x".repeat(36), "0".repeat(30)),
            format!("ghp_{}", "f6".repeat(5)),
            "0fbf9ca1e2b7c2f5dd1b9d9c4a5f2f1c0a7d3e4b 123e4567-e89b-12d3-a456-426614174000"
                .to_owned(),
            format!(
                "AKIA{} AKIAshort1 AIza{}",
                "ABCD1234".repeat(3),
                "a1".repeat(9)
            ),
            "<!-- id=sk-run-17-of-2026-02-25 --> xoxo-2026 eyJhbGciOi.x.y".to_owned(),
            "-----BEGIN CERTIFICATE-----".to_owned(),
            format!("|{}|", "-".repeat(90)),
        ];
        assert_eq!(all_masked(&lines), lines.join("\n"));
    }

    proptest! {
        #[test]
        fn masking_moves_nothing(line in "([a-zé|\\n]{0,4}(sk-|ghp_|AKIA|eyJ|-----BEGIN PRIVATE KEY-----|-----END )[A-Za-z0-9.\\n-]{0,40} ?){0,4}") {
            let masked = masked(&line);
            prop_assert_eq!(masked.chars().count(), line.chars().count());
            prop_assert_eq!(masked.lines().count(), line.lines().count());
            let again = super::masked(&masked);
            prop_assert_eq!(&again, &masked);
        }
    }
}
