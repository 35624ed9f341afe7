//! Scenarios from other people's files, and for other people's programs.
//!
//! The way of an import, each step with its own type:
//!
//! - a reader (CSV, GeoJSON or GraphML) turns files into [`Raw`](raw::Raw) records: columns and texts, each with its place;
//! - [`fields`] finds out which column means what, from what the user says and from usual names;
//! - assembling makes assets, needs and networks of them, with ids that the language accepts;
//! - writing turns these into the files of a scenario folder, with a report of what was read, guessed and left out.
//!
//! Nothing here prints or touches the disk but [`input`]. What is wrong with a file comes back as
//! [`Diagnostics`](linchpin_scenario::diagnostic::Diagnostics), all of it at once, each at its place.
//!
//! ```
//! use linchpin_exchange::{Options, import::import_csv, input::Input};
//!
//! let mut input = Input::default();
//! let nodes = input.add("nodes.csv", "id,type,lat,lon\nW1,water works,50.1,14.4\nS1,substation,50.0,14.5\n");
//! let edges = input.add("edges.csv", "provider,consumer\nS1,W1\n");
//! let outcome = import_csv(input, Some(nodes), Some(edges), &Options::default());
//! let imported = outcome.imported.expect("nothing is wrong with these files");
//! assert!(imported.files.iter().any(|file| file.name == "scenario.ron"));
//! assert_eq!(imported.report.assets, 2);
//! ```

mod assemble;
mod circles;
mod draft;
pub mod export;
pub mod fields;
mod ids;
pub mod import;
pub mod input;
mod options;
mod problems;
pub mod raw;
mod read;
mod report;
mod snap;
pub mod starter;
pub mod stix;
mod words;
mod write;

pub use options::{EdgesMean, Options, Required};
pub use report::Report;
pub use write::OutFile;
