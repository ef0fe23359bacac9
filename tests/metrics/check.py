"""Reads two scrapes of a server with the reference parser, and looks whether they make sense."""

import sys

from prometheus_client.parser import text_string_to_metric_families


def read(path):
    """All samples by name and labels, and the types of their families."""
    with open(path, encoding="utf-8", newline="") as file:
        families = list(text_string_to_metric_families(file.read()))
    names = [family.name for family in families]
    assert len(set(names)) == len(names), "a family is there twice"
    samples, kinds = {}, {}
    for family in families:
        assert family.documentation, f"{family.name} is not explained"
        assert family.type in ("counter", "gauge", "histogram"), f"{family.name}: {family.type}"
        for sample in family.samples:
            key = (sample.name, tuple(sorted(sample.labels.items())))
            assert key not in samples, f"{key} is there twice"
            samples[key] = sample.value
            kinds[key] = family.type
    return samples, kinds


def value(samples, sample, /, **labels):
    return samples[(sample, tuple(sorted(labels.items())))]


def histograms(samples):
    """Buckets must grow, and the last one holds all."""
    rows = {}
    for (name, labels), count in samples.items():
        if name.endswith("_bucket"):
            rest = tuple(pair for pair in labels if pair[0] != "le")
            bound = float(dict(labels)["le"])
            rows.setdefault((name[: -len("_bucket")], rest), []).append((bound, count))
    for (name, rest), buckets in rows.items():
        counts = [count for _, count in sorted(buckets)]
        assert counts == sorted(counts), f"{name} {rest}: {counts}"
        assert sorted(buckets)[-1][0] == float("inf")
        assert counts[-1] == samples[(name + "_count", rest)]
    return len(rows)


def main():
    bound = "--bound" in sys.argv
    before_path, after_path, media_type = sys.argv[-3:]
    assert media_type == "text/plain; version=0.0.4; charset=utf-8", media_type
    (before, kinds), (after, _) = read(before_path), read(after_path)
    for key, old in before.items():
        if kinds[key] != "gauge":
            assert after[key] >= old, f"{key} went back"
    names = {dict(labels)["target"]: dict(labels)["name"] for (name, labels) in after
             if name == "bchan_target_backups"}
    odd = [target for target, name in names.items() if name == 'odd "name" \\ {x="y"} ü']
    assert len(odd) == 1, names
    series = {"target": odd[0], "name": names[odd[0]]}
    assert value(after, "bchan_target_backups", **series) == 2
    assert value(after, "bchan_target_size_bytes", **series) == 24
    assert value(after, "bchan_target_unhealthy_backups", **series) == 0
    assert 0 <= value(after, "bchan_target_last_backup_age_seconds", **series) < 3600
    if bound:
        assert list(names) == odd
        assert not any(name.startswith("bchan_http") for name, _ in after)
        print(f"{len(after)} samples of one target are in order")
        return
    assert len(names) == 2
    assert value(after, "bchan_jobs_total", job="upload_job", outcome="success") == 2
    assert value(after, "bchan_http_requests_total", endpoint="upload", code="200") == 2
    count = histograms(after)
    assert count > 0
    print(f"{len(after)} samples, {count} histograms are in order")


main()
