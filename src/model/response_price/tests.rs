//! Costs of responses, computed by hand.

use super::*;

/// The cost of a response, by the price that [`ResponsePrice::of`] finds.
fn response_cost(
    model: &str,
    tokens: &TokenCounts,
    is_fast: bool,
    prices: &BTreeMap<String, ModelPrice>,
) -> ResponseCost {
    ResponsePrice::of(model, prices)
        .map_or(ResponseCost::Unpriced, |price| price.cost(tokens, is_fast))
}

/// `opus` in euros, without a price of cache writes for an hour.
fn settings() -> BTreeMap<String, ModelPrice> {
    let opus = ModelPrice {
        currency: Currency::parse("EUR").unwrap(),
        input: Some(4_000_000),
        output: Some(18_000_000),
        cache_write: Some(5_000_000),
        cache_write_1h: None,
        cache_read: Some(400_000),
        any: None,
    };
    [("claude-opus-5".to_owned(), opus)].into()
}

fn cost(model: &str, of: [u64; 5], is_fast: bool) -> String {
    match response_cost(model, &TokenCounts::from_array(of), is_fast, &settings()) {
        ResponseCost::Priced {
            picos,
            currency,
            basis,
        } => format!("{picos} {currency} {basis:?}"),
        ResponseCost::Unpriced => "unpriced".to_owned(),
    }
}

fn costs(model: &str, of: [u64; 5], expected: &str) {
    assert_eq!(cost(model, of, false), expected, "{model}");
}

#[test]
fn responses_cost_what_was_computed_by_hand() {
    // Written for five minutes: 1,000 x 2,000,000 + 500 x 10,000,000 + 2,000 x 2,500,000
    // = 2,000,000,000 + 5,000,000,000 + 5,000,000,000
    costs(
        "claude-sonnet-5",
        [1_000, 500, 2_000, 0, 0],
        "12000000000 USD BuiltIn",
    );
    // Written for an hour: 300 x 4,000,000 + 700 x 20,000,000 + 4,000 x 8,000,000
    // = 1,200,000,000 + 14,000,000,000 + 32,000,000,000
    costs(
        "claude-opus-5-5",
        [300, 700, 0, 4_000, 0],
        "47200000000 USD BuiltIn",
    );
    // All five classes, by a name with a date:
    // 7 x 1,000,000 + 11 x 5,000,000 + 13 x 1,250,000 + 17 x 2,000,000 + 812,345 x 100,000
    // = 7,000,000 + 55,000,000 + 16,250,000 + 34,000,000 + 81,234,500,000
    costs(
        "claude-haiku-4-5-20251001",
        [7, 11, 13, 17, 812_345],
        "81346750000 USD BuiltIn",
    );
    // A model that has no price of cache writes reads them as input: (10 + 20) x 1,250,000 + 1 x 10,000,000 + 8 x 125,000
    // = 37,500,000 + 10,000,000 + 1,000,000
    costs("gpt-5.1", [10, 1, 20, 0, 8], "48500000 USD BuiltIn");
}

#[test]
fn a_long_context_makes_every_token_dearer() {
    // At the limit of 200,000: 150,000 x 1,250,000 + 1,000 x 10,000,000 + 50,000 x 125,000
    // = 187,500,000,000 + 10,000,000,000 + 6,250,000,000
    costs(
        "gemini-2.5-pro",
        [150_000, 1_000, 0, 0, 50_000],
        "203750000000 USD BuiltIn",
    );
    // One above it: 150,001 x 2,500,000 + 1,000 x 15,000,000 + 50,000 x 250,000
    // = 375,002,500,000 + 15,000,000,000 + 12,500,000,000
    costs(
        "gemini-2.5-pro",
        [150_001, 1_000, 0, 0, 50_000],
        "402502500000 USD BuiltIn",
    );
    // 72,001 + 20,000 + 180,000 is one above 272,000:
    // 72,001 x 8,000,000 + 3,000 x 30,000,000 + 20,000 x 10,000,000 + 180,000 x 800,000
    // = 576,008,000,000 + 90,000,000,000 + 200,000,000,000 + 144,000,000,000
    costs(
        "gpt-5.6",
        [72_001, 3_000, 20_000, 0, 180_000],
        "1010008000000 USD BuiltIn",
    );
    // 1 + 60,000 + 40,000 is one above 100,000, and output is no context:
    // 1 x 500,000 + 9 x 2,500,000 + 60,000 x 625,000 + 40,000 x 1,000,000
    // = 500,000 + 22,500,000 + 37,500,000,000 + 40,000,000,000
    costs(
        "claude-haiku-5-5",
        [1, 9, 60_000, 40_000, 0],
        "77523000000 USD BuiltIn",
    );
    // 100,000 and 900,000 of output: 100,000 x 100,000 + 900,000 x 500,000 = 10,000,000,000 + 450,000,000,000
    costs(
        "claude-haiku-5-5",
        [100_000, 900_000, 0, 0, 0],
        "460000000000 USD BuiltIn",
    );
}

#[test]
fn the_fast_mode_multiplies_every_class_where_the_list_has_one() {
    // 2 x (100 x 4,000,000 + 200 x 20,000,000 + 300 x 5,000,000 + 400 x 8,000,000 + 10,000 x 200,000)
    // = 2 x (400,000,000 + 4,000,000,000 + 1,500,000,000 + 3,200,000,000 + 2,000,000,000) = 2 x 11,100,000,000
    let all = [100, 200, 300, 400, 10_000];
    let fast = cost("claude-opus-5-5", all, true);
    assert_eq!(fast, "22200000000 USD BuiltIn");
    // 10 x 2,000,000 + 20 x 10,000,000, as the list knows of no fast mode.
    let standard = cost("claude-sonnet-5", [10, 20, 0, 0, 0], true);
    assert_eq!(standard, "220000000 USD BuiltIn");
}

