//! Simulated time as local calendar text.

use linchpin_analysis::calendar::Local;
use linchpin_model::Model;

/// The calendar of a scenario.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start_unix_s: i64,
    utc_offset_s: i32,
}

impl Clock {
    /// Of a model.
    pub fn of(model: &Model) -> Self {
        Self { start_unix_s: model.meta.start_unix_s, utc_offset_s: model.meta.utc_offset_s }
    }

    /// `Mon 18 Jan 17:40`, so many seconds after the start.
    pub fn at(&self, seconds: u32) -> String {
        Local::at(self.start_unix_s.saturating_add(seconds.into()), self.utc_offset_s).clock()
    }
}
