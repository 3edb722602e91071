//! What each artefact consists of, as [`CycloneDX`](https://cyclonedx.org/docs/1.6/json/) has it: its files, the crates that are
//! compiled into it, and the tools that made it. Nothing in it depends on where or when it was built.

use super::assemble::Built;
use crate::place;
use crate::process::run_quietly;
use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

/// An artefact: the crates whose modules are in it, and where its files lie below the dist folder.
struct Artefact {
    name: &'static str,
    crates: &'static [&'static str],
    files: &'static [&'static str],
}

const ARTEFACTS: [Artefact; 3] = [
    Artefact { name: "worker", crates: &["edge-worker", "export-wasm"], files: &["worker/"] },
    Artefact { name: "tracker", crates: &["tracker"], files: &["assets/p.js", "assets/p/"] },
    Artefact {
        name: "dashboard",
        crates: &["dashboard-wasm", "dashboard-views"],
        files: &["assets/index.html", "assets/design.html", "assets/app/"],
    },
];
/// The npm packages that make files out of ours; none of their own code is in these.
const NPM_TOOLS: [&str; 3] = ["esbuild", "binaryen", "terser"];

/// A bill of materials for each artefact, below `sbom/`.
pub(super) fn of_all(files: &[Built]) -> Result<Vec<Built>> {
    let checksums = checksums(&fs::read_to_string(place::root().join("Cargo.lock"))?)?;
    let tools = tools()?;
    let mut bills = Vec::new();
    for artefact in &ARTEFACTS {
        let mut crates = Crates::default();
        for name in artefact.crates {
            crates.read(&tree(name)?)?;
        }
        let files = files.iter().filter(|file| artefact.files.iter().any(|part| file.path.starts_with(part)));
        let bill = bill(artefact.name, files, &crates, &checksums, &tools);
        let text = serde_json::to_string_pretty(&bill)? + "\n";
        bills.push(Built::unlisted(format!("sbom/{}.cdx.json", artefact.name), text.into_bytes()));
    }
    Ok(bills)
}

/// What cargo compiles into a crate's module: one line for each crate, with its depth in front. Macros are no part of it.
fn tree(name: &str) -> Result<String> {
    run_quietly(
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
            .args(["tree", "--locked", "--package", name, "--target", "wasm32-unknown-unknown"])
            .args(["--edges", "normal,no-proc-macro", "--prefix", "depth", "--format", "\t{p}\t{l}"])
            .current_dir(place::root()),
    )
}

/// A crate's name and version.
type Id = (String, String);

/// Crates, their licences, and what each needs.
#[derive(Debug, Default, PartialEq)]
struct Crates {
    licences: BTreeMap<Id, String>,
    needs: BTreeMap<Id, BTreeSet<Id>>,
    roots: BTreeSet<Id>,
    /// Which of them are the project's own.
    own: BTreeSet<Id>,
}

impl Crates {
    /// Reads what `cargo tree` says. A crate that was listed before comes again without what it needs.
    fn read(&mut self, tree: &str) -> Result<()> {
        let mut above: Vec<Id> = Vec::new();
        for line in tree.lines().filter(|line| !line.is_empty()) {
            let mut parts = line.split('\t');
            let mut part = || parts.next().with_context(|| format!("cargo tree: {line}"));
            let depth: usize = part()?.parse()?;
            let package = part()?;
            let licence = part()?.trim_end_matches(" (*)").replace('/', " OR ");
            let mut words = package.split(' ');
            let mut word = || words.next().with_context(|| format!("cargo tree: {line}"));
            let id = (word()?.to_owned(), word()?.trim_start_matches('v').to_owned());
            above.truncate(depth);
            match above.last() {
                Some(parent) => drop(self.needs.entry(parent.clone()).or_default().insert(id.clone())),
                None => drop(self.roots.insert(id.clone())),
            }
            // Only what lies in a folder of the project is shown with one.
            if package.contains(" (/") || package.contains(":\\") {
                self.own.insert(id.clone());
            }
            self.licences.insert(id.clone(), licence);
            self.needs.entry(id.clone()).or_default();
            above.push(id);
        }
        Ok(())
    }

    fn reference(&self, id: &Id) -> String {
        let (name, version) = id;
        if self.own.contains(id) { format!("passerby:{name}@{version}") } else { format!("pkg:cargo/{name}@{version}") }
    }
}

