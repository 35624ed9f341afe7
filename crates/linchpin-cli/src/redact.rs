//! `--redact`: outputs that are meant for others.

use crate::console::Console;
use crate::exit::Failure;
use clap::Args;
use linchpin_analysis::redact::{RedactKey, redact, shown_although_hidden};
use linchpin_model::Model;

/// Where the key may stand: on a command line others may see it.
const VARIABLE: &str = "LINCHPIN_REDACT_KEY";

/// Options of every command whose output may be meant for others.
#[derive(Clone, Debug, Default, Args)]
pub struct Redact {
    /// Names become pseudonyms, positions, titles and sources are left out
    #[arg(long)]
    pub redact: bool,
    /// Secret that pseudonyms are made with [default: $LINCHPIN_REDACT_KEY]
    #[arg(long, value_name = "KEY", requires = "redact")]
    pub redact_key: Option<String>,
}

impl Redact {
    /// The key, where redaction is asked for.
    ///
    /// # Errors
    /// Where there is no key, or one that could be found by trying.
    pub fn key(&self) -> Result<Option<RedactKey>, Failure> {
        if !self.redact {
            return Ok(None);
        }
        let secret = self.redact_key.clone().or_else(|| std::env::var(VARIABLE).ok());
        let Some(secret) = secret.filter(|secret| !secret.trim().is_empty()) else {
            return Err(Failure::invalid("--redact needs a secret to make pseudonyms with")
                .hint(format!("set {VARIABLE}, or give --redact-key KEY"))
                .hint(
                    "the same secret gives the same pseudonyms; whoever has it can find out names by trying",
                ));
        };
        RedactKey::new(&secret).map(Some).map_err(|error| Failure::invalid(error.to_string()))
    }
}

/// The model to tell with; warns of names that are shown although they give something away.
pub fn pseudonymous(model: &Model, key: &RedactKey, console: &Console) -> Model {
    for name in shown_although_hidden(model) {
        console.warn(&format!("{name} is or holds a name that is hidden elsewhere, and is shown"));
    }
    redact(model, key)
}
