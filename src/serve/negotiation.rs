//! Which of several forms of a body a client wants: RFC 9110, sections 12.5 and 13.1.2.

/// The weight that a list like `text/html, text/*;q=0.8` gives to a value, in thousandths. None where it does not name it.
fn weight_of(list: &str, is_it: impl Fn(&str) -> bool) -> Option<u16> {
    let of = |entry: &str| {
        let mut parts = entry.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|part| {
            let (key, value) = part.split_once('=')?;
            let is_weight = key.trim().eq_ignore_ascii_case("q");
            is_weight.then(|| thousandths(value.trim()))
        });
        is_it(&name).then_some(weight.unwrap_or(1_000))
    };
    list.split(',').filter_map(of).max()
}

/// `0.85` as 850. What is no weight is none at all.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    let digits = format!("{fraction:0<3}");
    match (whole, digits.parse::<u16>()) {
        ("1", _) => 1_000,
        ("0", Ok(thousandths)) if digits.len() == 3 => thousandths,
        _ => 0,
    }
}

/// Whether a client accepts gzip, by its `Accept-Encoding`.
pub(super) fn accepts_gzip(list: &str) -> bool {
    let named = weight_of(list, |name| name == "gzip" || name == "x-gzip");
    let any = || weight_of(list, |name| name == "*");
    named.or_else(any).is_some_and(|weight| weight > 0)
}

/// Whether a client would rather have OpenMetrics than the older format, by its `Accept`.
pub(super) fn prefers_openmetrics(list: &str) -> bool {
    let openmetrics = weight_of(list, |name| name == "application/openmetrics-text");
    let text = weight_of(list, |name| name == "text/plain" || name == "text/*");
    openmetrics.is_some_and(|weight| weight > 0 && weight >= text.unwrap_or(0))
}

/// Whether an `If-None-Match` names this entity tag. The comparison is weak, as for every GET.
pub(super) fn names_etag(list: &str, etag: &str) -> bool {
    let tags = list.split(',').map(str::trim);
    let mut tags = tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag));
    tags.any(|tag| tag == "*" || tag == etag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_accepted_where_it_is_named_and_not_refused() {
        for (list, expected) in [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("br, *", true),
            ("*;q=0", false),
            ("gzip;q=0, *", false),
            ("gzip; q=0.000", false),
            ("identity", false),
            ("gzipped", false),
            ("", false),
            ("gzip;q=two", false),
            ("gzip;q=0.0001", false),
        ] {
            assert_eq!(accepts_gzip(list), expected, "{list}");
        }
    }

    #[test]
    fn openmetrics_is_for_those_who_prefer_it() {
        for (list, expected) in [
            // Prometheus 2.42.
            (
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
                true,
            ),
            ("text/plain, application/openmetrics-text;q=0.5", false),
            ("application/openmetrics-text;q=0", false),
            ("*/*", false),
            ("text/html,application/xhtml+xml,*/*;q=0.8", false),
        ] {
            assert_eq!(prefers_openmetrics(list), expected, "{list}");
        }
    }

    #[test]
    fn entity_tags_are_compared_weakly() {
        for (list, expected) in [
            ("\"a\"", true),
            ("\"b\", W/\"a\"", true),
            ("*", true),
            ("a", false),
            ("\"A\"", false),
            ("", false),
        ] {
            assert_eq!(names_etag(list, "\"a\""), expected, "{list}");
        }
    }
}
