//! Minimal cut sets: which assets have to be out together for a service to fail.
//!
//! This is the static structure of a model, as in a fault tree: an asset is out or it is not, needs are met or not by what
//! is left (any, all, k of n, weights, criticality, response curves), and networks reach their members or do not. Time is
//! left out: no autonomy, no pool's surge, no restart, no repair, no shared load. So a cut set says what fails once
//! every reserve is spent; whether that comes within a horizon only a simulation knows.
//!
//! ```
//! use linchpin_analysis::cuts::{Structure, cut_sets};
//! use linchpin_model::*;
//!
//! // A clinic fed by either of two lines from one substation.
//! let mut b = ModelBuilder::new(Meta { horizon: 3600, ..Meta::default() });
//! let energy = b.sector("energy", "Energy");
//! let power = b.service("power", "Power");
//! let [station, a, c, clinic] =
//!     ["station", "line-a", "line-b", "clinic"].map(|id| b.node(id, "", energy, RegionId::NONE));
//! b.need(NeedSpec::any(a, "from", power, &[station]));
//! b.need(NeedSpec::any(c, "from", power, &[station]));
//! b.need(NeedSpec::any(clinic, "power", power, &[a, c]));
//! let model = b.finish();
//! let found = cut_sets(&Structure::new(&model), &[clinic], 3, 1000);
//! assert_eq!(found.sets, [vec![station], vec![a, c]]);
//! ```

mod search;
mod structure;
mod support;

pub use search::{CutSets, cut_sets};
pub use structure::{Levels, Structure};

#[cfg(test)]
mod tests;
