//! Suggestions for mistyped names.

use bchan_api::Target;

/// How alike two names must be, from 0 (nothing in common) to 1 (the same).
const ALIKE: f64 = 0.85;

/// More than a few are no help.
const MOST: usize = 3;

/// The best matches for a mistyped `name`, best first.
pub(crate) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let wanted = name.to_lowercase();
    let mut scored: Vec<(f64, &str)> = known
        .into_iter()
        .map(|candidate| {
            (
                strsim::jaro_winkler(&wanted, &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    scored.dedup_by(|a, b| a.1 == b.1);
    scored
        .into_iter()
        .map(|(_, candidate)| candidate)
        .take(MOST)
        .collect()
}

/// The hint with suggestions, if there are any.
pub(crate) fn hint<S: AsRef<str>>(names: &[S]) -> Option<String> {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    (!quoted.is_empty()).then(|| format!("did you mean {}?", quoted.join(" or ")))
}

/// The hint for a target that does not exist.
pub(crate) fn target_hint(name: &str, targets: &[Target]) -> Option<String> {
    let by_alias = similar(
        name,
        targets.iter().filter_map(|target| target.alias.as_deref()),
    );
    // Wherever a target stands, its alias or id is wanted, not its name.
    let by_name = targets
        .iter()
        .filter(|target| !similar(name, [target.name.as_str()]).is_empty())
        .map(Target::handle);
    let mut found = by_alias;
    for handle in by_name {
        if !found.contains(&handle) && found.len() < MOST {
            found.push(handle);
        }
    }
    hint(&found).or_else(|| Some("`bchan target list` shows all targets".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_typing_mistakes_best_first() {
        let known = ["documents", "docs", "music", "dcos-old"];
        assert_eq!(similar("dosc", known)[0], "docs");
        assert_eq!(similar("DOCS", known)[0], "docs");
        assert!(similar("zzz", known).is_empty());
        assert!(similar("doc", ["doc1", "doc2", "doc3", "doc4"]).len() <= MOST);
    }

    #[test]
    fn a_hint_names_them_all() {
        assert_eq!(
            hint(&["a", "b"]).as_deref(),
            Some("did you mean `a` or `b`?")
        );
        assert_eq!(hint::<&str>(&[]), None);
    }
}
