//! One file for each noun of the API; each function answers one endpoint.

pub(crate) mod backup;
pub(crate) mod download;
pub(crate) mod jobs;
mod limits;
pub(crate) mod recycle_bin;
pub(crate) mod seq;
pub(crate) mod server;
pub(crate) mod target;
pub(crate) mod upload;
mod upload_head;
pub(crate) mod watch;

/// The last value of a query parameter, percent-decoded; `None` when it is not there.
pub(crate) fn query(query: &str, name: &str) -> Option<String> {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(&text.replace('+', " "))
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = query.split('&').rev();
    let (_, value) = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find(|(key, _)| decode(key) == name)?;
    Some(decode(value))
}

#[cfg(test)]
mod tests {
    #[test]
    fn reads_queries() {
        assert_eq!(super::query("page=2", "page").as_deref(), Some("2"));
        assert_eq!(
            super::query("a=1&page=%32+x&b", "page").as_deref(),
            Some("2 x")
        );
        assert_eq!(super::query("", "page"), None);
        // A name may be encoded, too, and a value left out.
        assert_eq!(super::query("p%61ge=2", "page").as_deref(), Some("2"));
        assert_eq!(super::query("x&page", "page").as_deref(), Some(""));
    }
}
