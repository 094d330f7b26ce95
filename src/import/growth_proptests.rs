//! A unit that is imported again and again while its session grows comes to what one import at the end comes to.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;

use super::{
    FoundUnits, ImportSource, LogState, Origin, Plan, PlanRules, Response, TeamRows, Transcripts,
    Unit, UnitTeam, plan, units,
};
use crate::model::{
    CountedClasses, Currency, ImportedId, StatedCost, TokenClass, TokenCounts, Tokens,
};

/// A model without a price, and two with one, of which one costs more for long contexts.
const MODELS: [&str; 3] = ["local-llama", "claude-sonnet-5", "gpt-5.6"];

fn of(transcripts: &Transcripts) -> Vec<(Unit, UnitTeam)> {
    let FoundUnits { units, .. } = units(ImportSource::Claude, transcripts, &|time| {
        time.fixed_offset()
    });
    let team = UnitTeam {
        name: "A".to_owned(),
        writer: None,
        is_assigned: true,
    };
    units.into_iter().map(|unit| (unit, team.clone())).collect()
}

/// What an import appends to a log that has some totals.
fn planned(transcripts: &Transcripts, totals: &HashMap<String, Tokens>) -> Plan {
    let state = LogState {
        totals: totals.clone(),
        logged: HashMap::new(),
        elsewhere: HashMap::new(),
        rows_of: &|_, _| TeamRows::default(),
        currency: Currency::USD,
    };
    let rules = PlanRules {
        counted: &CountedClasses([TokenClass::Output, TokenClass::CacheRead].into()),
        prices: &BTreeMap::new(),
        also: false,
    };
    plan(&of(transcripts), transcripts, &state, &rules)
}

/// What the log holds of each unit: tokens by class, those that count, and nanos.
#[derive(Debug, Default, PartialEq, Eq)]
struct Log {
    totals: HashMap<String, Tokens>,
    sums: BTreeMap<String, (TokenCounts, u64, u64)>,
}

impl Log {
    fn import(&mut self, transcripts: &Transcripts) {
        let plan = planned(transcripts, &self.totals);
        assert!(plan.shrunk.is_empty() && plan.compared.is_empty());
        for line in plan.lines {
            let id = ImportedId::parse(&line.usage.id).unwrap();
            self.totals.insert(id.unit.to_owned(), id.total);
            let (tokens, counted, nanos) = self.sums.entry(id.unit.to_owned()).or_default();
            *tokens += line.tokens;
            *counted += line.usage.tokens.0;
            *nanos += line.usage.cost.map_or(0, |cost| cost.nanos);
            assert_eq!(line.usage.classes, line.tokens.classes());
        }
    }
}

fn response() -> impl Strategy<Value = Response> {
    let tokens = (
        0_u64..90_000,
        0_u64..9_000,
        0_u64..50_000,
        0_u64..50_000,
        0_u64..400_000,
    )
        .prop_map(<[u64; 5]>::from);
    (
        0_i64..100_000,
        0_u32..2,
        0_u32..3,
        (tokens, any::<bool>()),
        prop::option::weighted(0.1, 0_u64..1_000_000),
    )
        .prop_map(|(second, origin, model, (tokens, counts), cost)| {
            let [input, _, _, _, cache_read] = tokens;
            let uncounted = [0, 0, 0, 0, cache_read];
            Response {
                time: chrono::DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap(),
                origin,
                model,
                tokens: TokenCounts::from_array(if counts { tokens } else { uncounted }),
                is_fast: model == 1 && input % 2 == 0,
                cost: cost.map(|nanos| StatedCost {
                    nanos,
                    currency: None,
                }),
            }
        })
}

/// A session up to a response, of the last of which only a part was written.
fn prefix(whole: &Transcripts, length: usize, thousandths: u64) -> Transcripts {
    let mut part = whole.clone();
    part.responses.truncate(length);
    if let Some(last) = part.responses.last_mut()
        && last.cost.is_none()
    {
        last.tokens.output = last.tokens.output * thousandths / 1_000;
    }
    part
}

proptest! {
    #[test]
    fn imports_of_every_prefix_add_up_to_the_whole(
        mut responses in prop::collection::vec(response(), 1..30),
        cuts in prop::collection::vec((0_usize..30, 0_u64..=1_000), 0..12),
    ) {
        responses.sort_by_key(|response| response.time);
        let origin = |agent: &str| Origin {
            session: "3f2a91c0".to_owned(),
            agent: agent.to_owned(),
            agent_name: agent.to_owned(),
            ..Origin::default()
        };
        let whole = Transcripts {
            origins: vec![origin("main"), origin("a1")],
            models: MODELS.map(str::to_owned).to_vec(),
            responses,
            ..Transcripts::default()
        };
        let most = whole.responses.len();
        let cuts = cuts.into_iter();
        let mut cuts: Vec<_> = cuts.map(|(length, part)| (length.min(most), part)).collect();
        cuts.sort_unstable();
        let mut grown = Log::default();
        for (length, thousandths) in cuts {
            let part = prefix(&whole, length, thousandths);
            grown.import(&part);
            let again = planned(&part, &grown.totals);
            prop_assert!(again.lines.is_empty());
        }
        grown.import(&whole);
        let mut once = Log::default();
        once.import(&whole);
        prop_assert_eq!(grown, once);
    }

    #[test]
    fn a_unit_never_shrinks_in_the_log(responses in prop::collection::vec(response(), 1..20)) {
        let whole = Transcripts {
            origins: vec![Origin::default(), Origin::default()],
            models: MODELS.map(str::to_owned).to_vec(),
            responses,
            ..Transcripts::default()
        };
        let mut log = Log::default();
        log.import(&whole);
        let part = prefix(&whole, whole.responses.len() / 2, 1_000);
        let plan = planned(&part, &log.totals);
        prop_assert!(plan.lines.is_empty());
        for shrunk in plan.shrunk {
            prop_assert!(shrunk.found < shrunk.known);
        }
    }
}
