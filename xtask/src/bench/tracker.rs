//! What the tracker costs a page, beside trackers of others that do less: measured in Chromium by `bench/tracker.mjs`.

use super::Figure;
use crate::process::run_quietly;
use crate::{place, setup};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::process::Command;

const OURS: &str = "ours";

/// One measurement: what of which tracker; none where the browser did not survive it.
#[derive(Deserialize)]
struct Measured {
    what: String,
    tracker: String,
    value: Option<f64>,
}

/// Loads pages so many times with each tracker, in turns; others are compared with ours.
pub(super) fn measure(rounds: u64) -> Result<Vec<Figure>> {
    let mut command = Command::new("node");
    command
        .arg(place::root().join("xtask/bench/tracker.mjs"))
        .arg(rounds.to_string())
        .env("PASSERBY_DIST", place::dist())
        .env("PASSERBY_CHROMIUM", setup::chromium()?);
    let said = run_quietly(&mut command)?;
    let all: Vec<Measured> = serde_json::from_str(&said).context("the measurements cannot be read")?;
    let ours = |what: &str| all.iter().find(|one| one.what == what && one.tracker == OURS).and_then(|one| one.value);
    let figure = |one: &Measured| {
        let value = one.value?;
        let ratio = ours(&one.what).filter(|ours| one.tracker != OURS && *ours > 0.0).map(|ours| value / ours);
        let name = format!("{}: {}", one.what, one.tracker);
        Some(Figure { name, value, unit: "", baseline: OURS, ratio })
    };
    Ok(all.iter().filter_map(figure).collect())
}
