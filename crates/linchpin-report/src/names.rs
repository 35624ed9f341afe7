//! Names for people of groups, services and regions, from what the findings say.

use linchpin_analysis::findings::{Findings, MetricSummary};

/// Service and region of a group such as `service:water/north`; none where it is another kind of group.
pub(crate) fn service_of(group: &str) -> Option<(&str, Option<&str>)> {
    let rest = group.strip_prefix("service:")?;
    Some(match rest.split_once('/') {
        Some((service, region)) => (service, Some(region)),
        None => (rest, None),
    })
}

/// Name of a group; its id where neither a curve nor a metric carries its name.
pub(crate) fn group<'a>(findings: &'a Findings, id: &'a str) -> &'a str {
    let named = findings.bands.iter().find(|band| band.group == id && !band.name.is_empty());
    // Of some groups there are metrics and no curve.
    let lost = || metric(findings, "lost_service", id)?.name.strip_prefix("Lost service: ");
    named.map(|band| band.name.as_str()).or_else(lost).unwrap_or_else(|| plain(id))
}

fn plain(id: &str) -> &str {
    id.split_once(':').map_or(id, |(_, rest)| rest)
}

/// Name of the region of a group of one service in one region.
pub(crate) fn region<'a>(findings: &'a Findings, group_id: &'a str) -> &'a str {
    let Some((_, Some(region))) = service_of(group_id) else { return group(findings, group_id) };
    let whole = group_id.split_once('/').map_or(group_id, |(whole, _)| whole);
    // Groups of a region are named "service, region".
    let part = group(findings, group_id).strip_prefix(group(findings, whole));
    part.and_then(|part| part.strip_prefix(", ")).unwrap_or(region)
}

/// The metric of this kind and group.
pub(crate) fn metric<'a>(findings: &'a Findings, kind: &str, group: &str) -> Option<&'a MetricSummary> {
    findings.metrics.iter().find(|metric| metric.kind == kind && metric.group == group)
}

/// Mean where it is a number.
pub(crate) fn mean(metric: &MetricSummary) -> Option<f64> {
    metric.mean.filter(|mean| mean.is_finite())
}

/// `1 run`, `10 runs`.
pub(crate) fn runs(n: u64) -> String {
    let noun = if n == 1 { "run" } else { "runs" };
    format!("{} {noun}", crate::format::count(n))
}

#[cfg(test)]
mod tests {
    use linchpin_analysis::findings::Band;

    use super::*;

    #[test]
    fn groups_are_told_by_their_names() {
        let band =
            |group: &str, name: &str| Band { group: group.into(), name: name.into(), ..Band::default() };
        let bands = vec![band("service:water", "Water"), band("service:water/n", "Water, North")];
        let metric = |id: &str, group: &str, name: &str| MetricSummary {
            id: id.into(),
            kind: "lost_service".into(),
            group: group.into(),
            name: name.into(),
            ..MetricSummary::default()
        };
        let metrics = vec![metric("lost_service/x", "service:water/m", "Lost service: Water, Midmere")];
        let findings = Findings { bands, metrics, ..Findings::default() };
        let check = |group: &str, name, place| {
            assert_eq!((super::group(&findings, group), region(&findings, group)), (name, place));
        };
        check("service:water/n", "Water, North", "North");
        // There is no curve of this one.
        check("service:water/m", "Water, Midmere", "Midmere");
        check("service:water", "Water", "Water");
        check("service:rail/s", "rail/s", "s");
        check("own", "own", "own");
        assert_eq!(service_of("sector:food"), None);
    }
}
