//! Scenario files: read, checked as a whole, resolved into a [`linchpin_model::Model`].

mod checks;
pub mod decode;
pub mod diagnostic;
pub mod load;
mod loaded;
mod problems;
pub mod reader;
mod resolve;
pub mod source;
pub mod spec;
pub mod value;
pub mod write;

pub use loaded::{Loaded, check_text, load_model, load_model_with};
