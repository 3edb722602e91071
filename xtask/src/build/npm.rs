//! The npm packages as they are published: what lies in `pkg/`, each with the licences, and the tracker with its module
//! inside.

use super::assemble::{Built, define, folder, read};
use super::module;
use super::packages::Package;
use crate::place;
use anyhow::{Context, Result};
use std::fs;
use std::path::Path;

/// Packages whose files are published as they lie in `pkg/`.
const AS_WRITTEN: [&str; 6] = ["element", "node", "react", "svelte", "vite", "vue"];
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// All packages, below `npm/`.
pub(super) fn packages(tracker_package: &Package) -> Result<Vec<Built>> {
    let mut files = tracker(tracker_package)?;
    for name in AS_WRITTEN {
        files.extend(folder(&format!("pkg/{name}"), &format!("npm/{name}"))?);
    }
    for name in AS_WRITTEN.into_iter().chain(["tracker"]) {
        for licence in LICENCES {
            files.push(Built::unlisted(format!("npm/{name}/{licence}"), read(licence)?));
        }
    }
    Ok(files)
}

/// The tracker: the scripts of `tracker/js`, where those of `pkg/tracker` are added or take their place.
fn tracker(package: &Package) -> Result<Vec<Built>> {
    let built = module::build("tracker", package)?;
    let workshop = place::target().join("passerby/npm-tracker");
    let _ = fs::remove_dir_all(&workshop);
    fs::create_dir_all(&workshop)?;
    for from in ["tracker/js", "pkg/tracker"] {
        for file in fs::read_dir(place::root().join(from)).with_context(|| format!("{from} is missing"))?.flatten() {
            fs::copy(file.path(), workshop.join(file.file_name()))?;
        }
    }
    fs::write(workshop.join("tracker.bin"), &built.wasm)?;
    let parts = parts(&workshop)?;
    let mut flags = vec!["--loader:.bin=base64".to_owned(), "--external:./main.js".to_owned()];
    for part in &parts {
        flags.push(define(&placeholder(part), &format!("./{part}.js")));
        flags.push(format!("--external:./{part}.js"));
    }
    let mut files = Vec::new();
    for part in parts.iter().map(String::as_str).chain(["index", "main"]) {
        let entry = workshop.join(format!("{part}.js")).display().to_string();
        let script = module::squeezed(module::bundle(&entry, None, &flags)?)?;
        files.push(Built::plain(&format!("npm/tracker/{part}.js"), script));
    }
    for name in ["index.d.ts", "package.json", "README.md"] {
        files.push(Built::unlisted(format!("npm/tracker/{name}"), read(&format!("pkg/tracker/{name}"))?));
    }
    Ok(files)
}

/// The scripts that `main.js` loads only where they are needed. Each stays a file, which a bundler makes a chunk of.
fn parts(workshop: &Path) -> Result<Vec<String>> {
    let main = fs::read_to_string(workshop.join("main.js"))?;
    let files = fs::read_dir(workshop)?.flatten().map(|file| file.path());
    let names = files.filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()));
    let mut parts: Vec<String> =
        names.filter(|name| main.contains(&format!("import({})", placeholder(name)))).collect();
    parts.sort();
    Ok(parts)
}

/// What stands for a script's address in those that load it.
fn placeholder(script: &str) -> String {
    format!("__TRACKER_{}__", script.to_uppercase())
}
