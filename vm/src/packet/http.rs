//! Lines of HTTP: requests, responses, headers.

use super::{Length, Limits};
use oxbeam_term::atom::known;
use oxbeam_term::rules::rules;
use oxbeam_term::{Atom, Builder, Term};
use std::borrow::Cow;

/// Headers whose names are atoms, numbered from one.
const HEADERS: [&str; 52] = [
    "Cache-Control",
    "Connection",
    "Date",
    "Pragma",
    "Transfer-Encoding",
    "Upgrade",
    "Via",
    "Accept",
    "Accept-Charset",
    "Accept-Encoding",
    "Accept-Language",
    "Authorization",
    "From",
    "Host",
    "If-Modified-Since",
    "If-Match",
    "If-None-Match",
    "If-Range",
    "If-Unmodified-Since",
    "Max-Forwards",
    "Proxy-Authorization",
    "Range",
    "Referer",
    "User-Agent",
    "Age",
    "Location",
    "Proxy-Authenticate",
    "Public",
    "Retry-After",
    "Server",
    "Vary",
    "Warning",
    "Www-Authenticate",
    "Allow",
    "Content-Base",
    "Content-Encoding",
    "Content-Language",
    "Content-Length",
    "Content-Location",
    "Content-Md5",
    "Content-Range",
    "Content-Type",
    "Etag",
    "Expires",
    "Last-Modified",
    "Accept-Ranges",
    "Set-Cookie",
    "Set-Cookie2",
    "X-Forwarded-For",
    "Cookie",
    "Keep-Alive",
    "Proxy-Connection",
];

/// Methods whose names are atoms.
const METHODS: [&str; 7] = ["OPTIONS", "GET", "HEAD", "POST", "PUT", "DELETE", "TRACE"];

/// Longer names of headers stay as they are.
const LONGEST_NAME: usize = 50;

fn is_space(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

/// Ends a method or a header's name.
fn is_special(byte: u8) -> bool {
    !(33..128).contains(&byte) || b"()<>@,;:\\\"/[]?={}".contains(&byte)
}

/// Length of the line at the beginning of `bytes`; that of a header goes on where the next line begins with a space.
pub(super) fn line_length(bytes: &[u8], limits: &Limits, in_headers: bool) -> Length {
    if bytes == b"\n" || bytes == b"\r\n" {
        return Length::Bytes(bytes.len());
    }
    // The option `line_length` limits lines where `packet_size` does not.
    let most = match limits.size {
        0 => limits.line as usize,
        size => size as usize,
    };
    let too_long = |len: usize| most != 0 && len > most;
    let mut from = 0;
    loop {
        let Some(at) = bytes[from..].iter().position(|&byte| byte == b'\n') else {
            return if most != 0 && bytes.len() >= most {
                Length::Invalid
            } else {
                Length::Unknown
            };
        };
        let len = from + at + 1;
        match bytes.get(len) {
            Some(&next) if in_headers && is_space(next) && len > 2 => from = len,
            _ if too_long(len) => return Length::Invalid,
            None if in_headers => return Length::Unknown,
            _ => return Length::Bytes(len),
        }
    }
}

/// Where a request goes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Uri<'a> {
    /// `*`
    Star,
    /// A path.
    Path(&'a [u8]),
    /// `http://host:port/path`, or `https`.
    Absolute {
        /// `https`
        secure: bool,
        /// Host.
        host: &'a [u8],
        /// Port; zero: none given.
        port: i32,
        /// The rest, from the slash on.
        path: &'a [u8],
    },
    /// Another scheme, and what follows the colon.
    Scheme(&'a [u8], &'a [u8]),
    /// Anything else.
    Text(&'a [u8]),
}

/// A line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Line<'a> {
    /// First line of a response.
    Response {
        /// Version.
        version: (i32, i32),
        /// Status.
        status: i32,
        /// Reason phrase.
        phrase: &'a [u8],
    },
    /// First line of a request.
    Request {
        /// Method.
        method: &'a [u8],
        /// Where it goes.
        uri: Uri<'a>,
        /// Version.
        version: (i32, i32),
    },
    /// A header.
    Header {
        /// Name in the usual spelling.
        name: Cow<'a, [u8]>,
        /// Name as it was sent.
        sent: &'a [u8],
        /// Value.
        value: &'a [u8],
    },
    /// The empty line behind the headers.
    EndOfHeaders,
    /// None of these.
    Error(&'a [u8]),
}

/// Reads a whole line.
pub fn parse(line: &[u8], in_headers: bool) -> Line<'_> {
    let text = match line {
        [text @ .., b'\r', _] | [text @ .., b'\n'] => text,
        _ => line,
    };
    let parsed = if in_headers {
        parse_header(text)
    } else if let Some(rest) = text.strip_prefix(b"HTTP/") {
        parse_response(rest)
    } else {
        parse_request(text)
    };
    parsed.unwrap_or(Line::Error(line))
}

/// The number at the beginning, how many digits it has, and the rest.
fn number(bytes: &[u8]) -> (i32, usize, &[u8]) {
    let digits = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let value = bytes[..digits].iter().fold(0i32, |value, byte| {
        value.wrapping_mul(10).wrapping_add(i32::from(byte - b'0'))
    });
    (value, digits, &bytes[digits..])
}

fn skip_spaces(bytes: &[u8]) -> &[u8] {
    let spaces = bytes.iter().take_while(|byte| is_space(**byte)).count();
    &bytes[spaces..]
}

/// `Major.Minor`
fn version(bytes: &[u8]) -> Option<((i32, i32), &[u8])> {
    let (major, digits, rest) = number(bytes);
    let rest = rest.strip_prefix(b".").filter(|_| digits > 0)?;
    let (minor, digits, rest) = number(rest);
    (digits > 0).then_some(((major, minor), rest))
}

fn parse_response(bytes: &[u8]) -> Option<Line<'_>> {
    let (version, rest) = version(bytes)?;
    let status = skip_spaces(rest);
    if status.len() == rest.len() {
        return None;
    }
    let (status, _, rest) = number(status);
    let phrase = skip_spaces(rest);
    if phrase.len() == rest.len() && !phrase.is_empty() {
        return None;
    }
    Some(Line::Response {
        version,
        status,
        phrase,
    })
}

