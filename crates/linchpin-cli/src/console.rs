//! Where the program's words go: data to standard output, everything else to standard error.

use crate::exit::{Exit, Failure};
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

/// The two streams, and how they want to be written to.
#[derive(Debug)]
pub struct Console {
    /// No progress, no notes, no warnings.
    pub quiet: bool,
    colour: bool,
    /// Nobody reads standard output any more.
    closed: AtomicBool,
}

impl Console {
    /// A console for this process.
    pub fn new(quiet: bool) -> Self {
        let wanted = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = wanted && !dumb && io::stderr().is_terminal();
        Self { quiet, colour, closed: AtomicBool::new(false) }
    }

    /// True where standard error understands colour and the user wants it.
    pub fn colour(&self) -> bool {
        self.colour
    }

    /// True where a progress line makes sense.
    pub fn shows_progress(&self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }

    /// Writes data to standard output. A reader that has gone away (`| head`) has what it wants: that is no error.
    ///
    /// # Errors
    /// A full disk behind a redirection, for instance.
    pub fn data(&self, text: &str) -> Result<(), Failure> {
        if self.closed.load(Ordering::Relaxed) {
            return Ok(());
        }
        let mut out = io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(error) => Err(Failure::internal(format!("cannot write to standard output: {error}"))),
            Ok(()) => Ok(()),
        }
    }

    /// Something worth knowing, unless the user wants quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.say("note", "1;36", text);
        }
    }

    /// Something the user should look at, unless the user wants quiet.
    pub fn warn(&self, text: &str) {
        if !self.quiet {
            self.say("warning", "1;33", text);
        }
    }

    /// Text for people that carries its own marks, such as a rendered diagnostic.
    pub fn plain(&self, text: &str) {
        // Where standard error cannot be written to there is nobody to tell.
        let _ = writeln!(io::stderr(), "{text}");
    }

    /// Why the command failed, and what would help.
    pub fn failure(&self, failure: &Failure) {
        match failure.exit {
            Exit::Interrupted => self.say("stopped", "1;33", &failure.message),
            _ => self.say("error", "1;31", &failure.message),
        }
        for hint in &failure.hints {
            self.say("hint", "1;36", hint);
        }
    }

    fn say(&self, word: &str, style: &str, text: &str) {
        if self.colour {
            self.plain(&format!("\x1b[{style}m{word}\x1b[0m: {text}"));
        } else {
            self.plain(&format!("{word}: {text}"));
        }
    }
}
