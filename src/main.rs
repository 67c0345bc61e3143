//! The program `scorelab`.

fn main() -> std::process::ExitCode {
    scorelab::cli::command::main()
}
