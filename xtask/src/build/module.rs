//! From a crate to an optimised WASM module with its glue, bundled: cargo, wasm-bindgen, wasm-opt, esbuild.

use super::packages::{Package, Panic, Target};
use super::shorten::shorten;
use crate::place;
use crate::process::{run, run_quietly, step};
use anyhow::{Context, Result};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

/// What every browser since 2022 and workerd can do, and what rustc emits.
const WASM_FEATURES: [&str; 7] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-exception-handling",
];

/// A module and the folder that holds it: the optimised `.wasm`, the glue, and what the glue imports.
pub(super) struct Module {
    pub(super) wasm: Vec<u8>,
    pub(super) folder: PathBuf,
    /// The flag of esbuild that lets entries import the glue by the crate's name.
    pub(super) alias: String,
}

/// Builds a crate's module. What has not changed since the last build is not made again.
pub(super) fn build(crate_name: &str, package: &Package) -> Result<Module> {
    compile(crate_name, package)?;
    bound(crate_name, crate_name, package)
}

/// Builds a module of each program of a crate, by name.
pub(super) fn build_programs(crate_name: &str, package: &Package) -> Result<Vec<(String, Module)>> {
    compile(crate_name, package)?;
    let folder = place::root().join(&package.programs);
    let files = fs::read_dir(&folder).with_context(|| format!("{} is missing", package.programs))?.flatten();
    let mut names: Vec<String> =
        files.filter_map(|file| file.path().file_stem()?.to_str().map(str::to_owned)).collect();
    names.sort();
    names.into_iter().map(|name| Ok((name.clone(), bound(&name, crate_name, package)?))).collect()
}

/// Binds and optimises a compiled program or library of a crate.
fn bound(name: &str, crate_name: &str, package: &Package) -> Result<Module> {
    let compiled = compiled(name, package)?;
    let folder = place::target().join("passerby").join(crate_name).join(if name == crate_name { "" } else { name });
    let stem = package.glue.trim_end_matches(".js");
    let wasm_file = folder.join(format!("{stem}_bg.wasm"));
    let stamp = folder.join("stamp");
    let alias = format!("--alias:{crate_name}={}", folder.join(&package.glue).display());
    let inputs = format!("{} {package:?}", blake3::hash(&compiled).to_hex());
    if fs::read_to_string(&stamp).is_ok_and(|made_from| made_from == inputs) {
        return Ok(Module { wasm: fs::read(&wasm_file)?, folder, alias });
    }
    step(&format!("binding and optimising {name}"), || {
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder)?;
        bind(stem, package.bindgen, compiled, &folder)?;
        if !package.exports.is_empty() {
            keep_only(&wasm_file, &package.exports)?;
        } else if package.bindgen == Target::Web {
            shorten(&wasm_file, &folder.join(&package.glue))?;
        }
        optimise(&wasm_file, &package.wasm_opt)?;
        fs::write(&stamp, &inputs)?;
        Ok(())
    })?;
    Ok(Module { wasm: fs::read(&wasm_file)?, folder, alias })
}

fn compile(crate_name: &str, package: &Package) -> Result<()> {
    eprintln!("  compiling {crate_name}");
    let mut flags = remapped_paths()?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--locked", "--target", "wasm32-unknown-unknown"]).args([
        "--package",
        crate_name,
        "--profile",
        &package.profile,
    ]);
    if package.panic == Panic::ImmediateAbort {
        flags.extend(["-Zunstable-options".to_owned(), "-Cpanic=immediate-abort".to_owned()]);
        cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features="]).env("RUSTC_BOOTSTRAP", "1");
    }
    run(cargo
        .env("CARGO_TARGET_DIR", target_folder(package))
        // Not `RUSTFLAGS`, which a folder with a space in its name would take apart.
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        // A crate below `parquet` has the compiler draw numbers by chance, which then are in every copy of the module.
        .env("CONST_RANDOM_SEED", "passerby")
        .current_dir(place::root()))
}

/// Where cargo builds a package. Crates that look whether the compiler takes unstable flags are built anew whenever that
/// changes, so what is built with a standard library of its own has a folder of its own.
fn target_folder(package: &Package) -> PathBuf {
    match package.panic {
        Panic::Abort => place::target(),
        Panic::ImmediateAbort => place::target().join("immediate-abort"),
    }
}

