//! For each language the headers whose figures are usage, those whose figures are none, and what a heading says of a table.

use super::{TotalName, total_name};
use crate::log::foreign::header::{self, Kind};

fn counts(header: &str) -> bool {
    let column = header::column(header);
    column.exclusion.is_none() && matches!(column.kind, Kind::Measure(..))
}

/// Texts separated by `|` and ends of lines.
fn wrong(texts: &str, is_right: impl Fn(&str) -> bool) -> String {
    let texts = texts.split(['|', '\n']).map(str::trim);
    let wrong = texts.filter(|text| !text.is_empty() && !is_right(text));
    wrong.collect::<Vec<_>>().join(" | ")
}

struct Language {
    counting: &'static str,
    not_counting: &'static str,
    excluding: &'static str,
    not_excluding: &'static str,
    sums: &'static str,
}

impl Language {
    fn check(&self) {
        let found = [
            wrong(self.counting, counts),
            wrong(self.not_counting, |header| !counts(header)),
            wrong(self.excluding, |text| {
                header::heading(text).exclusion.is_some()
            }),
            wrong(self.not_excluding, |text| {
                header::heading(text).exclusion.is_none()
            }),
            wrong(self.sums, |name| total_name(name) == TotalName::Certain),
        ];
        let [counting, not_counting, excluding, not_excluding, sums] = &found;
        assert!(
            found.iter().all(String::is_empty),
            "should count: {counting}\nshould not count: {not_counting}\n\
             should exclude: {excluding}\nshould not exclude: {not_excluding}\nshould be a sum: {sums}"
        );
    }
}

#[test]
fn english() {
    Language {
        counting: "Tokens | Token number | Total tokens | Tokens this session | Input tokens | Output | Cost | Cost (USD)
            Total cost | API cost | Spend | Amount | Invoice amount | Invoice ($) | Cost of the day | Used | Est. tokens | Actual cost | Tokens In",
        not_counting: "Tokens/s | Tokens/sec | Tokens per second | tok/min | Old cost | New cost | Previous cost | Cost last month
            Cost code | Cost center | Cost centre | Invoice | Invoice no. | Cost ID | Unit price | Hourly cost | FX rate
            Max tokens | Min tokens | Token limit | Token cap | Quota | Peak tokens | Budget ($) | Remaining tokens | Tokens left
            Credit balance | Top-up amount | Planned tokens | Projected cost | Target tokens | Goal tokens | Forecast cost
            Run rate ($) | Savings | Cost avoided | Avg cost | Mean tokens | p95 tokens | Baseline cost | Benchmark tokens
            Cost vs plan | Cumulative cost | Lifetime tokens | Cost to date | Context tokens | Alert threshold | Refund amount
            Discount cost | Cost/session | Cost after",
        excluding: "Pricing | Rate limits | Token budget | Budget vs actual | Remaining work | Planned sessions | Cost projection
            Forecast | Targets | Savings | Averages | Model comparison | Benchmarks | Running totals | Alert thresholds
            Context window sizes | Cost per feature | Deposits | 2026-05-07 — forecast | Forecast 2026-05-07
            2026-05-07 — parser (planned) | 2026-05-07 — planned features | May 2026 forecast",
        not_excluding: "Usage | Token log | Spend by day | 2026-05-07 | 2026-05-07 — fix forecast view | Week 19 | Session 12
            2026-05-07 — rewrite the budget page | May 7, 2026: pricing page layout | Friday May 8 2026 · rate limiter bug
            Running log | Implementation | Day 2 (2026-05-08): comparison table bugs",
        sums: "Total | Monthly total | Daily total | Weekly total | Sum total | Total to date | Week 19 total",
    }
    .check();
}

