//! One test for each language: what its headers mean, what excludes, what is a sum, and what is no figure.

use std::fmt::Write as _;

use super::*;
use crate::log::foreign::header::{self, Kind, Part, Quantity};

/// What a header means, in short: `tokens in`, `money ~`, `team`, `(projected)` where it is excluded.
fn meaning(text: &str) -> String {
    let column = header::column(text);
    if let Some(exclusion) = column.exclusion {
        return format!("({})", exclusion.reason.describe());
    }
    let kind = match column.kind {
        Kind::Measure(quantity, part) => {
            let quantity = match quantity {
                Quantity::Tokens => "tokens",
                Quantity::Money => "money",
                Quantity::Either => "figure",
            };
            let part = match part {
                Part::Whole => "",
                Part::In => " in",
                Part::Out => " out",
                Part::CacheRead => " cache read",
                Part::CacheWrite => " cache write",
                Part::Cache => " cache",
                Part::Reasoning => " reasoning",
            };
            format!("{quantity}{part}")
        }
        kind => format!("{kind:?}").to_lowercase(),
    };
    let power = match column.power {
        0 => String::new(),
        power => format!(" e{power}"),
    };
    let currency = column.currency.map(|currency| format!(" {currency}"));
    let marks = [
        (column.is_estimated, " ~"),
        (column.is_actual, " actual"),
        (column.is_total, " total"),
        (column.is_pair, " pair"),
        (column.has_other_words, " ?"),
    ];
    let marks = marks.iter().filter(|(is_set, _)| *is_set);
    let marks: String = marks.map(|(_, mark)| *mark).collect();
    kind + &power + &currency.unwrap_or_default() + &marks
}

