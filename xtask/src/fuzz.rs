//! `cargo xtask fuzz`: one of the targets of `fuzz` under libFuzzer, with the toolchain that everything else is built with.

use crate::place;
use crate::process::{run, step};
use anyhow::{Result, bail};
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

/// Has LLVM count branches and note comparisons, by which libFuzzer finds new inputs. Sanitizers of memory would need an
/// unstable compiler, and have nothing to find: the project forbids unsafe code.
const COVERAGE: [&str; 7] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "--cfg=fuzzing",
];
/// Longest input that is tried, in bytes: enough for anything that is meant.
const INPUT_BYTES_MAX: usize = 4_096;
/// An input that takes longer is a find, in seconds; so is one that takes more memory, in megabytes.
const INPUT_SECONDS_MAX: u64 = 5;
const MEMORY_MB_MAX: u64 = 1_024;

/// Feeds a target for so many seconds. What libFuzzer finds out of the ordinary is kept below `target/fuzz`, and what breaks
/// the target in `fuzz/artifacts`.
///
/// # Errors
/// Where there is no such target, or it cannot be built.
pub(crate) fn command(words: &[String], seconds: u64) -> Result<ExitCode> {
    let targets = targets()?;
    let [target] = words else { bail!("say which of these: {}", targets.join(", ")) };
    if !targets.contains(target) {
        bail!("there is no target {target:?}; there are {}", targets.join(", "));
    }
    let driver = step("building the fuzzer", driver)?;
    let found = place::target().join("fuzz").join(target);
    let broken = place::root().join("fuzz/artifacts").join(target);
    for folder in [&found, &broken] {
        fs::create_dir_all(folder)?;
    }
    let limits = [
        format!("-max_total_time={seconds}"),
        format!("-max_len={INPUT_BYTES_MAX}"),
        format!("-timeout={INPUT_SECONDS_MAX}"),
        format!("-rss_limit_mb={MEMORY_MB_MAX}"),
        format!("-artifact_prefix={}/", broken.display()),
        "-print_final_stats=1".to_owned(),
    ];
    let mut fuzzer = Command::new(driver);
    fuzzer.args(limits).arg(found).arg(corpus(target)).env("PASSERBY_FUZZ_TARGET", target);
    Ok(if fuzzer.status()?.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The names of the targets: each has a folder of inputs.
fn targets() -> Result<Vec<String>> {
    let folders = fs::read_dir(place::root().join("fuzz/corpus"))?.flatten();
    let mut names: Vec<String> = folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

fn corpus(target: &str) -> PathBuf {
    place::root().join("fuzz/corpus").join(target)
}

fn driver() -> Result<PathBuf> {
    const PLATFORM: &str = "x86_64-unknown-linux-gnu";
    let folder = place::target().join("fuzz-driver");
    // With a platform named, what runs while it is built is built without the flags.
    run(Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["build", "--quiet", "--locked", "--release", "--target", PLATFORM])
        .env("CARGO_TARGET_DIR", &folder)
        .env("RUSTFLAGS", COVERAGE.join(" "))
        .current_dir(place::root().join("fuzz/driver")))?;
    Ok(folder.join(PLATFORM).join("release/fuzz-driver"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_none_says_which_there_are() {
        for words in [vec![], vec!["nothing".to_owned()], vec!["csv".to_owned(), "text".to_owned()]] {
            let error = command(&words, 1).unwrap_err().to_string();
            assert!(error.contains("journal") && error.contains("segment"), "{error}");
        }
    }
}
