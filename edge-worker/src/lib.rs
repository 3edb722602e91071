//! The collector and the query API: the shell around `protocol` and `engine` on workerd and Cloudflare.
//!
//! A request comes in at [`routes`] as a [`call::Call`]; events go through [`enrich`] and [`ingest`] to the object of
//! their site, [`site_store`], which answers once they are durable. [`registry`] knows which sites exist.

#![allow(clippy::missing_docs_in_private_items)]

pub mod access;
pub mod answer;
pub mod auth;
pub mod call;
pub mod config;
pub mod cors;
pub mod domain;
pub mod encoding;
pub mod enrich;
pub mod ingest;
pub mod member;
pub mod parquet;
pub mod quick;
pub mod rate;
pub mod registry;
pub mod routes;
pub mod runtime;
pub mod sender;
mod shards;
pub mod share;
pub mod signature;
pub mod site_key;
pub mod site_store;
pub mod throttle;

use worker::{Context, Env, Request, Response, Result, event};

#[event(fetch)]
async fn fetch(request: Request, env: Env, context: Context) -> Result<Response> {
    runtime::keep_panics_quiet();
    Ok(routes::answer(call::Call::new(request, env, context)).await)
}
