//! What of a session names its team, where no rule of the settings does.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, strum::Display)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum TeamBy {
    /// The folder that the agent worked in.
    Cwd,
    /// The repository of this folder, whichever of its worktrees it is in.
    #[default]
    Repository,
    /// The branch that was checked out.
    Branch,
    /// The agent: `main`, or the kind of the subagent.
    Agent,
}
