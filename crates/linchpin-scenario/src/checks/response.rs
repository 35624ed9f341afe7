//! Plans that are as good as blind.

use crate::diagnostic::Diagnostic;
use crate::problems::Problems;
use crate::spec::Scenario;

/// Warns of plans whose reports say little.
pub(crate) fn response(spec: &Scenario, problems: &mut Problems) {
    for plan in &spec.plans {
        let (Some(alarms), Some(lag)) = (&plan.false_alarms, &plan.lag) else { continue };
        if alarms.value.quantile(0.5) >= lag.value.quantile(0.5) {
            continue;
        }
        problems.warn("more alarms than news", alarms.span, |span| {
            let title = format!("false alarms of `{}` come more often than true news could", plan.id.value);
            Diagnostic::warning(span, title)
                .label("shorter than `lag` in the median")
                .related(lag.span, "news take this long")
                .help("`false_alarms` is the time between two of them, not their share")
        });
    }
}