fn bill<'a>(
    name: &str,
    files: impl Iterator<Item = &'a Built>,
    crates: &Crates,
    checksums: &BTreeMap<Id, String>,
    tools: &[Value],
) -> Value {
    let root = format!("passerby:{name}");
    let files: Vec<Value> = files
        .map(|file| {
            let hash = blake3::hash(&file.bytes).to_hex().to_string();
            json!({ "type": "file", "name": file.path, "hashes": [{ "alg": "BLAKE3", "content": hash }] })
        })
        .collect();
    let components: Vec<Value> = crates
        .licences
        .iter()
        .map(|(id, licence)| {
            let reference = crates.reference(id);
            let mut component = json!({
                "type": "library", "bom-ref": reference, "name": id.0, "version": id.1,
                "licenses": [{ "expression": licence }],
            });
            if let (false, Some(fields)) = (crates.own.contains(id), component.as_object_mut()) {
                fields.insert("purl".into(), reference.into());
            }
            if let (Some(checksum), Some(fields)) = (checksums.get(id), component.as_object_mut()) {
                fields.insert("hashes".into(), json!([{ "alg": "SHA-256", "content": checksum }]));
            }
            component
        })
        .collect();
    let edges = |ids: &BTreeSet<Id>| ids.iter().map(|id| crates.reference(id)).collect::<Vec<_>>();
    let dependencies: Vec<Value> = std::iter::once(json!({ "ref": root, "dependsOn": edges(&crates.roots) }))
        .chain(crates.needs.iter().map(|(id, needs)| json!({ "ref": crates.reference(id), "dependsOn": edges(needs) })))
        .collect();
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "lifecycles": [{ "phase": "build" }],
            "component": {
                "type": "application", "bom-ref": root, "name": format!("passerby-{name}"),
                "version": env!("CARGO_PKG_VERSION"), "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
                "components": files,
            },
            "tools": { "components": tools },
        },
        "components": components,
        "dependencies": dependencies,
    })
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: String,
    checksum: Option<String>,
}

/// The checksums that Cargo.lock holds crates to.
fn checksums(lock: &str) -> Result<BTreeMap<Id, String>> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock")?;
    let checked = lock.package.into_iter().filter_map(|one| Some(((one.name, one.version), one.checksum?)));
    Ok(checked.collect())
}

/// What makes the artefacts, in the versions that the locks and `rust-toolchain.toml` name.
fn tools() -> Result<Vec<Value>> {
    let tool = |name: &str, version: &str| json!({ "type": "application", "name": name, "version": version });
    let toolchain: toml::Value = toml::from_str(&fs::read_to_string(place::root().join("rust-toolchain.toml"))?)?;
    let rust = toolchain.get("toolchain").and_then(|table| table.get("channel")).and_then(toml::Value::as_str);
    let lock: Lock = toml::from_str(&fs::read_to_string(place::root().join("Cargo.lock"))?)?;
    let bindgen = lock.package.iter().find(|one| one.name == "wasm-bindgen").context("wasm-bindgen is locked")?;
    let npm: Value = serde_json::from_slice(&fs::read(place::root().join("package-lock.json"))?)?;
    let mut tools = vec![
        tool("rustc", rust.context("rust-toolchain.toml names a channel")?),
        tool("wasm-bindgen", &bindgen.version),
    ];
    for name in NPM_TOOLS {
        let locked = npm.pointer(&format!("/packages/node_modules~1{name}/version")).and_then(Value::as_str);
        tools.push(tool(name, locked.with_context(|| format!("{name} is not in package-lock.json"))?));
    }
    Ok(tools)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TREE: &str = "0\tedge v0.1.0 (/a folder/edge)\tMIT OR Apache-2.0\n1\turl v2.5.0\tMIT/Apache-2.0\n\
                        2\tidna v1.0.0\tMIT\n1\tengine v0.1.0 (/a folder/engine)\tMIT\n2\turl v2.5.0\tMIT/Apache-2.0 (*)\n";

    fn id(name: &str, version: &str) -> Id {
        (name.into(), version.into())
    }

    #[test]
    fn a_tree_is_crates_and_what_each_needs() {
        let mut crates = Crates::default();
        crates.read(TREE).unwrap();
        assert_eq!(crates.roots, BTreeSet::from([id("edge", "0.1.0")]));
        let [edge, engine, idna, url] =
            [("edge", "0.1.0"), ("engine", "0.1.0"), ("idna", "1.0.0"), ("url", "2.5.0")].map(|(n, v)| id(n, v));
        assert_eq!(crates.needs[&edge], BTreeSet::from([engine.clone(), url.clone()]));
        assert_eq!(crates.needs[&url], BTreeSet::from([idna]), "what is listed again keeps what it needs");
        assert_eq!(crates.licences[&url], "MIT OR Apache-2.0");
        assert_eq!(crates.own, BTreeSet::from([edge, engine]));
    }

    #[test]
    fn a_bill_names_no_folder() {
        let mut crates = Crates::default();
        crates.read(TREE).unwrap();
        let file = Built::plain("worker/index.mjs", b"x".to_vec());
        let checksums = checksums("[[package]]\nname = \"url\"\nversion = \"2.5.0\"\nchecksum = \"00ff\"\n").unwrap();
        let bill = bill("worker", [&file].into_iter(), &crates, &checksums, &[]);
        assert!(!bill.to_string().contains("a folder"));
        assert_eq!(bill["components"][3]["hashes"][0]["content"], "00ff");
        assert_eq!(bill["dependencies"][0]["dependsOn"], json!(["passerby:edge@0.1.0"]));
        assert_eq!(bill["metadata"]["component"]["components"][0]["name"], "worker/index.mjs");
    }

    #[test]
    fn each_artefact_is_crates_of_the_project() {
        let lock = std::fs::read_to_string(place::root().join("Cargo.lock")).unwrap();
        for name in ARTEFACTS.iter().flat_map(|artefact| artefact.crates) {
            assert!(lock.contains(&format!("name = \"{name}\"\n")), "{name}");
        }
    }
}
