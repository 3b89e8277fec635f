/** Splits a history at a point in time into training data and scored purchases. */
import { type History, PURCHASE, type Purchase } from '../model/history.ts';

/** The history before the cut, without shoppers and items that occur only after it. */
export function historyBefore(history: History, cutMs: number): History {
  const lines = Int32Array.from(history.timeMsOf.keys()).filter((line) => history.timeMsOf[line]! < cutMs);
  const customers = numbered(history.customers, history.customerOf, lines);
  const items = numbered(history.items, history.itemOf, lines);
  return {
    customers: customers.names,
    items: items.names,
    invoices: history.invoices,
    customerOf: customers.numberOf,
    itemOf: items.numberOf,
    invoiceOf: lines.map((line) => history.invoiceOf[line]!),
    kindOf: Uint8Array.from(lines, (line) => history.kindOf[line]!),
    timeMsOf: Float64Array.from(lines, (line) => history.timeMsOf[line]!),
  };
}

/** Purchases from the cut on. */
export function purchasesFrom(history: History, cutMs: number): Purchase[] {
  const { customers, items, customerOf, itemOf, invoiceOf, kindOf, timeMsOf } = history;
  const purchases: Purchase[] = [];
  for (let line = 0; line < timeMsOf.length; line += 1) {
    if (timeMsOf[line]! < cutMs || kindOf[line] !== PURCHASE) continue;
    const customer = customerOf[line]!;
    purchases.push({
      customer: customer < 0 ? undefined : customers[customer],
      item: items[itemOf[line]!]!,
      invoice: `${invoiceOf[line]}`,
      timeMs: timeMsOf[line]!,
    });
  }
  return purchases;
}

/** Renumbers the names of the given lines without unused ones; −1 stays −1. */
function numbered(
  names: readonly string[],
  numbers: Int32Array,
  lines: Int32Array,
): { names: string[]; numberOf: Int32Array } {
  const newNumbers = new Int32Array(names.length).fill(-1);
  const kept: string[] = [];
  const numberOf = lines.map((line) => {
    const old = numbers[line]!;
    if (old < 0) return -1;
    if (newNumbers[old]! < 0) {
      newNumbers[old] = kept.length;
      kept.push(names[old]!);
    }
    return newNumbers[old]!;
  });
  return { names: kept, numberOf };
}
