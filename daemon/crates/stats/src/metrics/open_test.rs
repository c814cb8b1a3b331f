use super::*;

fn form(values: &[&str]) -> Form {
    Form::accepted(values.iter().map(|value| value.as_bytes()))
}

#[test]
fn open_metrics_is_for_who_names_it_and_likes_it_no_less() {
    for values in [
        &["application/openmetrics-text"][..],
        &["Application/OpenMetrics-Text; Version=1.0.0; charset=utf-8"],
        &["application/openmetrics-text; version=\"1.0.0\""],
        // As Prometheus asks, of several versions.
        &[
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        ],
        &[
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2",
        ],
        &["text/plain;q=0.2", "application/openmetrics-text;q=0.3"],
        // The range that is closer to the text counts for it, whatever the wider one says.
        &["application/openmetrics-text;q=0.5, text/plain;q=0.1, */*"],
        &["application/openmetrics-text;q=0.5, text/plain;version=1.0.0"],
        &["*/*, application/openmetrics-text"],
    ] {
        assert_eq!(form(values), Form::OpenMetrics, "{values:?}");
    }
    for values in [
        &[][..],
        &["*/*"],
        &["application/*"],
        &["text/plain"],
        &["application/json"],
        &["application/openmetrics-text;version=0.0.1"],
        &["application/openmetrics-text;q=0"],
        &["application/openmetrics-text;q=0.000, */*;q=0"],
        &["application/openmetrics-text;q=much"],
        &["application/openmetrics-text;q=1.5"],
        &["application/openmetrics-text;q=0.3, text/plain;q=0.31"],
        &["application/openmetrics-text;q=0.3, text/*;q=0.4, */*;q=0.1"],
        &["application/openmetrics-text;q=0.999, */*"],
    ] {
        assert_eq!(form(values), Form::Text, "{values:?}");
    }
}

#[test]
fn families_are_named_without_what_their_samples_end_in() {
    let text = "\
# HELP a_total Says \"a\" and \\\\.
# TYPE a_total counter
a_total{x=\"1\"} 3
a_total{x=\"2\"} NaN
# HELP failed Counted under no such name.
# TYPE failed counter
failed 0
# HELP downtime_seconds_total Time.
# TYPE downtime_seconds_total counter
downtime_seconds_total 1.5
# TYPE unknown_total counter
unknown_total NaN
# HELP build_info Version.
# TYPE build_info gauge
build_info{version=\"1\"} 1
# TYPE size_bytes gauge
size_bytes NaN
# TYPE subbytes gauge
subbytes 1
# TYPE late_seconds histogram
late_seconds_bucket{le=\"0.1\"} 1
late_seconds_bucket{le=\"1\"} 1
late_seconds_bucket{le=\"+Inf\"} 2
late_seconds_sum 3
late_seconds_count 2
";
    let expected = "\
# TYPE a counter
# HELP a Says \\\"a\\\" and \\\\.
a_total{x=\"1\"} 3
# TYPE failed counter
# HELP failed Counted under no such name.
failed_total 0
# TYPE downtime_seconds counter
# UNIT downtime_seconds seconds
# HELP downtime_seconds Time.
downtime_seconds_total 1.5
# TYPE build info
# HELP build Version.
build_info{version=\"1\"} 1
# TYPE size_bytes gauge
# UNIT size_bytes bytes
size_bytes NaN
# TYPE subbytes gauge
subbytes 1
# TYPE late_seconds histogram
# UNIT late_seconds seconds
late_seconds_bucket{le=\"0.1\"} 1
late_seconds_bucket{le=\"1.0\"} 1
late_seconds_bucket{le=\"+Inf\"} 2
late_seconds_sum 3
late_seconds_count 2
# EOF
";
    assert_eq!(open_metrics(text), expected);
    assert_eq!(open_metrics(""), "# EOF\n");
}
