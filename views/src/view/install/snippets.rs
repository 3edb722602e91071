//! What to put where, for each way to install.

use crate::sites::snippet;
use crate::words::say;

/// A way to install.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Html,
    React,
    Vue,
    Svelte,
    Vite,
    Node,
    Cli,
}

impl Way {
    pub(super) const ALL: [Self; 7] =
        [Self::Html, Self::React, Self::Vue, Self::Svelte, Self::Vite, Self::Node, Self::Cli];

    /// The name in addresses.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::React => "react",
            Self::Vue => "vue",
            Self::Svelte => "svelte",
            Self::Vite => "vite",
            Self::Node => "node",
            Self::Cli => "cli",
        }
    }

    /// The way of a name; a tag in the page where there is none.
    pub(super) fn named(name: Option<&str>) -> Self {
        Self::ALL.into_iter().find(|way| Some(way.name()) == name).unwrap_or(Self::Html)
    }

    /// The name on its tab.
    pub(super) fn label(self) -> String {
        match self {
            Self::Html => "HTML".to_owned(),
            Self::React => "React".to_owned(),
            Self::Vue => "Vue".to_owned(),
            Self::Svelte => "Svelte".to_owned(),
            Self::Vite => "Vite".to_owned(),
            Self::Node => "Node".to_owned(),
            Self::Cli => say("Command line"),
        }
    }

    /// The steps: what to do, and the text to copy. `origin` is the collector's, `site` the domain.
    pub(super) fn steps(self, origin: &str, site: &str) -> Vec<(String, String)> {
        let install = |packages: &str| (say("Install the packages:"), ["npm install ", packages].concat());
        let options = ["{ site: \"", site, "\", api: \"", origin, "/e\" }"].concat();
        match self {
            Self::Html => vec![(say("Put this line into the <head> of every page:"), snippet(origin, site))],
            Self::React => vec![
                install("@passerby/tracker @passerby/react"),
                (
                    say("Start it once, where the application begins:"),
                    ["import { init } from \"@passerby/tracker\";\n\ninit(", &options, ");"].concat(),
                ),
            ],
            Self::Vue => vec![
                install("@passerby/tracker @passerby/vue"),
                (
                    say("Use the plugin:"),
                    ["import { passerby } from \"@passerby/vue\";\n\ncreateApp(App).use(passerby, ", &options, ").mount(\"#app\");"].concat(),
                ),
            ],
            Self::Svelte => vec![
                install("@passerby/tracker @passerby/svelte"),
                (
                    say("Start it in the outermost layout:"),
                    ["<script>\n  import { init } from \"@passerby/svelte\";\n  init(", &options, ");\n</script>"].concat(),
                ),
            ],
            Self::Vite => vec![
                (say("Install the plugin:"), "npm install --save-dev @passerby/vite".to_owned()),
                (
                    say("Name it in vite.config.js, before the framework's own:"),
                    ["import passerby from \"@passerby/vite\";\n\nexport default defineConfig({\n  plugins: [passerby({ src: \"", origin, "/p.js\", site: \"", site, "\" })],\n});"].concat(),
                ),
            ],
            Self::Node => vec![
                install("@passerby/node"),
                (
                    say("Report what happens, with a key that may send events (Settings, Keys):"),
                    ["import { Passerby } from \"@passerby/node\";\n\nconst passerby = new Passerby({ url: \"", origin, "\", site: \"", site, "\", key: process.env.PASSERBY_KEY });\npasserby.track(\"Order\", { url, ip, userAgent });\nawait passerby.close();"].concat(),
                ),
            ],
            Self::Cli => vec![(
                say("Send an event with a key that may (Settings, Keys):"),
                ["curl ", origin, "/api/v1/events -H \"Authorization: Bearer $PASSERBY_KEY\" \\\n  -H 'content-type: application/json' \\\n  -d '{\"site\":\"", site, "\",\"events\":[{\"name\":\"pageview\",\"url\":\"https://", site, "/\"}]}'"].concat(),
            )],
        }
    }

    /// What else to know; none where the steps are all.
    pub(super) fn note(self) -> Option<String> {
        Some(match self {
            Self::Html => say(
                "No cookie banner is needed for it: nothing is stored on the visitor's device, and nobody is recognised on another day.",
            ),
            Self::React | Self::Vue | Self::Svelte => {
                say("Pages of the application are counted by themselves, as the address changes.")
            }
            Self::Vite => say("The development server's pages have the tag only with dev: true."),
            Self::Node => {
                say("Give ip and userAgent for what a visitor did: they say which visit it was, and neither is kept.")
            }
            Self::Cli => return None,
        })
    }
}