fn parse_request(text: &[u8]) -> Option<Line<'_>> {
    let end = text.iter().position(|&byte| is_special(byte))?;
    let (method, rest) = text.split_at(end);
    if method.is_empty() || !is_space(rest[0]) {
        return None;
    }
    let rest = skip_spaces(rest);
    let end = rest
        .iter()
        .position(|&byte| is_space(byte))
        .unwrap_or(rest.len());
    let (uri, rest) = rest.split_at(end);
    if uri.is_empty() {
        return None;
    }
    let rest = skip_spaces(rest);
    let version = if rest.is_empty() {
        (0, 9)
    } else if rest.len() < 8 {
        return None;
    } else {
        version(rest.strip_prefix(b"HTTP/")?)?.0
    };
    Some(Line::Request {
        method,
        uri: parse_uri(uri),
        version,
    })
}

fn without_prefix<'a>(bytes: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let (start, rest) = bytes.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn parse_uri(uri: &[u8]) -> Uri<'_> {
    if uri == b"*" {
        Uri::Star
    } else if uri.len() <= 1 || uri[0] == b'/' {
        Uri::Path(uri)
    } else if let Some(rest) = without_prefix(uri, b"http://") {
        parse_absolute(rest, false)
    } else if let Some(rest) = without_prefix(uri, b"https://") {
        parse_absolute(rest, true)
    } else if let Some(colon) = uri.iter().position(|&byte| byte == b':') {
        Uri::Scheme(&uri[..colon], &uri[colon + 1..])
    } else {
        Uri::Text(uri)
    }
}

fn parse_absolute(rest: &[u8], secure: bool) -> Uri<'_> {
    let slash = rest.iter().position(|&byte| byte == b'/');
    let (authority, path) = match slash {
        Some(slash) => rest.split_at(slash),
        None => (rest, &b"/"[..]),
    };
    let port_of = |bytes: &[u8]| match number(bytes) {
        (port, _, b"") => port,
        _ => 0,
    };
    let colon = authority.iter().position(|&byte| byte == b':');
    // Addresses of IPv6 within brackets are known from OTP 27 on.
    let bracket = authority
        .iter()
        .position(|&byte| byte == b']')
        .filter(|_| authority[0] == b'[' && rules().uniform_bitstrings);
    let (host, port) = match (colon, bracket) {
        (None, _) => (authority, 0),
        (Some(_), Some(bracket)) => {
            let (host, rest) = authority.split_at(bracket + 1);
            let port = rest
                .strip_prefix(b":")
                .filter(|port| !port.contains(&b':'))
                .map_or(0, port_of);
            (host, port)
        }
        (Some(colon), None) => (&authority[..colon], port_of(&authority[colon + 1..])),
    };
    Uri::Absolute {
        secure,
        host,
        port,
        path,
    }
}

fn parse_header(text: &[u8]) -> Option<Line<'_>> {
    if text.is_empty() {
        return Some(Line::EndOfHeaders);
    }
    let end = text.iter().position(|&byte| is_special(byte))?;
    let (sent, rest) = text.split_at(end);
    let value = skip_spaces(rest.strip_prefix(b":")?);
    let name = if sent.len() > LONGEST_NAME {
        Cow::Borrowed(sent)
    } else {
        Cow::Owned(usual_spelling(sent))
    };
    Some(Line::Header { name, sent, value })
}

