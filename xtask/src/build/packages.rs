//! `wasm-pack.toml`: which WASM packages are built, how, and how large they may be.

use crate::place;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fs;

/// One package.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Package {
    /// Profile of Cargo.toml.
    pub(super) profile: String,
    /// What a panic does.
    #[serde(default)]
    pub(super) panic: Panic,
    /// What loads the module: `module` (an ES module of workerd), `instance` (another module's glue) or `web` (a page).
    pub(super) bindgen: Target,
    /// What the module exports, where the page instantiates it itself; everything else goes.
    #[serde(default)]
    pub(super) exports: Vec<String>,
    /// Flags of wasm-opt.
    pub(super) wasm_opt: Vec<String>,
    /// The JavaScript that imports the glue, below the project's root.
    pub(super) entry: String,
    /// The name under which the entry imports the glue.
    pub(super) glue: String,
    /// The folder of the crate's programs, where each is a module of its own.
    #[serde(default)]
    pub(super) programs: String,
    /// Bytes of brotli by artefact.
    pub(super) budget: BTreeMap<String, u64>,
}

/// What a panic does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Panic {
    /// It says where and why, then traps: the standard library as it comes.
    #[default]
    Abort,
    /// It traps: the standard library is compiled without what makes messages, which no page would show.
    ImmediateAbort,
}

/// What loads a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Target {
    /// workerd imports it as a compiled module.
    Module,
    /// The worker instantiates it when it is needed, and again when it broke.
    Instance,
    /// A page fetches and instantiates it.
    Web,
}

/// All of them.
pub(super) struct Packages {
    pub(super) edge_worker: Package,
    pub(super) export_wasm: Package,
    pub(super) tracker: Package,
    pub(super) dashboard_wasm: Package,
    pub(super) dashboard_views: Package,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    packages: Named,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Named {
    edge_worker: Package,
    export_wasm: Package,
    tracker: Package,
    dashboard_wasm: Package,
    dashboard_views: Package,
}

impl Packages {
    /// Reads the file.
    pub(super) fn read() -> Result<Self> {
        let file = fs::read_to_string(place::root().join("wasm-pack.toml")).context("wasm-pack.toml is missing")?;
        let File { packages: Named { edge_worker, export_wasm, tracker, dashboard_wasm, dashboard_views } } =
            toml::from_str(&file).context("wasm-pack.toml")?;
        Ok(Self { edge_worker, export_wasm, tracker, dashboard_wasm, dashboard_views })
    }

    /// How large an artefact may be.
    pub(super) fn budget(&self, artefact: &str) -> Option<u64> {
        [&self.edge_worker, &self.export_wasm, &self.tracker, &self.dashboard_wasm, &self.dashboard_views]
            .into_iter()
            .find_map(|package| package.budget.get(artefact).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_projects_own_file_is_read() {
        let packages = Packages::read().unwrap();
        assert_eq!(packages.edge_worker.bindgen, Target::Module);
        assert!(packages.budget("worker/index_bg.wasm").is_some());
        assert_eq!(packages.budget("nothing"), None);
    }
}