#[test]
fn german() {
    Language {
        counting: "Tokens | Anzahl Token | Tokenverbrauch | Gesamttokens | Eingabe-Tokens | Ausgabe-Tokens | Kosten | Kosten (€)
            Gesamtkosten | Tageskosten | Betrag | Rechnungsbetrag | Ausgaben | Verbrauch | Tatsächliche Kosten | Geschätzte Kosten",
        not_counting: "Ø Token | Ø Kosten | Restliche Token | Verbleibende Token | Gesparte Token | Kostenstelle | Kostenart
            Rechnungsnummer | Rechnungs-Nr. | Stückpreis | Stundensatz | Kosten pro Stunde | Token je Aufgabe | Tokens/s
            Maximale Token | Höchstbetrag | Token-Obergrenze | Tokenlimit | Kontingent | Monatsbudget | Budgetierte Kosten
            Restbudget | Restguthaben | Kontostand | Geplante Token | Plankosten | Sollkosten | Zielkosten | Prognostizierte Kosten
            Erwartete Token | Ersparnis | Kosteneinsparung | Durchschnittliche Kosten | Mittlere Kosten | Vergleichskosten
            Alte Kosten | Neue Kosten | Kosten vorher | Kosten Vormonat | Kumulierte Token | Laufende Summe | Zählerstand
            Kontext-Token | Schwellenwert | Gutschrift | Benötigte Token",
        excluding: "Preisliste | Tarife | Grenzwerte | Tokenbudget | Restliche Arbeiten | Geplante Sitzungen | Kostenprognose
            Kostenplan | Zielwerte | Einsparungen | Mittelwerte | Durchschnittswerte | Modellvergleich | Kumulierte Werte
            Schwellenwerte | Schätzung | Kostenschätzung | Erwarteter Verbrauch | 2026-05-07 — Prognose | 07.05.2026: geplante Aufgaben",
        not_excluding: "Verbrauch | Kostenprotokoll | Nutzung im Mai | 07.05.2026 | 07.05.2026 — Prognoseansicht repariert
            2026-05-07 — Budgetseite neu gebaut | Sitzung 12 | Woche 19 | Laufendes Protokoll | Umsetzung | Tag 2",
        sums: "Monatssumme | Tagessumme | Wochensumme | Jahressumme | Quartalssumme | Monatsgesamt | Zwischensumme | Endsumme
            Gesamtsumme | Summe KW 19 | Monatstotal | Tagessumme 07.05.",
    }
    .check();
}

#[test]
fn french() {
    Language {
        counting: "Jetons | Nombre de jetons | Total des jetons | Jetons en entrée | Jetons en sortie | Tokens | Coût | Coût (€)
            Coût total | Coût réel | Dépenses | Montant | Montant de la facture | Consommation | Jetons utilisés | Coût estimé",
        not_counting: "Jetons économisés | Centre de coûts | Facture | N° de facture | Prix unitaire | Tarif | Coût horaire
            Coût par tâche | Jetons par seconde | Jetons/s | Jetons max | Jetons maximum | Coût minimal | Plafond | Quota
            Budget (€) | Montant alloué | Jetons restants | Solde | Crédit disponible | Coût prévu | Jetons prévus | Coût cible
            Coût visé | Prévision de coût | Objectif | Devis | Économies | Coût moyen | Jetons moyens | Coût médian : médiane
            Comparaison des coûts | Écart de coût | Ancien coût | Nouveau coût | Coût avant | Coût cumulé | Cumul des jetons
            Coût à ce jour | Jetons de contexte | Seuil | Remise | Coût futur",
        excluding: "Tarifs | Grille tarifaire | Plafonds | Budget mensuel | Travail restant | Sessions prévues | Prévisions
            Planification | Objectifs | Économies | Moyennes | Comparaison | Cumul | Seuils | Estimation | Coût par fonctionnalité
            2026-05-07 — prévision | 2026-05-07 — tâches (prévues)",
        not_excluding: "Consommation | Journal des dépenses | Utilisation | 2026-05-07 | 2026-05-07 — corriger la vue budget
            7 mai 2026 — page des tarifs refaite | Séance 12 | Semaine 19 | Jour 2 | Réalisation",
        sums: "Total | Total mensuel | Total journalier | Total hebdomadaire | Sous-total | Somme | Total du mois | Total de la semaine",
    }
    .check();
}

