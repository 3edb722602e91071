//! Short names for what a module takes from its glue and gives to it. Those of wasm-bindgen say what they are and end in a
//! hash, which nothing compresses, and each stands in both files.

use anyhow::{Result, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use walrus::ModuleConfig;

/// Short names by the long ones.
type Names = BTreeMap<String, String>;

/// What a module takes and gives.
struct Between {
    /// The modules that it imports from; the glue makes up one.
    modules: Names,
    imports: Names,
    exports: Names,
}

/// Writes a module and its glue anew, with short names in both.
pub(super) fn shorten(wasm: &Path, glue: &Path) -> Result<()> {
    let mut config = ModuleConfig::new();
    let mut module = config.generate_name_section(false).generate_producers_section(false).parse(&fs::read(wasm)?)?;
    let between = Between {
        modules: short(module.imports.iter().map(|import| import.module.as_str())),
        imports: short(module.imports.iter().map(|import| import.name.as_str())),
        exports: short(module.exports.iter().map(|export| export.name.as_str())),
    };
    let rename = |name: &mut String, names: &Names| {
        if let Some(short) = names.get(name) {
            name.clone_from(short);
        }
    };
    for import in module.imports.iter_mut() {
        rename(&mut import.module, &between.modules);
        rename(&mut import.name, &between.imports);
    }
    module.exports.iter_mut().for_each(|export| rename(&mut export.name, &between.exports));
    fs::write(glue, between.in_glue(&fs::read_to_string(glue)?)?)?;
    fs::write(wasm, module.emit_wasm())?;
    Ok(())
}

/// A name of letters for each, in the order of the alphabet, which is the glue's.
fn short<'a>(names: impl Iterator<Item = &'a str>) -> Names {
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().zip(0..).map(|(name, place)| (name.to_owned(), letters(place))).collect()
}

/// `a` to `z`, then `aa` to `zz` and so on.
fn letters(place: u32) -> String {
    let (before, last) = (place / 26, char::from(b'a' + (place % 26) as u8));
    let mut name = if before == 0 { String::new() } else { letters(before - 1) };
    name.push(last);
    name
}

impl Between {
    /// The glue with the short names.
    fn in_glue(&self, glue: &str) -> Result<String> {
        let mut unnamed: BTreeSet<&str> = self.imports.keys().chain(self.modules.keys()).map(String::as_str).collect();
        let mut out = String::with_capacity(glue.len());
        let mut rest = glue;
        while let Some(start) = rest.find(is_of_name) {
            let (between, named) = rest.split_at(start);
            out.push_str(between);
            let (name, after) = named.split_at(named.find(|letter| !is_of_name(letter)).unwrap_or(named.len()));
            let known = if out.ends_with("wasm.") {
                self.exports.get(name)
            } else if after.starts_with(": function(") {
                unnamed.remove(name);
                self.imports.get(name)
            } else {
                None
            };
            out.push_str(known.map_or(name, String::as_str));
            rest = after;
        }
        out.push_str(rest);
        for (long, short) in &self.modules {
            let named = format!("\"{long}\": import");
            if out.contains(&named) {
                out = out.replace(&named, &format!("\"{short}\": import"));
                unnamed.remove(long.as_str());
            }
        }
        ensure!(unnamed.is_empty(), "the glue does not give what the module takes: {unnamed:?}");
        Ok(out)
    }
}

fn is_of_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_' || letter == '$'
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"export function begin(words) { wasm.begin(words); }
const import0 = {
    __proto__: null,
    __wbg_add_0f: function(arg0) { return begin(arg0, wasm.memory); },
    __wbg_go_1e: function() { wasm.__wbindgen_free(__wbg_go_1e); },
};
return { "./page_bg.js": import0 };"#;

    fn between(imports: &[&str]) -> Between {
        Between {
            modules: short(["./page_bg.js"].into_iter()),
            imports: short(imports.iter().copied()),
            exports: short(["begin", "memory", "__wbindgen_free"].into_iter()),
        }
    }

    #[test]
    fn only_what_passes_between_the_two_is_renamed() {
        let glue = between(&["__wbg_go_1e", "__wbg_add_0f"]).in_glue(GLUE).unwrap();
        let expected = r#"export function begin(words) { wasm.b(words); }
const import0 = {
    __proto__: null,
    a: function(arg0) { return begin(arg0, wasm.c); },
    b: function() { wasm.a(__wbg_go_1e); },
};
return { "a": import0 };"#;
        assert_eq!(glue, expected);
    }

    #[test]
    fn what_the_glue_does_not_give_fails_the_build() {
        let error = between(&["__wbg_add_0f", "__wbg_gone_2d"]).in_glue(GLUE).unwrap_err();
        assert!(error.to_string().contains("__wbg_gone_2d"));
    }

    #[test]
    fn no_two_names_are_the_same() {
        let names: BTreeSet<String> = (0..1_000).map(letters).collect();
        assert_eq!(names.len(), 1_000);
        assert_eq!([0, 25, 26, 701, 702].map(letters), ["a", "z", "aa", "zz", "aaa"]);
    }

    #[test]
    fn a_module_and_its_glue_stay_together() {
        let folder = std::env::temp_dir().join(format!("passerby-shorten-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (wasm, glue) = (folder.join("page_bg.wasm"), folder.join("page.js"));
        let mut module = walrus::Module::default();
        let kind = module.types.add(&[], &[]);
        let (function, _) = module.add_import_func("./page_bg.js", "__wbg_add_0f", kind);
        module.add_import_func("./page_bg.js", "__wbg_go_1e", kind);
        module.exports.add("begin", function);
        fs::write(&wasm, module.emit_wasm()).unwrap();
        fs::write(&glue, GLUE).unwrap();
        shorten(&wasm, &glue).unwrap();
        let module = walrus::Module::from_buffer(&fs::read(&wasm).unwrap()).unwrap();
        let imports: Vec<(&str, &str)> = module.imports.iter().map(|import| (&*import.module, &*import.name)).collect();
        assert_eq!(imports, [("a", "a"), ("a", "b")]);
        assert!(module.exports.iter().map(|export| &*export.name).eq(["a"]));
        assert!(fs::read_to_string(&glue).unwrap().contains("wasm.a(words)"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
