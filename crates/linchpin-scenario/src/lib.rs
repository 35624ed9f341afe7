//! Scenario files: read, checked as a whole, resolved into a [`linchpin_model::Model`].

pub mod decode;
pub mod diagnostic;
pub mod load;
pub mod reader;
pub mod source;
pub mod spec;
pub mod value;
pub mod write;
