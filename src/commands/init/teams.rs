//! The teams of a new log, as `--teams` names them.

use std::collections::HashSet;

use crate::{
    cli::parse_tokens,
    failure::Failure,
    model::{Tokens, fold_name, is_total},
    render,
};

/// The team if none is named: the agent that hands out the work.
const ONLY: &str = "Orchestrator";

/// A team, with its own budget if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub name: String,
    pub budget: Option<Tokens>,
}

/// Reads names like `QA` and `QA:22K`. Fails if a name is invalid or occurs twice, or if the team budgets exceed the budget.
pub fn parse(args: &[String], budget: Option<Tokens>) -> Result<Vec<Team>, Failure> {
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
            "the team budgets add up to {sum}, more than the budget of {budget}"
        ))
        .help("lower the team budgets, or raise --budget")),
        None => Ok(teams),
    }
}

fn team(arg: &str) -> Result<Team, Failure> {
    let (name, budget) = match arg.rsplit_once(':') {
        Some((name, tokens)) => {
            let tokens = parse_tokens(tokens.trim()).map_err(|help| {
                let message = format!("`{arg}` has no budget after its colon");
                Failure::usage(message).help(format!("{help}, or leave out the colon"))
            })?;
            (name, Some(tokens))
        }
        None => (arg, None),
    };
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let wrong = |why: &str| {
        Failure::usage(format!("invalid team name `{arg}`: {why}"))
            .help("write --teams 'NAME,NAME:22K'")
    };
    if name.is_empty() {
        return Err(wrong("it is empty"));
    }
    if is_total(&name) {
        return Err(wrong("rows with this name are totals"));
    }
    if arg.contains(char::is_control) || render::has_unsafe(&name) {
        return Err(wrong("it contains invisible characters"));
    }
    Ok(Team { name, budget })
}
