//! What the server does with the bytes of a form, and with the list of a target's backups.

use std::hint::black_box;

use bchan_api::{Backup, RecycleAction, RecycleCriteria, Target, TargetType, Time};
use bchan_server::inner;
use criterion::{Criterion, Throughput};

/// Bytes of the file in the form.
const CONTENT: usize = 16 << 20;
const DAY: i64 = 24 * 60 * 60;
const BACKUPS: usize = 1000;

pub(crate) fn measure(criterion: &mut Criterion) {
    multipart(criterion);
    policy(criterion);
}

fn multipart(criterion: &mut Criterion) {
    // No byte is rare in what is compressed.
    let mut state: u32 = 1;
    let content = (0..CONTENT).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    });
    let mut form = b"--b\r\nContent-Disposition: form-data; name=\"backup_file\"; \
        filename=\"f\"\r\n\r\n"
        .to_vec();
    form.extend(content);
    form.extend_from_slice(b"\r\n--b--\r\n");
    let mut group = criterion.benchmark_group("multipart");
    group.throughput(Throughput::Bytes(form.len() as u64));
    group.bench_function("one file", |bencher| {
        bencher.iter(|| inner::read_form(&form[..], "multipart/form-data; boundary=b").unwrap());
    });
    group.finish();
}

fn policy(criterion: &mut Criterion) {
    let backups: inner::Backups = (0..BACKUPS).map(backup).collect();
    let now = Time::from_unix_seconds(i64::try_from(BACKUPS).unwrap() * DAY);
    let mut group = criterion.benchmark_group("policy");
    group.throughput(Throughput::Elements(BACKUPS as u64));
    for criteria in [RecycleCriteria::Count, RecycleCriteria::Age] {
        let target = target(criteria);
        group.bench_function(criteria.as_str(), |bencher| {
            bencher.iter(|| inner::old(&target, black_box(&backups), now));
        });
    }
    let target = target(RecycleCriteria::None);
    group.bench_function("duplicates", |bencher| {
        bencher.iter(|| inner::duplicates(&target, black_box(&backups)));
    });
    group.finish();
}

fn target(criteria: RecycleCriteria) -> Target {
    Target {
        id: "t".into(),
        name: "t".into(),
        target_type: TargetType::Multi,
        recycle_criteria: criteria,
        recycle_value: Some(30),
        recycle_action: RecycleAction::Recycle,
        location: "t".into(),
        name_template: "$I".into(),
        deduplicate: true,
        alias: None,
        min_backups: None,
        max_daily_uploads: None,
        tags: Vec::new(),
    }
}

/// One a day; the content of every other one was there before.
fn backup(day: usize) -> Backup {
    Backup {
        id: format!("{day:036}"),
        target_id: "t".into(),
        created_at: Time::from_unix_seconds(i64::try_from(day).unwrap() * DAY),
        manual: false,
        is_recycled: false,
        filesize: 1,
        hash: Some(format!("{:064x}", day / 2)),
        hash_mismatch: false,
        receipt: None,
        reproducible: false,
    }
}
