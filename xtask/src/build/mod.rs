//! `cargo xtask build`: all artefacts as they ship, and their bytes.

mod assemble;
mod design;
mod module;
mod npm;
mod packages;
mod sbom;
mod shorten;
mod sizes;

use crate::{place, setup};
use anyhow::Result;
use packages::Packages;
use sizes::Artefact;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// Builds everything, prints the table, and fails over a budget.
pub(crate) fn command(json: Option<&Path>) -> Result<ExitCode> {
    let artefacts = all()?;
    print!("{}", sizes::table(&artefacts));
    if let Some(file) = json {
        fs::write(file, sizes::json(&artefacts).to_string())?;
    }
    let over: Vec<&str> = artefacts.iter().filter(|artefact| artefact.is_over()).map(|a| a.name.as_str()).collect();
    if over.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!("over budget: {}. Make it smaller, or raise the budget in wasm-pack.toml and say why.", over.join(", "));
    Ok(ExitCode::FAILURE)
}

/// Builds everything into the dist folder.
pub(crate) fn all() -> Result<Vec<Artefact>> {
    setup::for_build()?;
    let packages = Packages::read()?;
    let mut files = Vec::new();
    files.extend(assemble::worker(&packages.edge_worker, &packages.export_wasm)?);
    files.extend(assemble::tracker(&packages.tracker)?);
    files.extend(npm::packages(&packages.tracker)?);
    files.extend(assemble::dashboard(&packages.dashboard_wasm, &packages.dashboard_views)?);
    files.extend(sbom::of_all(&files)?);
    assemble::write(&place::dist(), &files)?;
    Ok(files.iter().filter_map(|file| sizes::measure(file, packages.budget(&file.name))).collect())
}
