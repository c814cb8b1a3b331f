//! Requests that wait for servers, and what becomes of them when clients leave, servers go or come, or
//! somebody orders it: beside haproxy, scene by scene.

#[path = "../effects/shown.rs"]
#[allow(dead_code)] // whole connections
mod shown;
#[path = "../support/mod.rs"]
mod support;

mod clients;
mod gate;
mod gone;
mod leaving;
mod lines;
mod marks;
mod room;
mod scene;
mod side;
mod stage;
mod told;
mod warming;
