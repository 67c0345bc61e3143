//! The program `scorelab`.

fn main() -> std::process::ExitCode {
    scorelab_lab::program::main()
}
