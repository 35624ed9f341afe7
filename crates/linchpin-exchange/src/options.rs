//! What the user says about the files to be imported.

use crate::fields::Field;

/// What an edge from its first to its second end says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgesMean {
    /// The first end supplies the second.
    Supplies,
    /// The first end needs the second.
    Needs,
    /// The two are connected, neither first.
    Links,
}

/// How many of several providers of one service a consumer takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Required {
    /// One of them is enough.
    #[default]
    Any,
    /// All of them.
    All,
}

/// What the user says about the files; what he does not say is guessed, and the guess reported.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Title of the scenario.
    pub title: String,
    /// Handling marking; none: the file's own, else that of the language.
    pub marking: Option<String>,
    /// Columns or attributes with what they mean.
    pub map: Vec<(String, Field)>,
    /// What edges say; none: guessed.
    pub edges_mean: Option<EdgesMean>,
    /// Providers a consumer takes.
    pub required: Required,
    /// The service of edges that name none; none: after the provider's sector.
    pub service: Option<String>,
    /// Class whose assets feed the networks of links; none: the largest connected part works.
    pub sources: Option<String>,
    /// Distance in kilometres within which the end of a line belongs to an asset, above 0.
    pub snap_km: f64,
    /// Leave broken records out and report them, instead of refusing the file.
    pub skip_broken: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            title: "Imported network".to_owned(),
            marking: None,
            map: Vec::new(),
            edges_mean: None,
            required: Required::Any,
            service: None,
            sources: None,
            snap_km: 1.0,
            skip_broken: false,
        }
    }
}
