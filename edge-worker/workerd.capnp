# The collector, the dashboard and the demo site under plain workerd: one process, one folder of data.
#
#   workerd serve workerd.capnp --directory-path=objects=DATA/objects --directory-path=salts=DATA/salts \
#     --directory-path=archive=DATA/archive --directory-path=assets=ASSETS --directory-path=demo-files=DEMO
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "collector", worker = .collector),
    (name = "demo", worker = .demo),
    # Durable Objects: one SQLite file per site.
    (name = "objects", disk = (path = "data/objects", writable = true)),
    # The salts of the day. Never part of a backup: see ARCHITECTURE.md.
    (name = "salts", disk = (path = "data/salts", writable = true)),
    # Cold events as Parquet files, of sites that have `archive_after_days`.
    (name = "archive", disk = (path = "data/archive", writable = true)),
    (name = "assets", disk = (path = "../assets")),
    (name = "demo-files", disk = (path = "../demo")),
    # Nothing here calls out.
    (name = "internet", network = (allow = [])),
  ],
  sockets = [
    (name = "http", address = "127.0.0.1:8787", http = (), service = "collector"),
    (name = "demo", address = "127.0.0.1:8788", http = (), service = "demo"),
  ],
);

const collector :Workerd.Worker = (
  modules = [
    (name = "index.mjs", esModule = embed "index.mjs"),
    (name = "index_bg.wasm", wasm = embed "index_bg.wasm"),
    (name = "parquet_bg.wasm", wasm = embed "parquet_bg.wasm"),
  ],
  compatibilityDate = "2026-04-01",
  bindings = [
    (name = "SITE", durableObjectNamespace = "SiteStore"),
    (name = "REGISTRY", durableObjectNamespace = "Registry"),
    (name = "ASSETS", service = "assets"),
    (name = "SALTS", service = "salts"),
    (name = "ARCHIVE", service = "archive"),
    (name = "PASSERBY_ADMIN_KEY", fromEnvironment = "PASSERBY_ADMIN_KEY"),
    (name = "PASSERBY_SECRET", fromEnvironment = "PASSERBY_SECRET"),
    (name = "PASSERBY_TEST", fromEnvironment = "PASSERBY_TEST"),
    (name = "PASSERBY_CLIENT_IP_HEADER", fromEnvironment = "PASSERBY_CLIENT_IP_HEADER"),
    (name = "PASSERBY_COUNTRY_HEADER", fromEnvironment = "PASSERBY_COUNTRY_HEADER"),
    (name = "PASSERBY_GROUP_WINDOW_MS", fromEnvironment = "PASSERBY_GROUP_WINDOW_MS"),
    (name = "PASSERBY_JOURNAL_EVENTS", fromEnvironment = "PASSERBY_JOURNAL_EVENTS"),
    (name = "PASSERBY_CLIENT_EVENTS_PER_SECOND", fromEnvironment = "PASSERBY_CLIENT_EVENTS_PER_SECOND"),
    (name = "PASSERBY_SITE_EVENTS_PER_SECOND", fromEnvironment = "PASSERBY_SITE_EVENTS_PER_SECOND"),
    (name = "PASSERBY_COALESCE", fromEnvironment = "PASSERBY_COALESCE"),
    (name = "PASSERBY_SHARDS", fromEnvironment = "PASSERBY_SHARDS"),
  ],
  durableObjectNamespaces = [
    (className = "SiteStore", uniqueKey = "passerby-site", enableSql = true),
    (className = "Registry", uniqueKey = "passerby-registry", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
);

const demo :Workerd.Worker = (
  modules = [(name = "demo.mjs", esModule = embed "demo.mjs")],
  compatibilityDate = "2026-04-01",
  bindings = [
    (name = "FILES", service = "demo-files"),
    (name = "PASSERBY_COLLECTOR", fromEnvironment = "PASSERBY_COLLECTOR"),
  ],
);