/// Each line has what is expected and then the texts, separated by `|`.
fn headers(table: &str) {
    let mut wrong = String::new();
    for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let mut parts = line.split('|').map(str::trim);
        let expected = parts.next().unwrap();
        for text in parts {
            let found = meaning(text);
            if found != expected {
                writeln!(wrong, "{text}: {found}, not {expected}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

fn each(texts: &str, what: &str, test: impl Fn(&str) -> bool) {
    for text in texts.split('|') {
        assert!(test(text), "{text:?} is not {what}");
    }
}

fn excluded(texts: &str) {
    each(texts, "excluded", |text| {
        header::heading(text).exclusion.is_some()
    });
}

fn usage(texts: &str) {
    each(texts, "usage", |text| {
        let heading = header::heading(text);
        heading.is_usage && heading.exclusion.is_none()
    });
}

fn totals(texts: &str) {
    each(texts, "a sum", |text| {
        total_name(text) == TotalName::Certain
    });
}

fn absent(texts: &str) {
    each(texts, "absent", is_absent);
}

fn free(texts: &str) {
    each(texts, "free", is_free);
}

#[test]
fn english() {
    headers(
        "date | Date | When | Day | Started | Timestamp (UTC) | Date/Time | Session date | Week | Month | Date (2026)
        team | Agent | Team | Agent/Team | Who | Cost centre | Squad
        role | Role
        task | Task | Description | Phase | Work
        model | Model | Model used
        session | Session | Run ID
        notes | Notes | Cost notes | Cost drivers
        number | # | No.
        percent | % used | Tokens %
        percent total | % of total
        deliverables | Deliverables | PRs
        duration | Duration | Time spent
        tokens | Tokens | Token count | Tokens used | tokens_used | Tokens (in+out)
        tokens total | Total tokens | totalTokens
        tokens ~ | Est. tokens | Approx. tokens | Tokens (est.) | ~Tokens
        tokens e3 | Tokens (K) | tokens (k) | Tokens (thousands) | Tokens in thousands | kTokens
        tokens e6 | Tokens (M) | Tokens (millions)
        tokens in | Tokens In | Input tokens | In | Input | input_tokens | Prompt tokens | Tokens (in)
        tokens in e3 | Input (K) | In (k)
        tokens out | Tokens Out | Output | Completion tokens
        tokens pair | In / Out | Tokens (in/out) | Input/Output tokens
        tokens cache read | Cache read | cache_read_input_tokens | Cached input tokens | Cache hits | Input (cached)
        tokens cache write | Cache write | cache_creation_input_tokens | Cache creation
        tokens cache | Cache tokens | Cache
        tokens reasoning | Reasoning tokens
        money | Cost | Spend | Amount | Costs
        money USD | Cost ($) | Cost (USD) | Cost USD | $ | US$ | Cost in USD
        money total | Total cost
        other ? | Cost in cents | Cents
        money in | Input cost | Cost (input)
        money EUR ~ | Est. cost (€)
        money CAD | Cost (CAD) | Cost (C$)
        money BRL | R$
        figure | Used | Usage
        figure total | Total
        figure actual | Actual
        tokens actual | Actual tokens
        (prices) | Price | Rate | Cost per 1K | Cost/1M | Cost ($/M) | Tokens/session | $ per feature | Tokens per hour
        (limits) | Limit | Token cap | Max tokens
        (a budget) | Budget | Token budget | Allocated
        (what remains) | Remaining | Tokens left | Balance
        (projected) | Planned tokens | Projected cost | Forecast | Target | Cost (projected)
        (savings) | Savings | Tokens saved
        (averages) | Average tokens | Avg. cost | Mean
        (a comparison) | Baseline tokens | Comparison
        (running totals) | Cumulative | Running total | Tokens (cumulative) | YTD
        (sizes of contexts) | Context % | Context tokens
        (thresholds) | Threshold",
    );
    excluded(
        "Pricing|Rate limits|Cost per feature|Token budget|Remaining Phases|Planned work|Projections|Savings|Averages: mean|Model Comparison|Benchmarks|Running totals|Plan|Token plan|Alert thresholds|Price per 1M tokens",
    );
    usage(
        "Usage|Token Usage Log|Cost Log|Running Log|Spending|Actual usage|Usage per day|Cost log per agent",
    );
    totals(
        "Total|**TOTAL**|Day 1 Total|W1 Subtotal|Grand total|Total (May)|TOTAL MTD|Subtotal — Phase 1|Total:|Q2 to date|MTD|Σ|**all**|average|Balance|both weeks|of which|Total so far",
    );
    for (name, expected) in [
        ("Total rewrite of the parser", TotalName::Possible),
        ("Totalizer", TotalName::No),
        ("Fix total row", TotalName::No),
        ("Agent A", TotalName::No),
    ] {
        assert_eq!(total_name(name), expected, "{name}");
    }
    absent("n/a|N/A (free tier)|—|–|TBD|unknown|not tracked|?|...|pending");
    free("free|Free|no charge");
}

#[test]
fn german() {
    headers(
        "date | Datum | Tag | Zeitpunkt
        team | Agent | Bearbeiter
        role | Rolle
        task | Aufgabe | Tätigkeit
        notes | Bemerkung | Anmerkungen
        tokens | Tokens | Tokenverbrauch | Anzahl Tokens
        tokens total | Tokens gesamt
        tokens in | Eingabe-Tokens | Eingabe | Tokens (ein)
        tokens out | Ausgabe-Tokens | Ausgabe
        money | Kosten | Betrag
        money EUR | Kosten (€) | Kosten in EUR | Kosten in Euro
        money ~ | Geschätzte Kosten | ca. Kosten
        figure | Verbrauch
        tokens e6 | Tokens (Mio)
        (prices) | Preis | Kosten pro 1K
        (a budget) | Monatsbudget
        (what remains) | Restbudget | verfügbar
        (projected) | Prognose | Soll | Geplant
        (averages) | Durchschnitt | Durchschnittskosten
        (running totals) | Kumuliert | laufende Summe",
    );
    excluded(
        "Zielwerte|Preisliste|Kostenprognose|Modellvergleich|Geplante Kosten|Budget|Kosten pro Stunde|Einsparungen|Schwellenwerte|Plan",
    );
    usage("Verbrauch|Kostenprotokoll|Nutzung im Mai");
    totals("Summe|Gesamt|Zwischensumme|Tagessumme Summe|Summe Mai|Gesamt 2026");
    absent("k.A.|unbekannt|keine Angabe");
    free("kostenlos|gratis");
}

#[test]
fn french() {
    headers(
        "date | Date | Jour
        team | Équipe | Agent
        role | Rôle
        task | Tâche | Description
        model | Modèle
        notes | Remarques
        tokens | Jetons | Tokens | Nombre de jetons
        tokens in | Jetons en entrée | Tokens d'entrée | Entrée
        tokens out | Jetons en sortie | Sortie
        money | Coût | Montant | Dépense
        money EUR ~ | Coût estimé (€)
        (prices) | Prix | Tarif | Coût par heure
        (limits) | Plafond
        (what remains) | Reste | Solde
        (projected) | Prévu | Objectif
        (averages) | Moyenne
        (running totals) | Cumul",
    );
    excluded(
        "Tarifs|Prévisions|Coût par fonctionnalité|Comparaison des modèles|Enveloppe|Économies|Seuils|Cumul|Plafond",
    );
    usage("Consommation|Journal des dépenses|Utilisation");
    totals("Total|Sous-total|Total général|Total mai|Somme");
    absent("inconnu|non disponible|n.d.");
    free("gratuit");
}

#[test]
fn spanish() {
    headers(
        "date | Fecha | Día
        team | Agente | Equipo
        role | Rol
        task | Tarea | Descripción
        tokens | Tokens | Gasto de tokens
        tokens in | Tokens de entrada | Entrada
        tokens out | Tokens de salida | Salida
        money | Coste | Costo | Importe | Gasto
        money USD | Costo (USD)
        money ~ | Coste estimado
        (prices) | Precio | Tarifa | Costo por hora
        (a budget) | Presupuesto
        (what remains) | Restante | Saldo
        (projected) | Previsto | Proyección | Objetivo
        (averages) | Promedio
        (running totals) | Acumulado",
    );
    excluded(
        "Precios|Presupuesto|Proyecciones|Comparación|Ahorro|Promedios|Umbral|Acumulado|Límites",
    );
    usage("Consumo|Registro de gastos|Uso de tokens");
    totals("Total|Subtotal|Total general|Suma|Total mayo");
    absent("desconocido|s/d|sin datos");
    free("gratis");
}

#[test]
fn portuguese() {
    headers(
        "date | Data | Dia
        team | Agente | Equipe
        task | Tarefa | Descrição
        notes | Observações
        tokens | Tokens | Número de tokens
        tokens in | Tokens de entrada | Entrada
        tokens out | Tokens de saída | Saída
        money | Custo | Valor | Despesa
        money BRL | Custo (R$)
        money ~ | Custo estimado
        (prices) | Preço | Custo por hora
        (a budget) | Orçamento
        (what remains) | Saldo | Restante
        (projected) | Previsto | Planejado
        (averages) | Média diária valor medio
        (running totals) | Acumulado",
    );
    excluded(
        "Médias|Média de tokens|Metas|Preços|Orçamento|Previsão|Comparação|Economia|Acumulado|Limite",
    );
    usage("Consumo|Registro de gastos|Uso");
    totals("Total|Subtotal|Soma|Total geral");
    absent("desconhecido|n/d|não disponível");
    free("grátis|sem custo");
}

#[test]
fn italian() {
    headers(
        "date | Data | Giorno
        team | Agente | Squadra
        role | Ruolo
        task | Attività | Descrizione
        tokens | Token | Gettoni
        tokens in | Token in ingresso | Token di input
        tokens out | Token in uscita
        money | Costo | Spesa | Importo
        money EUR ~ | Costo stimato (€)
        (prices) | Prezzo | Costo per 1K | Tariffa
        (a budget) | Preventivo
        (what remains) | Rimanente | Residuo
        (projected) | Previsto | Previsione
        (running totals) | Cumulativo | Progressivo",
    );
    excluded(
        "Media dei token|Prezzi|Listino|Previsioni|Confronto|Risparmi|Soglie|Preventivo|Costo per funzionalità",
    );
    usage("Consumi|Utilizzo|Registro spese");
    totals("Totale|Subtotale|Totale maggio|Somma totale");
    absent("sconosciuto|n.d.|non disponibile");
    free("gratuito");
}

#[test]
fn polish() {
    headers(
        "date | Data | Dzień
        team | Zespół | Agent
        task | Zadanie | Opis
        notes | Uwagi
        tokens | Tokeny | Liczba tokenów
        tokens in | Tokeny wejściowe | Wejście
        tokens out | Tokeny wyjściowe | Wyjście
        money | Koszt | Kwota | Wydatki
        money PLN | Koszt (zł) | Koszt (PLN)
        money ~ | Szacowany koszt
        (prices) | Cena | Stawka | Koszt za 1K
        (limits) | Limit
        (a budget) | Budżet
        (what remains) | Pozostało
        (projected) | Planowane | Prognoza
        (averages) | Średnia
        (running totals) | Narastająco",
    );
    excluded(
        "Cennik|Budżet|Prognoza kosztów|Porównanie modeli|Oszczędności|Planowane wydatki|Limity|Koszt za godzinę",
    );
    usage("Zużycie|Dziennik|Wydatki");
    totals("Razem|Suma|Ogółem|Razem maj|Suma częściowa");
    absent("brak|nieznane|b/d");
    free("za darmo");
}

#[test]
fn russian() {
    headers(
        "date | Дата | День
        team | Агент | Команда
        role | Роль
        task | Задача | Описание
        notes | Примечание | Комментарий
        tokens | Токены | Количество токенов | Расход токенов
        tokens in | Входные токены | Вход
        tokens out | Выходные токены | Выход
        money | Стоимость | Расход | Затраты
        money RUB | Стоимость (₽) | Стоимость (руб.)
        money total | Общая стоимость
        (prices) | Цена | Тариф | Стоимость за 1 млн
        (limits) | Лимит
        (a budget) | Бюджет
        (what remains) | Остаток | Осталось
        (projected) | Прогноз | План | Ожидаемые токены
        (averages) | Среднее
        (running totals) | Накопительно",
    );
    excluded(
        "Цены|Тарифы|Бюджет|Прогноз расходов|Сравнение моделей|Экономия|План|Лимиты|Остаток|Стоимость за час",
    );
    usage("Использование|Журнал расходов|Расход токенов");
    totals("Итого|Всего|Итого за май|Промежуточный итог|Сумма");
    absent("н/д|нет данных|неизвестно");
    free("бесплатно");
}

#[test]
fn japanese() {
    headers(
        "date | 日付 | 日時 | 日
        team | 担当 | エージェント | チーム
        role | 役割
        task | 作業 | タスク | 作業内容
        model | モデル
        notes | 備考 | メモ
        tokens | トークン | トークン数 | 使用トークン
        tokens total | 合計トークン
        tokens in | 入力トークン | 入力
        tokens out | 出力トークン数 | 出力
        tokens cache read | キャッシュ読み取り
        tokens cache write | キャッシュ書き込み
        tokens e4 | トークン（万）
        money | 費用 | コスト | 料金 | 金額
        money JPY | 費用（円） | コスト（¥）
        money USD | コスト (USD)
        tokens ~ | 推定トークン
        (prices) | 単価 | 100万あたり
        (limits) | 上限
        (a budget) | 予算
        (what remains) | 残り | 残高
        (projected) | 予定 | 予測トークン
        (averages) | 平均
        (running totals) | 累計",
    );
    excluded(
        "機能ごとの見積もり|料金表|単価|予算|予測|モデル比較|ベンチマーク|節約|今後の計画|上限|100万トークンあたり",
    );
    usage("使用ログ|使用量|利用記録");
    totals("合計|小計|5月合計|合計（5月）|総計|計");
    absent("不明|なし|未記録|無");
    free("無料");
    assert_eq!(total_name("会計システム"), TotalName::No);
}

#[test]
fn korean() {
    headers(
        "date | 날짜 | 일자 | 일시
        team | 담당 | 담당자 | 팀 | 에이전트
        role | 역할
        task | 작업 | 내용
        model | 모델
        notes | 비고
        tokens | 토큰 | 토큰 수 | 사용 토큰
        tokens total | 총 토큰 | 전체 토큰
        tokens in | 입력 토큰 | 입력
        tokens out | 출력 토큰 | 출력
        tokens cache read | 캐시 읽기
        money | 비용 | 금액 | 요금
        money KRW | 비용(원) | 비용 (₩)
        money USD | 비용 ($)
        tokens ~ | 추정 토큰
        (prices) | 단가 | 가격 | 토큰당 비용
        (limits) | 한도
        (a budget) | 예산
        (what remains) | 잔액 | 남은 토큰
        (projected) | 예상 토큰 | 계획
        (averages) | 평균
        (running totals) | 누적 토큰",
    );
    excluded("기능별 추정|가격표|단가|예산|예측|모델 비교|벤치마크|절감|한도|계획");
    usage("사용량|사용 내역|토큰 사용 기록");
    totals("합계|소계|총계|5월 합계");
    absent("없음|미정|알 수 없음");
    free("무료");
}

#[test]
fn chinese_simplified() {
    headers(
        "date | 日期 | 时间戳
        team | 团队 | 智能体 | 负责人 | 代理
        role | 角色
        task | 任务 | 说明
        model | 模型
        notes | 备注
        tokens | 令牌 | 词元 | tokens 数量 | Token 用量 | 消耗 tokens
        tokens total | 总 tokens | 总计 Token
        tokens in | 输入 tokens | 输入Token数 | 输入
        tokens out | 输出 tokens | 输出
        tokens cache read | 缓存读取 | 缓存命中
        tokens cache write | 缓存写入
        money | 费用 | 成本 | 花费
        money CNY | 费用（元） | 成本（人民币）
        money USD | 费用（美元）
        tokens ~ | 估计 tokens
        (prices) | 单价 | 价格 | 每百万费用
        (limits) | 上限
        (a budget) | 预算
        (what remains) | 剩余 | 余额
        (projected) | 预计 tokens | 计划
        (averages) | 平均
        (running totals) | 累计",
    );
    excluded("价格表|预算|预测|模型对比|基准|节省|计划|上限|定价");
    usage("用量|使用记录|消耗日志");
    totals("合计|小计|总计|5月合计|本周小计");
    absent("无|未知|待定|未记录");
    free("免费");
}

#[test]
fn chinese_traditional() {
    headers(
        "date | 日期 | 時間戳
        team | 團隊 | 負責人
        task | 任務 | 說明
        notes | 備註
        tokens | 詞元 | Token 用量
        tokens total | 總 tokens
        tokens in | 輸入 tokens
        tokens out | 輸出 tokens
        tokens cache read | 快取讀取
        money | 費用 | 成本 | 花費
        money TWD | 費用（NT$） | 費用（新台幣）
        (prices) | 單價 | 價格
        (a budget) | 預算
        (what remains) | 剩餘 | 餘額
        (projected) | 預計 tokens
        (running totals) | 累計",
    );
    excluded("每項功能的估算|價格表|預算|預測|模型對比|節省|計劃|定價");
    usage("用量|使用紀錄");
    totals("合計|小計|總計|5月合計");
    absent("無|未知|待定");
    free("免費");
}

#[test]
fn budgets_and_periods_are_known() {
    for (text, expected) in [
        ("Daily budget: $20", Some(BudgetPeriod::Day)),
        ("$100 per month", Some(BudgetPeriod::Month)),
        ("Wochenbudget", Some(BudgetPeriod::Week)),
        ("Budget pro Woche", Some(BudgetPeriod::Week)),
        ("月間予算", Some(BudgetPeriod::Month)),
        ("每月预算", Some(BudgetPeriod::Month)),
        ("월 예산", Some(BudgetPeriod::Month)),
        ("presupuesto mensual", Some(BudgetPeriod::Month)),
        ("бюджет в неделю", Some(BudgetPeriod::Week)),
        ("Budget", None),
    ] {
        assert_eq!(period(text), expected, "{text}");
        assert_eq!(names_budget(text), !text.starts_with('$'), "{text}");
    }
    assert!(says_projected("* projected, not yet spent"));
    assert!(!says_projected("* includes two retries"));
    assert!(is_ditto("\"") && is_ditto("同上") && !is_ditto("Agent"));
}

#[test]
fn long_texts_are_read_in_linear_time() {
    for part in ["tokens in ", "(", "合計", "総x", "per 1k / ", "a", "é$"] {
        let long = part.repeat(50_000);
        let _ = (
            total_name(&long),
            is_absent(&long),
            period(&long),
            says_projected(&long),
        );
        let _ = (header::column(&long), header::heading(&long));
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in ".{0,40}|[-a-z0-9(/).$%合計円 ]{0,30}") {
        let _ = (total_name(&text), is_absent(&text), is_free(&text), period(&text));
        let _ = (header::column(&text), header::heading(&text), currency(&text));
    }
}
