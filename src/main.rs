//! The `linchpin` program; all of it is in `linchpin_cli`.
fn main() -> std::process::ExitCode {
    linchpin_cli::main()
}