#[test]
fn spanish() {
    Language {
        counting: "Tokens | Número de tokens | Total de tokens | Tokens de entrada | Tokens de salida | Coste | Costo | Coste ($)
            Coste total | Coste real | Gasto | Importe | Importe de la factura | Consumo | Tokens usados | Coste estimado",
        not_counting: "Tokens máximos | Tokens mínimos | Tokens ahorrados | Centro de coste | Centro de costos | Factura
            N.º de factura | Precio unitario | Tarifa | Coste horario | Coste por tarea | Tokens por segundo | Tokens/s
            Límite de tokens | Tope | Cuota | Presupuesto ($) | Coste presupuestado | Tokens restantes | Saldo | Tokens disponibles
            Coste previsto | Tokens planificados | Coste proyectado | Coste objetivo | Meta de tokens | Pronóstico | Ahorro
            Coste medio | Tokens promedio | Comparación | Diferencia de coste | Coste anterior | Coste antiguo | Coste nuevo
            Coste acumulado | Tokens acumulados | Coste hasta la fecha | Tokens de contexto | Umbral | Descuento | Recarga",
        excluding: "Precios | Tarifas | Límites | Presupuesto | Trabajo restante | Sesiones planificadas | Proyecciones
            Planificación | Objetivos | Ahorros | Promedios | Comparación | Acumulado | Umbrales | Estimación | Coste por función
            2026-05-07 — previsión | 2026-05-07 — tareas previstas",
        not_excluding: "Consumo | Registro de gastos | Uso de tokens | 2026-05-07 | 2026-05-07 — arreglar vista del presupuesto
            7 mayo 2026 — página de precios rehecha | Sesión 12 | Semana 19 | Día 2 | Implementación",
        sums: "Total | Total mensual | Total diario | Total semanal | Subtotal | Suma | Total del mes | Suma mensual",
    }
    .check();
}

#[test]
fn portuguese() {
    Language {
        counting: "Tokens | Número de tokens | Total de tokens | Tokens de entrada | Tokens de saída | Custo | Custo (R$)
            Custo total | Custo real | Gasto | Valor | Valor da fatura | Consumo | Tokens usados | Custo estimado | Despesa",
        not_counting: "Custo alvo | Tokens economizados | Tokens poupados | Centro de custo | Centro de custos | Fatura
            Número da fatura | Preço unitário | Tarifa | Custo horário | Custo por tarefa | Tokens por segundo | Tokens/s
            Tokens máximos | Tokens mínimos | Limite de tokens | Teto | Cota | Orçamento (R$) | Custo orçado | Tokens restantes
            Saldo | Tokens disponíveis | Custo previsto | Tokens planejados | Custo projetado | Meta de tokens | Previsão
            Economia | Custo médio | Média de tokens | Comparação | Diferença de custo | Custo anterior | Custo antigo | Custo novo
            Custo acumulado | Tokens acumulados | Custo até agora | Tokens de contexto | Limiar | Desconto | Recarga",
        excluding: "Preços | Tarifas | Limites | Orçamento | Trabalho restante | Sessões planejadas | Projeções | Planejamento
            Meta | Metas | Economias | Médias | Comparação | Acumulado | Limiares | Estimativa | Custo por funcionalidade
            2026-05-07 — previsão | 2026-05-07 — tarefas previstas",
        not_excluding: "Consumo | Registro de gastos | Uso de tokens | 2026-05-07 | 2026-05-07 — corrigir tela do orçamento
            7 maio 2026 — página de preços refeita | Sessão 12 | Semana 19 | Dia 2 | Implementação",
        sums: "Total | Total mensal | Total diário | Total semanal | Subtotal | Soma | Total do mês | Soma mensal",
    }
    .check();
}

