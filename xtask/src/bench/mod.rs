//! `cargo xtask bench`: ratios against a baseline that is measured in the same run.

mod dashboard;
mod growth;
mod ingest;
mod load;
mod process;
mod query;
mod tracker;
mod traffic;

use crate::build;
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// One figure, and how it compares with its baseline.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: f64,
    pub(crate) unit: &'static str,
    /// Name of the figure it is compared with; empty where it stands alone.
    pub(crate) baseline: &'static str,
    pub(crate) ratio: Option<f64>,
}

/// How much is measured.
pub(crate) struct Amount {
    /// Seconds of each load of `ingest`.
    pub(crate) seconds: u64,
    /// Events that `query` asks about, and that `growth` stores.
    pub(crate) events: u64,
    /// Days over which these events are spread.
    pub(crate) days: u32,
    /// How often `query` asks everything.
    pub(crate) rounds: u64,
    /// Whether `dashboard` measures months of 100,000 and of a million visits.
    pub(crate) full: bool,
}

/// Measures what is named, or everything; `query` with those of its lanes that `only` names, or all.
pub(crate) fn command(what: &[String], amount: &Amount, only: &[String], json_file: Option<&Path>) -> Result<ExitCode> {
    let known = ["dashboard", "growth", "ingest", "query", "sizes", "tracker"];
    if let Some(other) = what.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no benchmark {other:?} yet; there are {}", known.join(", "));
    }
    let wanted = |name: &str| what.is_empty() || what.iter().any(|named| named == name);
    let artefacts = build::all()?;
    let mut figures = Vec::new();
    if wanted("sizes") {
        figures.extend(artefacts.iter().map(|artefact| Figure {
            name: format!("bytes of {}", artefact.name),
            value: artefact.brotli as f64,
            unit: "bytes of brotli",
            baseline: "budget",
            ratio: artefact.budget.map(|budget| artefact.brotli as f64 / budget as f64),
        }));
    }
    // Only when named, as below: it imports a month.
    if what.iter().any(|named| named == "dashboard") {
        figures.extend(dashboard::measure(amount.full)?);
    }
    if wanted("ingest") {
        figures.extend(ingest::measure(amount.seconds)?);
    }
    // Only when named: ten million events take minutes.
    if what.iter().any(|named| named == "growth") {
        figures.extend(growth::measure(amount.events)?);
    }
    if wanted("query") {
        figures.extend(query::measure(amount, only)?);
    }
    if wanted("tracker") {
        figures.extend(tracker::measure(amount.rounds)?);
    }
    let width = figures.iter().map(|figure| figure.name.len()).max().unwrap_or(0);
    for figure in &figures {
        let ratio = figure.ratio.map_or_else(String::new, |ratio| format!("{ratio:8.3} of {}", figure.baseline));
        println!("{:width$} {:>12.1} {:16} {ratio}", figure.name, figure.value, figure.unit);
    }
    if let Some(file) = json_file {
        fs::write(file, json!({ "results": figures.iter().map(row).collect::<Vec<Value>>() }).to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn row(figure: &Figure) -> Value {
    json!({
        "name": figure.name, "value": figure.value, "unit": figure.unit, "baseline": figure.baseline,
        "ratio": figure.ratio,
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// The configuration that ships, with another worker, whose fields these are, in the demo site's place.
fn with_another_worker(fields: &str) -> String {
    let head = r#"using Workerd = import "/workerd/workerd.capnp";
using Passerby = import "workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "collector", worker = Passerby.collector),
    (name = "other", worker = ("#;
    let tail = r#")),
    (name = "objects", disk = (path = "data/objects", writable = true)),
    (name = "salts", disk = (path = "data/salts", writable = true)),
    (name = "archive", disk = (path = "data/archive", writable = true)),
    (name = "assets", disk = (path = "../assets")),
    (name = "demo-files", disk = (path = "../demo")),
    (name = "internet", network = (allow = [])),
  ],
  sockets = [
    (name = "http", http = (), service = "collector"),
    (name = "demo", http = (), service = "other"),
  ],
);
"#;
    format!("{head}{fields}{tail}")
}
