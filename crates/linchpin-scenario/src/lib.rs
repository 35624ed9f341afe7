//! Scenario files: read, checked as a whole, resolved into a [`linchpin_model::Model`].
//!
//! The way of a scenario, each step with its own type:
//!
//! - [`load`] reads a file and what it includes, by way of [`reader`], into one [`value::Value`] that knows its places;
//! - [`spec::Scenario`] mirrors the language: every value judged by itself ([`decode`]), ids still texts;
//! - resolving turns ids into rows, fills in classes and defaults, and finds out whom selectors mean;
//! - checks look at the whole: circles, redundancy in name only, what nobody uses.
//!
//! No step stops at a problem. All of them come together as [`diagnostic::Diagnostics`], and there is a model only where
//! none of them is an error.
//!
//! ```
//! let loaded = linchpin_scenario::check_text("tiny.ron", r#"(
//!     language: 1, name: "Tiny", start: "2027-01-18T06:00:00+01:00", horizon: "7d",
//!     regions: [(id: "north")], services: [(id: "water")],
//!     assets: [(id: "works", sector: "drinking-water", region: "nroth", supplies: ["water"])],
//! )"#);
//! let problem = loaded.diagnostics.iter().next().expect("north is misspelt");
//! assert_eq!(problem.title, "there is no region `nroth`");
//! assert_eq!(problem.label, "did you mean `north`?");
//! assert!(loaded.model.is_none());
//! ```

mod checks;
pub mod decode;
pub mod diagnostic;
pub mod load;
mod loaded;
pub mod options;
mod problems;
pub mod reader;
mod resolve;
pub mod source;
pub mod spec;
pub mod tables;
pub mod techniques;
mod uncertain;
pub mod value;
mod variant;
pub mod write;

pub use loaded::{Loaded, check_tables, check_text, load_model, load_model_with};
pub use options::{AS_WRITTEN, OptionSpec, ThreatSpec};
pub use uncertain::{Dimension, Uncertain, UncertainParameter};
pub use variant::{Choice, Variant};
