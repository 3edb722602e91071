//! The commands of the project: `cargo xtask <command>`.

mod bench;
mod build;
mod demo;
mod dev;
mod fuzz;
mod http;
mod place;
mod process;
mod serve;
mod setup;
mod suites;
mod words;
mod workerd;

use anyhow::{Result, bail};
use lexopt::{Arg, Parser, ValueExt};
use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
The commands of Passerby.

cargo xtask dev    [--port P] [--data DIR] [--empty]
    Sets up what is missing, builds everything, starts the collector with data on disk and a demo site with the
    tracker in it, and prints the three addresses. Stop with Ctrl-C; starting again keeps the data.
      --port P     the collector's port (8787); the demo site takes the next one
      --data DIR   the folder of data (data)
      --empty      without the demo site's data

cargo xtask test   [--only NAME]... [--nightly] [--list]
    Everything that must hold. The last line counts what passed and failed.
      --nightly    the longer form of the suites that have one: more kills, more random queries

cargo xtask build  [--json FILE]
    All artefacts as they ship, in dist, with a table of their bytes; fails over the budgets of wasm-pack.toml.

cargo xtask bench  [dashboard|growth|ingest|query|sizes|tracker]... [--json FILE]
    Ratios, measured side by side in one run.
      --seconds N  how long ingest sends each load (3)
      --events N   how many events query asks about, or growth stores (1000000)
      --days N     over how many days these are spread, the last 30 of which are asked about (30)
      --rounds N   how often query asks everything and tracker loads pages; the figures are medians (3)
      --nightly    dashboard with 100,000 and a million visits instead of 20,000
      --only NAME  asks duckdb, object or ours alone: faster, but without ratios, and nothing is checked

cargo xtask words
    What of the dashboard's texts is not translated yet, as entries to be filled in.

cargo xtask fuzz   TARGET [--seconds N]
    Feeds one of the targets of fuzz/ under libFuzzer, for N seconds (60).

cargo xtask serve  --release [--port P] [--data DIR]
    The built worker under plain workerd, as a self-hoster runs it. Needs PASSERBY_ADMIN_KEY.
";

/// What the command line may say after the command.
#[derive(Default)]
struct Options {
    port: Option<u16>,
    data: Option<PathBuf>,
    json: Option<PathBuf>,
    empty: bool,
    list: bool,
    nightly: bool,
    only: Vec<String>,
    seconds: Option<u64>,
    events: Option<u64>,
    days: Option<u32>,
    rounds: Option<u64>,
    words: Vec<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode> {
    let mut arguments = Parser::from_env();
    let command = match arguments.next()? {
        Some(Arg::Value(command)) => command.string()?,
        _ => String::from("help"),
    };
    let Some(options) = options(&mut arguments)? else {
        print!("{HELP}");
        return Ok(ExitCode::SUCCESS);
    };
    match command.as_str() {
        "build" => build::command(options.json.as_deref()),
        "dev" => dev::command(options.port.unwrap_or(8787), options.data, options.empty),
        "serve" => serve::command(options.port.unwrap_or(8787), options.data),
        "test" => suites::command(&options.only, options.list, options.nightly),
        "bench" => {
            let amount = bench::Amount {
                seconds: options.seconds.unwrap_or(3),
                events: options.events.unwrap_or(1_000_000),
                days: options.days.unwrap_or(30),
                rounds: options.rounds.unwrap_or(3),
                full: options.nightly,
            };
            bench::command(&options.words, &amount, &options.only, options.json.as_deref())
        }
        "words" => words::command(),
        "fuzz" => fuzz::command(&options.words, options.seconds.unwrap_or(60)),
        "help" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        other => bail!("there is no command {other:?}; `cargo xtask help` lists them"),
    }
}

/// The options, or none where help is wanted.
fn options(arguments: &mut Parser) -> Result<Option<Options>> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next()? {
        match argument {
            Arg::Long("port") => options.port = Some(arguments.value()?.parse()?),
            Arg::Long("data") => options.data = Some(arguments.value()?.into()),
            Arg::Long("json") => options.json = Some(arguments.value()?.into()),
            Arg::Long("seconds") => options.seconds = Some(arguments.value()?.parse()?),
            Arg::Long("events") => options.events = Some(arguments.value()?.parse()?),
            Arg::Long("days") => options.days = Some(arguments.value()?.parse()?),
            Arg::Long("rounds") => options.rounds = Some(arguments.value()?.parse()?),
            Arg::Long("only") => options.only.push(arguments.value()?.string()?),
            Arg::Long("empty") => options.empty = true,
            Arg::Long("list") => options.list = true,
            Arg::Long("nightly") => options.nightly = true,
            // There is one kind of build: the one that ships.
            Arg::Long("release") => {}
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(word) => options.words.push(word.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(options))
}
