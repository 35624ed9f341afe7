//! Ctrl-C: the first one ends the replications cleanly, the second one, or one at any other time, ends the program.

use crate::exit::Exit;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Listens for Ctrl-C and for being told to terminate.
#[derive(Clone, Debug, Default)]
pub struct Interrupt {
    told: Arc<AtomicBool>,
    computing: Arc<AtomicBool>,
}

impl Interrupt {
    /// Begins to listen. Where the system does not let us, Ctrl-C ends the program at once, and finished blocks stay.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        let heard = interrupt.clone();
        let listening = ctrlc::set_handler(move || {
            let again = heard.told.swap(true, Ordering::SeqCst);
            if again || !heard.computing.load(Ordering::SeqCst) {
                std::process::exit(Exit::Interrupted as i32);
            }
        });
        drop(listening);
        interrupt
    }

    /// Does something that looks at the flag it is given and ends by itself.
    pub fn during<T>(&self, work: impl FnOnce(&AtomicBool) -> T) -> T {
        self.computing.store(true, Ordering::SeqCst);
        let result = work(&self.told);
        self.computing.store(false, Ordering::SeqCst);
        result
    }
}