#[test]
fn italian() {
    Language {
        counting: "Token | Numero di token | Totale token | Token in ingresso | Token in uscita | Gettoni | Costo | Costo (€)
            Costo totale | Costo effettivo | Spesa | Importo | Importo fattura | Consumo | Token usati | Costo stimato",
        not_counting: "Token massimi | Token minimi | Token risparmiati | Centro di costo | Fattura | Numero fattura | Prezzo unitario
            Tariffa | Costo orario | Costo per attività | Token al secondo: velocità | Token/s | Limite di token | Tetto
            Budget (€) | Importo stanziato | Token rimanenti | Saldo | Residuo | Token disponibili | Costo previsto
            Token pianificati | Costo obiettivo | Costo atteso | Proiezione dei costi | Risparmio | Costo medio | Token medi
            Media dei costi | Confronto | Differenza di costo | Costo precedente | Vecchio costo | Nuovo costo | Costo prima
            Costo cumulativo | Token cumulati | Costo finora | Token di contesto | Soglia | Sconto | Rimborso | Ricarica | Token necessari",
        excluding: "Prezzi | Listino | Tariffe | Limiti | Budget | Lavoro rimanente | Sessioni pianificate | Previsioni
            Pianificazione | Obiettivi | Risparmi | Medie | Confronto | Cumulativo | Soglie | Stima | Costo per funzionalità
            2026-05-07 — previsione | 2026-05-07 — attività previste",
        not_excluding: "Consumi | Registro spese | Utilizzo | 2026-05-07 | 2026-05-07 — correggere vista budget
            7 maggio 2026 — pagina dei prezzi rifatta | Sessione 12 | Settimana 19 | Giorno 2 | Implementazione",
        sums: "Totale | Totale mensile | Totale giornaliero | Totale settimanale | Subtotale | Somma | Totale del mese | Somma giornaliera",
    }
    .check();
}

#[test]
fn polish() {
    Language {
        counting: "Tokeny | Liczba tokenów | Razem tokeny | Tokeny wejściowe | Tokeny wyjściowe | Koszt | Koszt (zł) | Koszt całkowity
            Rzeczywisty koszt | Wydatki | Kwota | Kwota faktury | Zużycie | Zużyte tokeny | Szacowany koszt",
        not_counting: "Tokeny na zadanie | Koszt na sesję | Koszt za godzinę | Tokeny/s | Cena | Stawka | Kurs walut | Prognozowany koszt
            Planowany koszt | Koszt docelowy | Oczekiwane tokeny | Przewidywany koszt | Zaoszczędzone tokeny | Oszczędności
            Limit tokenów | Maksymalne tokeny | Minimalny koszt | Budżet (zł) | Pozostałe tokeny | Saldo | Dostępne tokeny
            Średni koszt | Średnia tokenów | Przeciętny koszt | Porównanie | Różnica kosztów | Stary koszt | Nowy koszt
            Poprzedni koszt | Koszt narastająco | Skumulowane tokeny | Koszt dotychczas | Tokeny kontekstu | Próg
            Centrum kosztów | MPK | Faktura | Nr faktury | Rabat | Wymagane tokeny",
        excluding: "Cennik | Stawki | Limity | Budżet | Pozostała praca | Planowane sesje | Prognoza kosztów | Planowanie | Cele
            Oszczędności | Średnie | Porównanie modeli | Narastająco | Progi | Szacunek | Koszt za godzinę
            2026-05-07 — prognoza | 2026-05-07 — planowane zadania",
        not_excluding: "Zużycie | Dziennik | Wydatki | 2026-05-07 | 2026-05-07 — naprawa widoku budżetu
            7 maja 2026 — strona cennika poprawiona | Sesja 12 | Tydzień 19 | Dzień 2 | Wdrożenie",
        sums: "Razem | Suma | Suma dzienna | Suma miesięczna | Suma tygodniowa | Razem maj | Ogółem | Razem tydzień 19",
    }
    .check();
}

#[test]
fn russian() {
    Language {
        counting: "Токены | Количество токенов | Всего токенов | Входные токены | Выходные токены | Стоимость | Стоимость (₽)
            Общая стоимость | Фактические затраты | Расход | Расходы на API | Затраты на токены | Потрачено | Израсходовано | Токены за день",
        not_counting: "Токены на задачу | Стоимость на сессию | Стоимость за час | Токены/с | Токенов в секунду | Цена | Тариф | Курс валют
            Плановая стоимость | Планируемые токены | Целевая стоимость | Ожидаемая стоимость | Прогнозная стоимость
            Прогноз токенов | Сэкономленные токены | Экономия | Лимит токенов | Максимум токенов | Максимальная стоимость
            Минимальная стоимость | Бюджет (₽) | Осталось токенов | Остаток | Оставшиеся токены | Баланс | Доступные токены
            Средняя стоимость | Среднее токенов | Сравнение | Разница в стоимости | Старая стоимость | Новая стоимость
            Предыдущая стоимость | Стоимость до | Накопленная стоимость | Токены нарастающим итогом | Токены контекста | Порог
            Центр затрат | Номер счета | Скидка | Требуемые токены",
        excluding: "Цены | Тарифы | Расценки | Лимиты | Бюджет | Оставшиеся задачи | Планируемые сессии | Прогноз расходов | Планирование
            Цели | Экономия | Средние значения | Сравнение моделей | Накопительно | Пороги | Оценка | Стоимость за час
            2026-05-07 — прогноз | 2026-05-07 — плановые задачи",
        not_excluding: "Использование | Журнал расходов | Расход токенов | 2026-05-07 | 2026-05-07 — исправить вид бюджета
            7 мая 2026 — страница тарифов переделана | Сессия 12 | Неделя 19 | День 2 | Реализация",
        sums: "Итого | Всего | Итого за день | Итого за неделю | Сумма за месяц | Общая сумма | Подытог | Итого за май",
    }
    .check();
}