#[test]
fn the_price_of_another_model_is_named() {
    // 1,234 x 4,000,000 + 56 x 20,000,000 + 7,890 x 400,000 = 4,936,000,000 + 1,120,000,000 + 3,156,000,000
    costs(
        "gpt-5.6-codex",
        [1_234, 56, 0, 0, 7_890],
        r#"9212000000 USD OtherModel("gpt-5.6")"#,
    );
    // Above 200,000: 200,001 x 4,000,000 + 10 x 18,000,000 = 800,004,000,000 + 180,000,000
    costs(
        "gemini-3.1-pro",
        [200_001, 10, 0, 0, 0],
        r#"800184000000 USD OtherModel("gemini-3.1-pro-preview")"#,
    );
    costs(
        "sonnet",
        [1, 0, 0, 0, 0],
        r#"3000000 USD OtherModel("claude-sonnet-4-6")"#,
    );
    // The longest name, at a dash only.
    costs(
        "claude-opus-5-5-thinking",
        [1, 0, 0, 0, 0],
        r#"4000000 USD OtherModel("claude-opus-5-5")"#,
    );
    for model in ["", "gpt-5.7", "gpt-5.60", "gpt", "llama-4", "-", "local/"] {
        costs(model, [1, 0, 0, 0, 0], "unpriced");
    }
}

#[test]
fn a_price_of_the_settings_outranks_the_list() {
    // 1,000 x 4,000,000 + 100 x 18,000,000 + 50 x 5,000,000 + 2,000 x 400,000
    // = 4,000,000,000 + 1,800,000,000 + 250,000,000 + 800,000,000, and the fast mode of the list is not that of the settings.
    let all = [1_000, 100, 0, 50, 2_000];
    let expected = "6850000000 EUR Settings";
    assert_eq!(cost("claude-opus-5", all, true), expected);
    assert_eq!(cost("anthropic/claude-opus-5", all, false), expected);
    // `claude-opus-5-5` has a price of its own in the list, and `claude-opus-5-turbo` has none.
    assert_eq!(
        cost("claude-opus-5-turbo", all, false),
        r#"6850000000 EUR OtherModel("claude-opus-5")"#
    );
    let only_input = ModelPrice {
        output: None,
        ..settings()["claude-opus-5"]
    };
    let prices = [("gpt-5".to_owned(), only_input)].into();
    let unpriced = response_cost("gpt-5", &TokenCounts::from_array(all), false, &prices);
    assert_eq!(unpriced, ResponseCost::Unpriced);
}

#[test]
fn costs_are_rounded_once_and_what_has_none_is_listed() {
    let mut priced = PricedTokens::default();
    let mut parts = [PricedTokens::default(), PricedTokens::default()];
    // Three times 500 picos are 1,500, so two nanos; rounded one by one, they would be three.
    let cheap = BTreeMap::from([(
        "m".to_owned(),
        ModelPrice {
            input: Some(500),
            ..settings()["claude-opus-5"]
        },
    )]);
    for (index, model) in ["m", "m", "m", "gpt-5-codex", "llama", "llama", ""]
        .into_iter()
        .enumerate()
    {
        let of = TokenCounts::from_array([1, 0, 0, 0, 0]);
        let cost = response_cost(model, &of, false, &cheap);
        priced.add(model, &of, &cost);
        parts[index % 2].add(model, &of, &cost);
    }
    let [mut sum, part] = parts;
    sum += &part;
    assert_eq!(sum, priced);
    priced.add("none", &TokenCounts::default(), &ResponseCost::Unpriced);
    priced.add_stated(7, Currency::USD);
    let costs: Vec<String> = priced.costs().map(|cost| cost.decimal()).collect();
    let unpriced = priced.unpriced().iter();
    let unpriced: Vec<String> = unpriced
        .map(|(model, tokens)| format!("{model}: {}", tokens.total()))
        .collect();
    assert_eq!(costs, ["0.000000002", "0.000001257"]);
    assert_eq!(unpriced, [": 1", "llama: 2"]);
    assert_eq!(priced.other_models()["gpt-5-codex"], "gpt-5");
}

#[test]
fn every_price_times_its_fast_mode_is_whole() {
    for listed in ListedPrice::all() {
        let percent = listed.fast_percent().unwrap_or(100);
        let long = listed.long_context().map(|(_, price)| price);
        for price in [Some(listed.price()), long].into_iter().flatten() {
            for picos in [
                price.input,
                price.output,
                price.cache_write,
                price.cache_write_1h,
                price.cache_read,
            ] {
                assert_eq!(
                    picos.unwrap_or_default() * percent % 100,
                    0,
                    "{}",
                    listed.name
                );
            }
        }
    }
}

#[test]
fn no_number_of_tokens_panics() {
    let most = [u64::MAX; 5];
    let mut priced = PricedTokens::default();
    for model in ["gpt-5.5-pro", "claude-opus-5", "claude-opus-5-5", "none"] {
        let cost = response_cost(model, &TokenCounts::from_array(most), true, &settings());
        priced.add(model, &TokenCounts::from_array(most), &cost);
    }
    assert_eq!(priced.costs().count(), 2);
}
