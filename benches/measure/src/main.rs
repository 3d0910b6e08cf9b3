//! Measures `route-role check` against *parse-all*: walking, reading and parsing every Rust file of a folder in parallel, and doing nothing with them.
//!
//! Both sides run as programs of their own, in turns, so that a disturbance of the machine meets both.

mod copies;
mod parse_all;
mod run;

use std::env;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use clap::Parser;

use run::{Program, Times, median, milliseconds};

/// Measure `route-role check` on a folder against parsing all of it.
#[derive(Debug, Parser)]
struct Arguments {
    /// The folder to lint.
    folder: PathBuf,
    /// The linter.
    #[arg(long, default_value = "target/release/route-role")]
    linter: PathBuf,
    /// How often each side runs.
    #[arg(long, default_value = "15")]
    runs: NonZeroUsize,
    /// The threads of each side; as many as there are processors if not given.
    #[arg(long)]
    threads: Option<NonZeroUsize>,
    /// Also measure how time and memory grow on this many copies of the folder's sources.
    #[arg(long)]
    copies: Option<NonZeroUsize>,
    /// Only parse everything, once, and say how much there was.
    #[arg(long)]
    parse_all: bool,
    /// Further arguments for `route-role check`, such as `--policy FILE`.
    #[arg(last = true)]
    check_arguments: Vec<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = if arguments.parse_all { only_parse_all(&arguments) } else { measure(&arguments) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn threads(arguments: &Arguments) -> io::Result<NonZeroUsize> {
    arguments.threads.map_or_else(thread::available_parallelism, Ok)
}

fn only_parse_all(arguments: &Arguments) -> io::Result<()> {
    let parsed = parse_all::parse_all(&arguments.folder, threads(arguments)?)?;
    println!("{} files, {} of them don't parse, {} bytes", parsed.files, parsed.failed, parsed.bytes);
    Ok(())
}

fn measure(arguments: &Arguments) -> io::Result<()> {
    let folder = &arguments.folder;
    let threads = threads(arguments)?;
    let check = |folder: &Path| {
        let options = ["--threads".to_owned(), threads.to_string(), "--quiet".to_owned(), "--exit-zero".to_owned()];
        Program::new(&arguments.linter, "check", folder, options.iter().chain(&arguments.check_arguments))
    };
    let parse =
        Program::new(&env::current_exe()?, "--parse-all", folder, &["--threads".to_owned(), threads.to_string()]);

    // First, while no other child has run: the peak of all children so far is the peak of these.
    let peak = check(folder).peak()?;
    let what = parse.output()?;
    println!("{}: {}, {threads} threads, {} runs", folder.display(), what.trim(), arguments.runs);
    let (parse_times, check_times) = parse.alternate(&check(folder), arguments.runs)?;
    for (name, times) in [("parse-all", &parse_times), ("check", &check_times)] {
        let best = times.iter().map(|times| times.wall).min().unwrap_or_default();
        let (wall, cpu) = (milliseconds(wall(times)), milliseconds(cpu(times)));
        println!("{name:>10}  median {wall:>7.1} ms  best {:>7.1} ms  processors {cpu:>7.1} ms", milliseconds(best));
    }
    println!(
        "{:>10}  {:.2} x parse-all, {:.2} x its processor time",
        "ratio",
        quotient(wall(&check_times), wall(&parse_times)),
        quotient(cpu(&check_times), cpu(&parse_times)),
    );
    println!("{:>10}  {} MiB at its peak", "memory", mebibytes(peak));

    if let Some(copies) = arguments.copies {
        let tree = copies::copy(folder, copies)?;
        let (one, all) = (check(&tree.path().join("copy-1")), check(tree.path()));
        // The larger one last: a peak never falls again.
        let one_peak = one.peak()?.max(peak);
        let all_peak = all.peak()?;
        let (one_times, all_times) = one.alternate(&all, arguments.runs)?;
        println!(
            "{copies:>10}  copies: {:.1} ms, {:.1} x the time of one and {:.1} x its processor time, {} MiB, {:.1} x its memory",
            milliseconds(wall(&all_times)),
            quotient(wall(&all_times), wall(&one_times)),
            quotient(cpu(&all_times), cpu(&one_times)),
            mebibytes(all_peak),
            all_peak as f64 / one_peak as f64,
        );
    }
    Ok(())
}

fn wall(times: &[Times]) -> Duration {
    median(times.iter().map(|times| times.wall))
}

fn cpu(times: &[Times]) -> Duration {
    median(times.iter().map(|times| times.cpu))
}

fn quotient(time: Duration, of: Duration) -> f64 {
    time.as_secs_f64() / of.as_secs_f64()
}

fn mebibytes(bytes: u64) -> u64 {
    bytes.div_ceil(1024 * 1024)
}
