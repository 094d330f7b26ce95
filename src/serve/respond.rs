//! The answer to a request: which body, in which form, or what is wrong with the request.

use std::net::IpAddr;

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{
        ACCEPT, ACCEPT_ENCODING, ALLOW, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HOST,
        HeaderName, HeaderValue, IF_NONE_MATCH, VARY, X_CONTENT_TYPE_OPTIONS,
    },
};

use super::{
    Body, Hosts, Site,
    negotiation::{accepts_gzip, names_etag, prefers_openmetrics},
};

pub(super) type Answer = Response<Full<Bytes>>;

const INDEX: &str = "\
tokmon serves the token budget of a cost log:
  /metrics        metrics for Prometheus
  /health/budget  the budget of each project, as JSON
  /report.json    the whole report, as JSON
  /healthz        whether the figures are those of the log
";

/// Answers a request that came in at an address of this machine.
pub(super) fn respond<B>(request: &Request<B>, site: &Site, hosts: &Hosts, at: IpAddr) -> Answer {
    if let Some(refusal) = wrong_host(request, hosts, at) {
        return refusal;
    }
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        let mut answer = refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "only GET and HEAD are answered",
        );
        let allowed = HeaderValue::from_static("GET, HEAD");
        answer.headers_mut().insert(ALLOW, allowed);
        return answer;
    }
    let figures = site.figures.as_ref();
    let (status, body) = match request.uri().path() {
        "/metrics" => (
            StatusCode::OK,
            figures.map(|figures| {
                let wants = header(request, &ACCEPT).is_some_and(prefers_openmetrics);
                if wants {
                    &figures.openmetrics
                } else {
                    &figures.prometheus
                }
            }),
        ),
        "/health/budget" => (StatusCode::OK, figures.map(|figures| &figures.health)),
        "/report.json" => (StatusCode::OK, figures.map(|figures| &figures.report)),
        "/healthz" if !site.is_healthy => (StatusCode::SERVICE_UNAVAILABLE, Some(&site.healthz)),
        "/healthz" => (StatusCode::OK, Some(&site.healthz)),
        "/" => return text(StatusCode::OK, INDEX),
        _ => {
            return refuse(
                StatusCode::NOT_FOUND,
                "nothing is here: / lists what is served",
            );
        }
    };
    let Some(body) = body else {
        let why = "the log could not be read yet: /healthz says why";
        return refuse(StatusCode::SERVICE_UNAVAILABLE, why);
    };
    let mut answer = with_body(request, status, body);
    if let Some(since) = &site.stale_since
        && let Ok(since) = HeaderValue::from_str(since)
    {
        let name = HeaderName::from_static("tokmon-stale-since");
        answer.headers_mut().insert(name, since);
    }
    answer
}

/// The answer to a request that does not name exactly one host, or one that is not allowed.
fn wrong_host<B>(request: &Request<B>, hosts: &Hosts, at: IpAddr) -> Option<Answer> {
    let mut named = request.headers().get_all(HOST).iter();
    let (Some(host), None) = (named.next(), named.next()) else {
        return Some(refuse(
            StatusCode::BAD_REQUEST,
            "a request names one host in its header Host",
        ));
    };
    let in_target = request.uri().host();
    let is_allowed = |host: &str| hosts.allows(host, at);
    if host.to_str().is_ok_and(is_allowed) && in_target.is_none_or(is_allowed) {
        return None;
    }
    Some(refuse(
        StatusCode::MISDIRECTED_REQUEST,
        "the header Host names another machine: use localhost, or the address of --listen",
    ))
}

/// The value of a header, of which the first counts.
fn header<'r, B>(request: &'r Request<B>, name: &HeaderName) -> Option<&'r str> {
    request.headers().get(name)?.to_str().ok()
}

/// A body in the encoding that the client accepts, or the answer that it has it already.
fn with_body<B>(request: &Request<B>, status: StatusCode, body: &Body) -> Answer {
    let wants_gzip = header(request, &ACCEPT_ENCODING).is_some_and(accepts_gzip);
    let gzip = body.gzip.as_ref().filter(|_| wants_gzip);
    let encoded = gzip.unwrap_or(&body.plain);
    let is_known =
        header(request, &IF_NONE_MATCH).is_some_and(|list| names_etag(list, &encoded.etag));
    let is_known = is_known && status == StatusCode::OK;
    let mut answer = if is_known {
        plain(StatusCode::NOT_MODIFIED, Bytes::new())
    } else {
        plain(status, encoded.bytes.clone())
    };
    let headers = answer.headers_mut();
    if let Ok(etag) = HeaderValue::from_str(&encoded.etag) {
        headers.insert(ETAG, etag);
    }
    // A cache may keep it, and asks each time whether it is still that.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    if !is_known {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(body.content_type));
        if gzip.is_some() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
    }
    answer
}

fn refuse(status: StatusCode, why: &'static str) -> Answer {
    let mut answer = text(status, why);
    let value = HeaderValue::from_static("no-store");
    answer.headers_mut().insert(CACHE_CONTROL, value);
    answer
}

fn text(status: StatusCode, text: &'static str) -> Answer {
    let line = format!("{}\n", text.trim_end());
    let mut answer = plain(status, line.into());
    let value = HeaderValue::from_static("text/plain; charset=utf-8");
    answer.headers_mut().insert(CONTENT_TYPE, value);
    answer
}

/// Without a type. No page of another origin may embed or read it.
fn plain(status: StatusCode, bytes: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(bytes));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let policy = HeaderName::from_static("cross-origin-resource-policy");
    headers.insert(policy, HeaderValue::from_static("same-origin"));
    answer
}
