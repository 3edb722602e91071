//! What the dashboard weighs, and how fast it answers clicks: measured in Chromium by `bench/dashboard.mjs`.

use super::Figure;
use crate::process::run_quietly;
use crate::{place, setup};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::process::Command;

/// One measurement, its unit at the end of its name.
#[derive(Deserialize)]
struct Measured {
    what: String,
    value: f64,
}

/// Visits, how many times slower a processor is, and clicks of each: what a pull request waits for.
const QUICK: [&str; 3] = ["20000", "1,6", "40"];
/// The same, for whoever has an hour.
const FULL: [&str; 3] = ["100000,1000000", "1,4,6", "200"];

/// Measures a month of few visits, or, where all of it is wanted, of 100,000 and of a million.
pub(super) fn measure(full: bool) -> Result<Vec<Figure>> {
    let mut command = Command::new("node");
    command
        .arg(place::root().join("xtask/bench/dashboard.mjs"))
        .args(if full { FULL } else { QUICK })
        .env("PASSERBY_DIST", place::dist())
        .env("PASSERBY_CHROMIUM", setup::chromium()?);
    let said = run_quietly(&mut command)?;
    let all: Vec<Measured> = serde_json::from_str(&said).context("the measurements cannot be read")?;
    let figure = |Measured { what, value }| Figure { name: what, value, unit: "", baseline: "", ratio: None };
    Ok(all.into_iter().map(figure).collect())
}
