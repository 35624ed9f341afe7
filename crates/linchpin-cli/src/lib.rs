//! The command line of Linchpin: the only crate that prints.
//!
//! Data goes to standard output, everything else to standard error. What was typed is in `args`; each command is a
//! module that turns it into an `exit::Exit` or a `exit::Failure`.

mod args;
mod brief;
mod check;
mod clock;
mod compare;
mod console;
mod diff;
mod exit;
mod explain;
mod export;
mod find;
mod folder;
mod import;
mod interrupt;
mod load;
mod merge;
mod new;
mod number;
mod progress;
mod rank;
mod redact;
mod replay;
mod report;
mod results;
mod run;
mod status;
mod study;
mod suggest;
mod work;
mod worst;

use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use console::Console;
use exit::{Exit, Failure};
use serde::Serialize;
use std::process::ExitCode;

/// Runs the program with the arguments of this process.
pub fn main() -> ExitCode {
    keep_workers_quiet();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are asked for; where they cannot be printed there is nobody to tell.
            let _ = error.print();
            return if error.use_stderr() { Exit::Invalid } else { Exit::Done }.into();
        }
    };
    let console = Console::new(is_quiet(&cli.command));
    // The hook has printed what there is to say of a panic.
    let result = std::panic::catch_unwind(|| dispatch(&cli.command, &console))
        .unwrap_or_else(|_| Err(Failure::internal("this is an error in linchpin itself; please report it")));
    match result {
        Ok(exit) => exit.into(),
        Err(failure) => {
            console.failure(&failure);
            failure.exit.into()
        }
    }
}

/// A panic in a replication is counted and shown with the results; it need not be printed a thousand times.
fn keep_workers_quiet() {
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let thread = std::thread::current();
        if !thread.name().is_some_and(|name| name.starts_with("linchpin-worker")) {
            print(panic);
        }
    }));
}

fn is_quiet(command: &Command) -> bool {
    match command {
        Command::New(_) => false,
        Command::Import(args) => args.is_quiet(),
        Command::Export(args) => args.is_quiet(),
        Command::Check(args) => args.talk.quiet,
        Command::Run(args) => args.talk.quiet,
        Command::Compare(args) => args.talk.quiet,
        Command::Rank(args) => args.talk.quiet,
        Command::Worst(args) => args.talk.quiet,
        Command::Status(args) => args.talk.quiet,
        Command::Merge(args) => args.talk.quiet,
        Command::Report(args) => args.talk.quiet,
        Command::Find(args) => args.talk.quiet,
        Command::Diff(args) => args.talk.quiet,
        Command::Replay(args) => args.talk.quiet,
        Command::Explain(args) => args.talk.quiet,
        Command::Completions { .. } => false,
    }
}

fn dispatch(command: &Command, console: &Console) -> Result<Exit, Failure> {
    match command {
        Command::New(args) => new::new(args, console),
        Command::Import(args) => import::import(args, console),
        Command::Export(args) => export::export(args, console),
        Command::Check(args) => check::check(args, console),
        Command::Run(args) => run::run(args, console),
        Command::Compare(args) => compare::compare(args, console),
        Command::Rank(args) => rank::rank(args, console),
        Command::Worst(args) => worst::worst(args, console),
        Command::Status(args) => status::status(args, console),
        Command::Merge(args) => merge::merge(args, console),
        Command::Report(args) => report::report(args, console),
        Command::Find(args) => find::find(args, console),
        Command::Diff(args) => diff::diff(args, console),
        Command::Replay(args) => replay::replay(args, console),
        Command::Explain(args) => explain::explain(args, console),
        Command::Completions { shell } => completions(*shell, console),
    }
}

fn completions(shell: clap_complete::Shell, console: &Console) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "linchpin", &mut script);
    console.data(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}

/// Pretty JSON with a newline at its end.
fn json(value: &impl Serialize) -> Result<String, Failure> {
    let text = serde_json::to_string_pretty(value);
    text.map(|text| text + "\n").map_err(|error| Failure::internal(format!("cannot write JSON: {error}")))
}