fn compiled(name: &str, package: &Package) -> Result<Vec<u8>> {
    let folder = target_folder(package).join("wasm32-unknown-unknown").join(&package.profile);
    // A library's file has its name with underscores, a program's as it is.
    let library = folder.join(format!("{}.wasm", name.replace('-', "_")));
    let file = if library.exists() { library } else { folder.join(format!("{name}.wasm")) };
    fs::read(&file).with_context(|| format!("cargo made no {}", file.display()))
}

/// Panic locations name source files: without the machine's folders, so that builds are alike everywhere.
fn remapped_paths() -> Result<Vec<String>> {
    let sysroot = run_quietly(Command::new("rustc").args(["--print", "sysroot"]))?;
    let cargo_home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".cargo")))
        .unwrap_or_default();
    let mut flags = vec![
        format!("--remap-path-prefix={}=passerby", place::root().display()),
        format!("--remap-path-prefix={}/lib/rustlib/src/rust=rust", sysroot.trim()),
    ];
    let registries = fs::read_dir(cargo_home.join("registry/src")).into_iter().flatten().flatten();
    flags.extend(registries.map(|registry| format!("--remap-path-prefix={}=crates", registry.path().display())));
    Ok(flags)
}

fn bind(stem: &str, target: Target, compiled: Vec<u8>, folder: &Path) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(stem, compiled)
        .out_name(stem)
        .typescript(false)
        .remove_name_section(true)
        .remove_producers_section(true);
    match target {
        // After a panic the entry gives the module a fresh state.
        Target::Module => bindgen.module(true)?.reset_state_function(true).force_enable_abort_handler(true),
        Target::Instance => bindgen.web(true)?.omit_default_module_path(true).reset_state_function(true),
        Target::Web => bindgen.web(true)?.omit_default_module_path(true),
    };
    bindgen.generate(folder)
}

/// Takes away what wasm-bindgen exports for its own glue, and all code that only that reaches.
fn keep_only(wasm: &Path, exports: &[String]) -> Result<()> {
    let page = json!({ "name": "page", "root": true, "reaches": exports });
    let graph: Vec<Value> =
        std::iter::once(page).chain(exports.iter().map(|export| json!({ "name": export, "export": export }))).collect();
    let file = wasm.with_extension("graph.json");
    fs::write(&file, serde_json::to_string(&graph)?)?;
    run_quietly(
        Command::new(place::npm_program("wasm-metadce"))
            .arg(wasm)
            .arg("-o")
            .arg(wasm)
            .arg("--graph-file")
            .arg(&file)
            .args(WASM_FEATURES),
    )?;
    Ok(())
}

fn optimise(wasm: &Path, flags: &[String]) -> Result<()> {
    run_quietly(
        Command::new(place::npm_program("wasm-opt"))
            .arg(wasm)
            .arg("-o")
            .arg(wasm)
            .args(flags)
            .args(WASM_FEATURES)
            .args(["--strip-debug", "--strip-producers"]),
    )?;
    Ok(())
}

/// Bundles and minifies an entry with esbuild; `glue` says where its imports of generated files lie.
pub(super) fn bundle(entry: &str, glue: Option<&Module>, flags: &[String]) -> Result<Vec<u8>> {
    let entry = place::root().join(entry);
    let mut esbuild = Command::new(place::npm_program("esbuild"));
    let at = match glue {
        // Beside the glue, the entry's relative imports find it.
        Some(module) => {
            for file in fs::read_dir(entry.parent().context("an entry lies in a folder")?)?.flatten() {
                if file.path().is_file() {
                    fs::copy(file.path(), module.folder.join(file.file_name()))?;
                }
            }
            esbuild.arg(&module.alias);
            module.folder.join(entry.file_name().context("an entry is a file")?)
        }
        None => entry,
    };
    let bundled = run_quietly(
        esbuild
            .arg(at)
            .args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--log-level=warning"])
            .args(["--external:cloudflare:*", "--external:./*.wasm"])
            .args(flags),
    )?;
    Ok(bundled.into_bytes())
}

/// Minifies a script once more, by terser: it costs the build a second, and saves pages a twentieth of their bytes.
pub(super) fn squeezed(script: Vec<u8>) -> Result<Vec<u8>> {
    let folder = place::target().join("passerby");
    let file = folder.join("squeezed.js");
    fs::create_dir_all(&folder)?;
    fs::write(&file, script)?;
    let flags = [
        "--ecma=2020",
        "--mangle",
        "--toplevel",
        "--compress=ecma=2020,passes=4,pure_getters,unsafe_arrows,unsafe_methods,unsafe",
    ];
    Ok(run_quietly(Command::new(place::npm_program("terser")).arg(&file).args(flags))?.trim_end().into())
}
