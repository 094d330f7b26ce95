//! `tokmon prices`: what models cost, by the settings and by the built-in list, and what of the log has neither a cost nor a price.
//! `price_file` reads newer lists.

mod price_file;

use std::{collections::BTreeMap, io::Read as _, path::Path};

use anyhow::Context as _;

use super::{run::Run, status};
use crate::{
    analysis::{Rows, StatusReport},
    cli::{PricesArgs, ViewArgs},
    exit::ExitCode,
    failure::Failure,
    model::{ListedPrice, ModelPrice, PRICES_DATE, PRICES_SOURCE, Policy, Tokens, settings_price},
    render::{
        self,
        prices::{LongContext, PriceRow, PriceSource, PricesDocument, Unpriced, UnpricedModel},
    },
    session::LogFiles,
    store,
};

/// The most bytes of a list: `LiteLLM`'s has 3 MB.
const MAX_LIST: u64 = 64 * 1024 * 1024;

pub fn run(args: &PricesArgs, run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    if let Some(file) = &args.from {
        return convert(file, &args.models, run);
    }
    let log = match run.locate() {
        Ok(log) => Some(log),
        // The list is of use without a log.
        Err(failure) if failure.is_no_input() && run.log_path().is_none() => None,
        Err(failure) => return Err(failure),
    };
    let policy = log.as_ref().map(|log| log.settings.policy.clone());
    let now = run.now()?;
    let models = rows(&policy.unwrap_or_default(), &args.models)?;
    let unpriced = match &log {
        Some(log) if args.models.is_empty() => match unpriced(log, run) {
            Ok(unpriced) => unpriced,
            // The prices do not depend on it.
            Err(failure) => {
                run.note(failure);
                None
            }
        },
        _ => None,
    };
    let date = PRICES_DATE.parse().unwrap_or_default();
    let age = now.date_naive().signed_duration_since(date).num_days();
    let document = PricesDocument {
        schema_version: render::prices::VERSION,
        date: PRICES_DATE,
        source: PRICES_SOURCE,
        age_days: u64::try_from(age).ok(),
        per_tokens: 1_000_000,
        models,
        unpriced,
    };
    if !run.is_silent() {
        let (format, style) = (run.format(), run.style());
        run.print(|out| document.write(format, style, out))?;
    }
    Ok(ExitCode::Success)
}

/// The prices of the settings, then the built-in ones of models that these do not name.
fn rows(policy: &Policy, asked: &[String]) -> Result<Vec<PriceRow>, Failure> {
    let own = |(name, price): (&String, &ModelPrice)| row(name, price, PriceSource::Settings, None);
    if asked.is_empty() {
        let own = policy.prices.iter().map(own);
        let listed = ListedPrice::all().iter();
        let others = listed.filter(|listed| settings_price(listed.name, &policy.prices).is_none());
        return Ok(own.chain(others.map(of_list)).collect());
    }
    let find = |name: &String| {
        let set = settings_price(name, &policy.prices).map(own);
        set.or_else(|| ListedPrice::find(name).map(of_list))
            .ok_or_else(|| {
                let message = format!("no price of `{name}` is known");
                let help = format!(
                    "set one under [prices.\"{name}\"] in tokmon.toml; until then, the guard takes that of the most expensive typical model of its tier"
                );
                Failure::usage(message).help(help)
            })
    };
    asked.iter().map(find).collect()
}

fn of_list(listed: &ListedPrice) -> PriceRow {
    let long = listed.long_context();
    let long = long.map(|(above, price)| LongContext::new(above, &price));
    let source = PriceSource::BuiltIn;
    let mut row = row(listed.name, &listed.price(), source, long);
    row.provider = Some(listed.provider);
    row.fast_percent = listed.fast_percent();
    row
}

fn row(
    name: &str,
    price: &ModelPrice,
    source: PriceSource,
    long_context: Option<LongContext>,
) -> PriceRow {
    let [input, output, cache_write, cache_write_1h, cache_read] = render::prices::by_class(price);
    PriceRow {
        model: name.to_owned(),
        provider: None,
        source,
        input,
        output,
        cache_write,
        cache_write_1h,
        cache_read,
        long_context,
        fast_percent: None,
    }
}

/// What the month that views show has used without a cost and without a price. None where everything has one.
fn unpriced(log: &LogFiles, run: &mut Run<'_, '_>) -> Result<Option<Unpriced>, Failure> {
    let (_, report) = status::load(log, &ViewArgs::default(), Rows::All, run)?;
    let cost = report.used.cost.as_ref();
    let all = report.used.tokens.filter(|_| cost.is_none());
    let tokens = cost.and_then(|cost| cost.unpriced_tokens).or(all);
    let tokens = tokens.filter(|tokens| *tokens > Tokens::ZERO);
    Ok(tokens.map(|tokens| Unpriced {
        month: report.month,
        tokens,
        models: unpriced_models(&report),
    }))
}

/// The models of the rows without a cost, those with the most tokens first.
fn unpriced_models(report: &StatusReport) -> Vec<UnpricedModel> {
    let mut models: BTreeMap<Option<&str>, Tokens> = BTreeMap::new();
    let rows = report.days.iter().flatten().flat_map(|day| &day.rows);
    for row in rows.filter(|row| row.cost.is_none()) {
        let sum = models.entry(row.model.as_deref()).or_default();
        *sum = sum.saturating_add(row.tokens.unwrap_or_default());
    }
    let models = models.into_iter();
    let models = models.filter(|(_, tokens)| *tokens > Tokens::ZERO);
    let mut models: Vec<UnpricedModel> = models
        .map(|(model, tokens)| UnpricedModel {
            model: model.map(str::to_owned),
            tokens,
        })
        .collect();
    models.sort_by_key(|model| std::cmp::Reverse(model.tokens));
    models
}

/// Prints the prices of a list as settings.
fn convert(file: &Path, asked: &[String], run: &mut Run<'_, '_>) -> Result<ExitCode, Failure> {
    let shown = file.display().to_string();
    let mut bytes = Vec::new();
    let read = if shown == "-" {
        run.cx.input.take(MAX_LIST + 1).read_to_end(&mut bytes)
    } else {
        let path = run.cx.folder.join(file);
        let mut opened = store::open(&path)
            .map_err(|error| Failure::no_input(format!("cannot read {shown}: {error}")))?;
        opened
            .bytes()
            .and_then(|list| list.take(MAX_LIST + 1).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {shown}"))?;
    if bytes.len() as u64 > MAX_LIST {
        return Err(Failure::no_data(format!("{shown} is longer than 64 MiB"))
            .help("name the JSON of LiteLLM or of models.dev"));
    }
    let prices = price_file::read(&bytes, asked)
        .map_err(|why| Failure::no_data(format!("{shown}: {why}")))?;
    if let Some(missing) = prices.missing.first() {
        return Err(
            Failure::no_data(format!("{shown} has no price of `{missing}`"))
                .help("name models as the list does"),
        );
    }
    if prices.models.is_empty() {
        let message = format!("{shown} has no prices of models");
        return Err(Failure::no_data(message).help("name the JSON of LiteLLM or of models.dev"));
    }
    let text = price_file::settings(&prices, &shown, run.now()?.date_naive());
    run.print(|out| out.write_all(text.as_bytes()))?;
    if !prices.inexact.is_empty() {
        let names = prices.inexact.join(", ");
        run.note(format_args!(
            "left out, since their prices are not whole picos per token: {names}"
        ));
    }
    Ok(ExitCode::Success)
}
