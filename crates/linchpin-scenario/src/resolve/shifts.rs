//! Crews that are on duty at some hours of the week only.

use super::Resolver;
use crate::diagnostic::Diagnostic;
use crate::spec;
use linchpin_model::{Effect, Level, NodeId, Occasion, Targets};

const HOUR_S: i64 = 3_600;

const WEEK_H: i64 = 168;

/// Hours from Monday to the midnight of 1 January 1970, a Thursday.
const EPOCH_H: i64 = 72;

/// On duty while the factor of the profile is at least this.
const ON_DUTY: f64 = 0.5;

impl<'s> Resolver<'s, '_> {
    /// A background event for each team with shifts: its node, and so its crews, stand at 1 on duty and at 0 off duty.
    pub(super) fn shifts(&mut self) {
        let spec = self.spec;
        let first = self.assets.len() + spec.pools.len();
        for (row, team) in spec.teams.iter().enumerate() {
            let Some(id) = &team.shifts else { continue };
            let Some(profile) = self.names.profiles.find(id, self.problems) else { continue };
            let factors = &spec.profiles[profile].factors;
            if factors.is_empty() {
                continue;
            }
            let duty = |factor: &f64| if *factor >= ON_DUTY { Level::ONE } else { Level::ZERO };
            let duty: Vec<Level> = factors.iter().map(duty).collect();
            let steps = course(&duty, spec.head.start, spec.head.horizon);
            if steps.iter().all(|(_, level)| *level == Level::ZERO) {
                self.never(team, id);
            }
            if steps.iter().all(|(_, level)| *level == Level::ONE) {
                continue;
            }
            let event = self.event_of(
                &format!("shifts/{}", team.id.value),
                &format!("shifts of {}", team.name),
                Occasion::Script,
            );
            let event = &mut self.builder.parts().events[event.index()];
            event.targets = Targets::All(vec![NodeId::new(first + row)]);
            event.effects = vec![Effect::Forcing { steps }];
            event.threat = false;
        }
    }

    fn never(&mut self, team: &spec::Team, id: &spec::Id) {
        self.problems.warn("never on duty", id.span, |span| {
            Diagnostic::warning(span, format!("the crews of `{}` are never on duty", team.id.value))
                .help("they are while the factor of the profile is at least 0.5")
        });
    }
}

/// The course over the horizon of levels by hour of the week in local time; full where there are none. `start` is in seconds
/// since 1970 and offset.
pub(super) fn course(levels: &[Level], start: (i64, i32), horizon: u32) -> Vec<(u32, Level)> {
    let local = start.0 + i64::from(start.1);
    let hour = local.div_euclid(HOUR_S);
    let mut steps: Vec<(u32, Level)> = Vec::new();
    for passed in 0..=i64::from(horizon) / HOUR_S + 1 {
        let at = ((hour + passed) * HOUR_S - local).max(0);
        if at > i64::from(horizon) {
            break;
        }
        let of_week = (hour + passed + EPOCH_H).rem_euclid(WEEK_H) as usize;
        let level = levels.get(of_week).copied().unwrap_or(Level::ONE);
        if steps.last().is_none_or(|(_, before)| *before != level) {
            steps.push((at as u32, level));
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn courses_follow_local_time() {
        // Weekdays from 8 to 17.
        let (on, off) = (Level::ONE, Level::ZERO);
        let duty: Vec<Level> = (0..168)
            .map(|hour| if hour < 120 && (8..17).contains(&(hour % 24)) { on } else { off })
            .collect();
        // Monday, 18 January 2027, 06:30 at an offset of one hour.
        let monday = 1_800_250_200;
        let day = 86_400;
        assert_eq!(
            course(&duty, (monday, 3_600), 2 * day),
            [(0, off), (5_400, on), (37_800, off), (day + 5_400, on), (day + 37_800, off)]
        );
        // The same instant is half past five in Greenwich.
        assert_eq!(course(&duty, (monday, 0), day)[..2], [(0, off), (9_000, on)]);
        // From Friday 16:30 to Monday 8:00.
        let friday = monday + 4 * 86_400 + 10 * 3_600;
        assert_eq!(
            course(&duty, (friday, 3_600), 3 * day),
            [(0, on), (1_800, off), (1_800 + 63 * 3_600, on)]
        );
    }
}