/// The first letter, and each behind a hyphen, is a capital.
fn usual_spelling(name: &[u8]) -> Vec<u8> {
    let mut begins = true;
    name.iter()
        .map(|byte| {
            if std::mem::take(&mut begins) {
                return byte.to_ascii_uppercase();
            }
            begins = *byte == b'-';
            byte.to_ascii_lowercase()
        })
        .collect()
}

impl Line<'_> {
    /// The term for it; `text` makes the terms for its parts.
    pub fn term<'p>(
        &self,
        builder: &mut Builder<'p>,
        text: impl Fn(&mut Builder<'p>, &[u8]) -> Term<'p>,
    ) -> Term<'p> {
        let tag = |name: &str| Term::atom(Atom::of(name));
        let small = |number: i32| Term::small(i64::from(number));
        match self {
            Line::Response {
                version: (major, minor),
                status,
                phrase,
            } => {
                let phrase = text(builder, phrase);
                let version = builder.tuple(&[small(*major), small(*minor)]);
                builder.tuple(&[tag("http_response"), version, small(*status), phrase])
            }
            Line::Request {
                method,
                uri,
                version: (major, minor),
            } => {
                let known = METHODS.iter().find(|known| known.as_bytes() == *method);
                let method = match known {
                    Some(known) => tag(known),
                    None => text(builder, method),
                };
                let uri = uri.term(builder, &text);
                let version = builder.tuple(&[small(*major), small(*minor)]);
                builder.tuple(&[tag("http_request"), method, uri, version])
            }
            Line::Header { name, sent, value } => {
                let known = HEADERS
                    .iter()
                    .position(|known| known.as_bytes() == &name[..]);
                let (number, name) = match known {
                    Some(index) => (index as i32 + 1, tag(HEADERS[index])),
                    None => (0, text(builder, name)),
                };
                let sent = text(builder, sent);
                let value = text(builder, value);
                builder.tuple(&[tag("http_header"), small(number), name, sent, value])
            }
            Line::EndOfHeaders => tag("http_eoh"),
            Line::Error(line) => {
                let line = text(builder, line);
                builder.tuple(&[tag("http_error"), line])
            }
        }
    }
}

impl Uri<'_> {
    fn term<'p>(
        &self,
        builder: &mut Builder<'p>,
        text: &impl Fn(&mut Builder<'p>, &[u8]) -> Term<'p>,
    ) -> Term<'p> {
        let tag = |name: &str| Term::atom(Atom::of(name));
        match self {
            Uri::Star => tag("*"),
            Uri::Path(path) => {
                let path = text(builder, path);
                builder.tuple(&[tag("abs_path"), path])
            }
            Uri::Absolute {
                secure,
                host,
                port,
                path,
            } => {
                let host = text(builder, host);
                let path = text(builder, path);
                let scheme = tag(if *secure { "https" } else { "http" });
                let port = match port {
                    0 => Term::atom(known::UNDEFINED),
                    port => Term::small(i64::from(*port)),
                };
                builder.tuple(&[tag("absoluteURI"), scheme, host, port, path])
            }
            Uri::Scheme(scheme, rest) => {
                let scheme = text(builder, scheme);
                let rest = text(builder, rest);
                builder.tuple(&[tag("scheme"), scheme, rest])
            }
            Uri::Text(uri) => text(builder, uri),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_lines_are_read() {
        assert_eq!(
            parse(b"HTTP/1.1 200 OK\r\n", false),
            Line::Response {
                version: (1, 1),
                status: 200,
                phrase: b"OK"
            }
        );
        let Line::Request {
            method,
            uri,
            version,
        } = parse(b"GET http://a.b:8080/c?d HTTP/1.0\r\n", false)
        else {
            panic!("not a request");
        };
        assert_eq!((method, version), (&b"GET"[..], (1, 0)));
        assert_eq!(
            uri,
            Uri::Absolute {
                secure: false,
                host: b"a.b",
                port: 8080,
                path: b"/c?d"
            }
        );
        assert_eq!(parse(b"\r\n", false), Line::Error(b"\r\n"));
        assert_eq!(parse(b"GET\r\n", false), Line::Error(b"GET\r\n"));
    }

    #[test]
    fn headers_are_spelt_as_usual_and_go_on() {
        let Line::Header { name, sent, value } = parse(b"content-LENGTH:  12\r\n", true) else {
            panic!("not a header");
        };
        assert_eq!(
            (&name[..], sent, value),
            (&b"Content-Length"[..], &b"content-LENGTH"[..], &b"12"[..])
        );
        assert_eq!(parse(b"\r\n", true), Line::EndOfHeaders);
        let limits = Limits::default();
        assert_eq!(line_length(b"a: b\r\n", &limits, true), Length::Unknown);
        assert_eq!(
            line_length(b"a: b\r\n c\r\nd", &limits, true),
            Length::Bytes(10)
        );
        assert_eq!(line_length(b"GET /\r\n", &limits, false), Length::Bytes(7));
    }
}
