//! The standard output.

use std::io::{self, BufWriter, IsTerminal, StdoutLock, Write};

use super::{CliError, ColorArg};
use crate::report::terminal::Colour;

/// Runs `write` on the buffered standard output and makes sure that everything arrives.
pub(super) fn print(write: impl FnOnce(&mut BufWriter<StdoutLock<'static>>) -> io::Result<()>) -> Result<(), CliError> {
    let mut out = BufWriter::new(io::stdout().lock());
    write(&mut out)?;
    out.flush()?;
    Ok(())
}

/// Says something about the run. Whether it arrives changes nothing.
pub(super) fn say(message: &str) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Whether the standard output gets colour.
pub(super) fn colour(asked: ColorArg) -> Colour {
    let wanted = match asked {
        ColorArg::Always => true,
        ColorArg::Never => false,
        ColorArg::Auto => {
            // https://no-color.org: any value but the empty one counts.
            let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
            io::stdout().is_terminal() && !refused && !dumb
        }
    };
    if wanted { Colour::On } else { Colour::Off }
}
