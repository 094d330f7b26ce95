//! The teams that a log begins with, as `--teams` names them.

use std::collections::HashSet;

use crate::{
    cli::parse_tokens,
    failure::Failure,
    model::{Tokens, fold_name, is_total},
    render,
};

/// The team of a log of which nobody said whose it is: the agent that hands out the work.
const ONLY: &str = "Orchestrator";

/// A team, and its own budget if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Team {
    pub(super) name: String,
    pub(super) budget: Option<Tokens>,
}

/// Reads names like `QA` and `QA:22K`. Fails where a name cannot be one, occurs twice, or the teams are given more than there is.
pub(super) fn parse(args: &[String], budget: Option<Tokens>) -> Result<Vec<Team>, Failure> {
    if args.is_empty() {
        return Ok(vec![Team {
            name: ONLY.to_owned(),
            budget: None,
        }]);
    }
    let teams = args.iter().map(|arg| team(arg));
    let teams: Vec<Team> = teams.collect::<Result<_, _>>()?;
    let mut names = HashSet::new();
    if let Some(twice) = teams
        .iter()
        .find(|team| !names.insert(fold_name(&team.name)))
    {
        return Err(Failure::usage(format!(
            "team `{}` is named twice",
            twice.name
        )));
    }
    let sum: Tokens = teams.iter().filter_map(|team| team.budget).sum();
    match budget.filter(|budget| sum > *budget) {
        Some(budget) => Err(Failure::usage(format!(
            "the budgets of the teams add up to {sum}, more than the budget of {budget}"
        ))
        .help("give the teams less, or raise --budget")),
        None => Ok(teams),
    }
}

fn team(arg: &str) -> Result<Team, Failure> {
    let (name, budget) = match arg.rsplit_once(':') {
        Some((name, tokens)) => {
            let tokens = parse_tokens(tokens.trim()).map_err(|help| {
                let message = format!("`{arg}` names no budget behind its colon");
                Failure::usage(message).help(format!("{help}, or leave the colon out"))
            })?;
            (name, Some(tokens))
        }
        None => (arg, None),
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let wrong = |why: &str| {
        Failure::usage(format!("`{arg}` cannot be a team: {why}"))
            .help("write --teams 'NAME,NAME:22K'")
    };
    if name.is_empty() {
        return Err(wrong("it has no name"));
    }
    if is_total(&name) {
        return Err(wrong("a row of that name is a sum"));
    }
    if arg.contains(char::is_control) || render::has_unsafe(&name) {
        return Err(wrong("there are characters in it that cannot be seen"));
    }
    Ok(Team { name, budget })
}
