//! The object under a simulated clock, disk, network and alarm: the production code of `site_store`, as it is, in a world
//! where everything that may go wrong does, by a seed. See `docs/decisions/0014-simulation.md`.
//!
//! `PASSERBY_SEED=…` replays one seed and prints its trace; `PASSERBY_SEEDS=…` runs so many.

mod chance;
mod clients;
mod disk;
mod model;
mod object;
mod outages;
pub mod platform;
mod scenario;
pub mod world;

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};
use world::Bug;

/// Seeds that every run of the tests tries.
const SEEDS: u64 = 2_000;
/// How long a planted bug may stay hidden.
const HIDDEN_MAX: Duration = Duration::from_mins(1);

/// Runs a seed; a panic is as much a failure as anything else that does not hold.
fn run(seed: u64, bug: Option<Bug>, is_told: bool) -> Result<u64, String> {
    catch_unwind(AssertUnwindSafe(|| scenario::run(seed, bug, is_told))).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        Err(format!("panicked: {}", text.unwrap_or_default()))
    })
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn whatever_goes_wrong_each_event_counts_once() {
    if let Some(seed) = number("PASSERBY_SEED") {
        let ran = run(seed, None, true);
        assert!(ran.is_ok(), "{}", ran.unwrap_err());
        return;
    }
    let seeds = number("PASSERBY_SEEDS").unwrap_or(SEEDS);
    if let Some((seed, why)) = first_failure(seeds, None, Duration::MAX) {
        panic!("{why}\nreplay with PASSERBY_SEED={seed} cargo test -p edge-worker whatever_goes_wrong -- --nocapture");
    }
}

/// Runs seeds on all processors until one fails, or until it takes too long.
fn first_failure(seeds: u64, bug: Option<Bug>, time_max: Duration) -> Option<(u64, String)> {
    let (begun, next, failed) = (Instant::now(), AtomicU64::new(0), Mutex::new(BTreeMap::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while failed.lock().unwrap().is_empty() && begun.elapsed() < time_max {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        return;
                    }
                    if let Err(why) = run(seed, bug, false) {
                        failed.lock().unwrap().insert(seed, why);
                    }
                }
            });
        }
    });
    failed.into_inner().unwrap().pop_first()
}

#[test]
fn a_seed_is_the_same_run_every_time() {
    for seed in 0..20 {
        assert_eq!(run(seed, None, false), run(seed, None, false), "seed {seed}");
    }
    assert_ne!(run(1, None, false), run(2, None, false));
}

#[test]
fn planted_bugs_are_found() {
    for bug in [
        Bug::AnswersBeforeTheCommit,
        Bug::TransactionsKeepHalves,
        Bug::OutcomesOutsideOfTheTransaction,
        Bug::ForgetsAnId,
        Bug::JournalIsNotEmptied,
        Bug::SegmentWithoutBytes,
        Bug::SecretsAreWrittenLater,
        Bug::SecretsAreNotDeleted,
        Bug::ImportsForgetProgress,
        Bug::NoncesAreNotWritten,
        Bug::RollupsStay,
    ] {
        let begun = Instant::now();
        let found = first_failure(u64::MAX, Some(bug), HIDDEN_MAX);
        let (seed, why) = found.unwrap_or_else(|| panic!("{bug:?} stays hidden"));
        assert_eq!(run(seed, None, false).err(), None, "it is the bug that was found");
        println!("{bug:?}: seed {seed} after {:?}: {}", begun.elapsed(), why.lines().next().unwrap_or_default());
    }
}
