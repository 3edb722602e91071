//! `cargo xtask test`: everything that must hold, suite by suite, and one line that counts it.

use crate::process::seconds;
use crate::{build, place, setup, workerd};
use anyhow::{Result, bail};
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};
use std::time::Instant;
use std::{env, fs};

/// End-to-end suites: folders of `tests` with `*.test.mjs`, run by node's test runner in this order.
const END_TO_END: [&str; 19] = [
    "supply",
    "conformance",
    "queries",
    "access",
    "shards",
    "export",
    "hostile",
    "fault",
    "overload",
    "migrations",
    "privacy",
    "tracker",
    "browsers",
    "peers",
    "replay",
    "differential",
    "dashboard",
    "apps",
    "packages",
];
const STATIC: [&str; 3] = ["format", "lint", "unit"];
/// The suites that have a longer form, for nights.
const NIGHTLY: [&str; 4] = ["supply", "hostile", "fault", "differential"];

/// What a suite counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: u64,
    failed: u64,
}

/// Runs all suites, or the named ones; nightly those in their longer form that have one.
///
/// # Errors
/// Where a name is no suite's, or that of one without a longer form is asked for nightly.
pub(crate) fn command(only: &[String], list: bool, nightly: bool) -> Result<ExitCode> {
    let names: Vec<&str> = STATIC.into_iter().chain(["build"]).chain(END_TO_END).collect();
    if list {
        println!("{}", names.join("\n"));
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(unknown) = only.iter().find(|name| !names.contains(&name.as_str())) {
        bail!("there is no suite {unknown:?}; --list names them");
    }
    if nightly && let Some(short) = only.iter().find(|name| !NIGHTLY.contains(&name.as_str())) {
        bail!("the suite {short:?} has no nightly form; these have one: {}", NIGHTLY.join(", "));
    }
    let wanted = |name: &str| only.is_empty() || only.iter().any(|named| named == name);
    let mut total = Count::default();
    let mut report = Vec::new();
    let mut built = None;
    for name in names.into_iter().filter(|name| wanted(name)) {
        eprintln!("\n== {name}");
        let begun = Instant::now();
        let needs_build = END_TO_END.contains(&name);
        if needs_build && built.is_none() {
            built = Some(build::command(None).is_ok_and(|code| code == ExitCode::SUCCESS));
        }
        let count = match name {
            "build" => {
                let within = build::command(None).is_ok_and(|code| code == ExitCode::SUCCESS);
                built = Some(within);
                one(within)
            }
            _ if needs_build && built == Some(false) => one(false),
            _ => run(name, nightly).unwrap_or_else(|error| {
                eprintln!("error: {error:#}");
                one(false)
            }),
        };
        total.passed += count.passed;
        total.failed += count.failed;
        let verdict = if count.failed == 0 { "ok" } else { "FAILED" };
        report.push(format!(
            "{name:12} {verdict:6} {:5} passed {:3} failed  {}",
            count.passed,
            count.failed,
            seconds(begun.elapsed())
        ));
    }
    println!("\n{}\n{} passed, {} failed", report.join("\n"), total.passed, total.failed);
    Ok(if total.failed == 0 && total.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn one(passed: bool) -> Count {
    Count { passed: passed.into(), failed: (!passed).into() }
}

fn run(suite: &str, nightly: bool) -> Result<Count> {
    let cargo = || {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.current_dir(place::root());
        cargo
    };
    match suite {
        "format" => counted(cargo().args(["fmt", "--all", "--check"])),
        "lint" => {
            let strict = ["clippy", "--quiet", "--locked", "--workspace", "--all-targets", "--all-features"];
            counted(cargo().args(strict).args(["--", "--deny", "warnings"]))
        }
        "unit" => counted(cargo().args(["test", "--locked", "--workspace", "--all-features"])),
        suite => end_to_end(suite, nightly),
    }
}

fn end_to_end(suite: &str, nightly: bool) -> Result<Count> {
    let mut files: Vec<PathBuf> = fs::read_dir(place::root().join("tests").join(suite))?
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(".test.mjs"))
        .collect();
    // Without names, node's runner would run whatever it finds.
    if files.is_empty() {
        bail!("tests/{suite} has no tests");
    }
    files.sort();
    let mut node = Command::new("node");
    node.args(["--test", "--test-concurrency=1", "--test-reporter=spec"]).args(files).current_dir(place::root());
    for (name, value) in variables()? {
        node.env(name, value);
    }
    if nightly {
        node.env("PASSERBY_NIGHTLY", "1");
    }
    counted(&mut node)
}

/// What the end-to-end suites are told: where the parts and the tools are.
fn variables() -> Result<Vec<(&'static str, OsString)>> {
    Ok(vec![
        ("PASSERBY_DIST", place::dist().into()),
        ("PASSERBY_WORKERD", workerd::program().into()),
        ("PASSERBY_CHROMIUM", setup::chromium()?.into()),
        ("PASSERBY_FIREFOX", setup::firefox()?.into()),
        ("PASSERBY_PYTHON", setup::python()?.into()),
    ])
}

/// Runs a program, shows what it prints, and counts the tests it reports; one where it reports none.
fn counted(command: &mut Command) -> Result<Count> {
    let mut child = command.stdout(Stdio::piped()).stdin(Stdio::null()).spawn()?;
    let mut count = Count::default();
    for line in child.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines()) {
        let line = line?;
        println!("{line}");
        let reported = reported(&line);
        count.passed += reported.passed;
        count.failed += reported.failed;
    }
    let succeeded = child.wait()?.success();
    if count == Count::default() {
        return Ok(one(succeeded));
    }
    // A failure that no test reports is one too.
    if !succeeded && count.failed == 0 {
        count.failed = 1;
    }
    Ok(count)
}

/// What a line says of the tests that ran: cargo's results and the summary of node's runner.
fn reported(line: &str) -> Count {
    let number = |text: &str| text.trim().parse::<u64>().unwrap_or(0);
    if let Some(result) = line.strip_prefix("test result: ") {
        let part = |word: &str| {
            let found = result.split(['.', ';']).find_map(|part| part.trim().strip_suffix(word));
            found.map_or(0, number)
        };
        return Count { passed: part(" passed"), failed: part(" failed") };
    }
    let summary = line.trim_start_matches(['#', 'ℹ', ' ']);
    let after = |word: &str| if summary.len() < line.len() { summary.strip_prefix(word).map_or(0, number) } else { 0 };
    Count { passed: after("pass "), failed: after("fail ") + after("cancelled ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_that_has_no_nightly_form_says_so() {
        let error = command(&["fault".into(), "queries".into()], false, true).expect_err("a refusal").to_string();
        assert!(error.contains("\"queries\"") && error.contains("fault, differential"), "{error}");
        assert!(NIGHTLY.iter().all(|name| END_TO_END.contains(name)));
    }

    #[test]
    fn results_of_both_runners_are_counted() {
        for (line, passed, failed) in [
            ("test result: ok. 10 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s", 10, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out", 3, 2),
            ("ℹ pass 12", 12, 0),
            ("ℹ fail 1", 0, 1),
            ("# pass 7", 7, 0),
            ("pass 7", 0, 0),
            ("  some test that says pass 3", 0, 0),
            ("✔ a test (3 ms)", 0, 0),
        ] {
            assert_eq!(reported(line), Count { passed, failed }, "{line}");
        }
    }
}
