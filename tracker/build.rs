//! A page's memory is what the module says it needs: by default a megabyte for a stack of which a few hundred bytes are
//! used, and addresses behind it that take more bytes to write.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_ARCH").is_ok_and(|arch| arch == "wasm32") {
        println!("cargo:rustc-cdylib-link-arg=-zstack-size=4096");
    }
}
