//! Lines in, responses out. Most lines are written in short: `10:00 id=m1 req=r1 in=10 out=2`.

mod cases;
mod damage;
mod notation;
mod properties;
mod rules;
mod sessions;

use super::*;
use notation::{TestFile, read, shown, text};