#[test]
fn japanese() {
    Language {
        counting: "トークン | トークン数 | 合計トークン | 使用トークン | 入力トークン | 出力トークン | 費用 | 費用（円） | コスト | 金額
            請求金額 | 料金 | 支出 | 使用量 | 実際の費用 | 推定トークン",
        not_counting: "単価 | 価格 | 為替レート | 1時間あたりの費用 | タスクあたりトークン | トークン/秒 | 毎秒トークン | 最大トークン
            最小トークン | トークン上限 | 利用枠 | 予算（円） | 残りトークン | 残トークン | 残高 | 利用可能トークン | 予定費用
            予測トークン | 目標費用 | 見込みコスト | 想定費用 | 節約トークン | 削減額 | 平均費用 | 平均トークン | 費用比較
            費用差額 | 旧コスト | 新コスト | 変更前コスト | 先月の費用 | 累計費用 | 累積トークン | これまでの費用
            コンテキストトークン | しきい値 | コストセンター | 請求書番号 | 割引額 | チャージ金額 | 必要トークン",
        excluding: "料金表 | 単価 | 上限 | 予算 | 残作業の残り | 予定セッション | 費用予測 | 今後の計画 | 目標 | 節約 | 平均 | モデル比較
            累計 | しきい値 | 見積もり | 見積 | 機能ごとの費用 | 2026-05-07 予測 | 2026-05-07 — 作業（予定）",
        not_excluding: "使用ログ | 使用量 | 利用記録 | 2026-05-07 | 2026-05-07 — 予算画面を修正 | 2026年5月7日 — 単価ページの修正
            セッション12 | 第19週 | 実装 | 2日目",
        sums: "合計 | 小計 | 日計 | 月計 | 週計 | 5月合計 | 総計 | 月間合計",
    }
    .check();
}

#[test]
fn korean() {
    Language {
        counting: "토큰 | 토큰 수 | 총 토큰 | 사용 토큰 | 입력 토큰 | 출력 토큰 | 비용 | 비용(원) | 금액 | 총 비용 | 청구 금액 | 요금
            지출 | 사용량 | 실제 비용 | 추정 토큰",
        not_counting: "단가 | 가격 | 환율 | 시간당 비용 | 작업당 토큰 | 초당 토큰 | 토큰/초 | 최대 토큰 | 최소 토큰 | 토큰 한도 | 할당량
            예산(원) | 남은 토큰 | 잔여 토큰 | 잔액 | 가용 토큰 | 계획 비용 | 예정 비용 | 예상 비용 | 예측 토큰 | 목표 비용
            절약 토큰 | 절감 비용 | 평균 비용 | 평균 토큰 | 비용 비교 | 비용 차이 | 기존 비용 | 이전 비용 | 새 비용 | 변경 전 비용
            지난달 비용 | 누적 비용 | 누적 토큰 | 현재까지 비용 | 컨텍스트 토큰 | 임계값 | 비용 센터 | 청구서 번호 | 할인 금액
            충전 금액 | 필요 토큰",
        excluding: "가격표 | 단가 | 한도 | 예산 | 남은 작업 | 예정 세션 | 비용 예측 | 계획 | 목표 | 절감 | 평균 | 모델 비교 | 누적 | 임계값
            추정 | 견적 | 기능별 비용 | 2026-05-07 예측 | 2026-05-07 — 작업 (예정)",
        not_excluding: "사용량 | 사용 내역 | 토큰 사용 기록 | 2026-05-07 | 2026-05-07 — 예산 화면 수정 | 2026년 5월 7일 — 가격 페이지 개선
            세션 12 | 19주차 | 구현 | 2일차",
        sums: "합계 | 소계 | 총계 | 일계 | 월계 | 5월 합계 | 총합계 | 월간 합계",
    }
    .check();
}

