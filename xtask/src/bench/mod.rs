//! `cargo xtask bench`: ratios against a baseline that is measured in the same run.

mod ingest;
mod load;

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

/// Measures what is named, or everything.
pub(crate) fn command(what: &[String], seconds: u64, json_file: Option<&Path>) -> Result<ExitCode> {
    let known = ["ingest", "sizes"];
    if let Some(other) = what.iter().find(|name| !known.contains(&name.as_str())) {
        bail!("there is no benchmark {other:?} yet; there are {}", known.join(" and "));
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
    if wanted("ingest") {
        figures.extend(ingest::measure(seconds)?);
    }
    for figure in &figures {
        let ratio = figure.ratio.map_or_else(String::new, |ratio| format!("{ratio:8.3} of {}", figure.baseline));
        println!("{:44} {:>12.1} {:16} {ratio}", figure.name, figure.value, figure.unit);
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