#[test]
fn chinese_simplified() {
    Language {
        counting: "令牌 | 令牌数 | 总 tokens | Token 用量 | 输入 tokens | 输出 tokens | 费用 | 费用（元） | 成本 | 总费用 | 金额
            账单金额 | 花费 | 用量 | 实际费用 | 估计 tokens",
        not_counting: "单价 | 价格 | 汇率 | 每小时费用 | 每个任务的 tokens | 每秒 tokens | tokens/秒 | 最大 tokens | 最小 tokens
            tokens 上限 | 额度 | 配额 | 预算（元） | 剩余 tokens | 余额 | 可用 tokens | 计划费用 | 预计费用 | 预测 tokens | 目标费用
            预期成本 | 节省的 tokens | 节约费用 | 平均费用 | 日均 tokens | 费用对比 | 费用差额 | 旧费用 | 新费用 | 优化前费用
            上月费用 | 累计费用 | 累计 tokens | 截至目前费用 | 上下文 tokens | 阈值 | 成本中心 | 发票号 | 折扣金额 | 充值金额 | 所需 tokens",
        excluding: "价格表 | 定价 | 上限 | 预算 | 剩余工作 | 计划任务 | 费用预测 | 规划 | 目标 | 节省 | 平均 | 模型对比 | 累计 | 阈值 | 估算
            预估 | 每个功能的费用 | 2026-05-07 预测 | 2026-05-07 — 任务（计划）",
        not_excluding: "用量 | 使用记录 | 消耗日志 | 2026-05-07 | 2026-05-07 — 修复预算页面 | 2026年5月7日 — 重写价格页面
            会话 12 | 第19周 | 实现 | 第2天",
        sums: "合计 | 小计 | 总计 | 本周小计 | 本日合计 | 5月合计 | 月计 | 本月合计",
    }
    .check();
}

#[test]
fn chinese_traditional() {
    Language {
        counting: "權杖 | 權杖數 | 總 tokens | Token 用量 | 輸入 tokens | 輸出 tokens | 費用 | 費用（元） | 成本 | 總費用 | 金額
            帳單金額 | 花費 | 用量 | 實際費用 | 估計 tokens",
        not_counting: "單價 | 價格 | 匯率 | 每小時費用 | 每個任務的 tokens | 每秒 tokens | tokens/秒 | 最大 tokens | 最小 tokens
            tokens 上限 | 額度 | 配額 | 預算（元） | 剩餘 tokens | 餘額 | 可用 tokens | 計劃費用 | 計畫費用 | 預計費用 | 預測 tokens
            目標費用 | 預期成本 | 節省的 tokens | 節約費用 | 平均費用 | 日均 tokens | 費用對比 | 費用差額 | 舊費用 | 新費用
            優化前費用 | 上月費用 | 累計費用 | 累計 tokens | 截至目前費用 | 上下文 tokens | 閾值 | 成本中心 | 發票號碼 | 折扣金額
            儲值金額 | 所需 tokens",
        excluding: "價格表 | 定價 | 上限 | 預算 | 剩餘工作 | 計劃任務 | 費用預測 | 規劃 | 目標 | 節省 | 平均 | 模型對比 | 累計 | 閾值 | 估算
            估計 | 每項功能的費用 | 2026-05-07 預測 | 2026-05-07 — 任務（計劃）",
        not_excluding: "用量 | 使用紀錄 | 消耗日誌 | 2026-05-07 | 2026-05-07 — 修復預算頁面 | 2026年5月7日 — 重寫價格頁面
            會話 12 | 第19週 | 實作 | 第2天",
        sums: "合計 | 小計 | 總計 | 本週小計 | 本日合計 | 5月合計 | 月計 | 本月合計",
    }
    .check();
}
