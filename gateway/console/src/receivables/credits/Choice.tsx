// What is credited of each line: an amount, everything that is left of an order, or of the whole invoice.

import { Button } from "@mantine/core";
import { Lines } from "../../parts/Lines.tsx";
import { MoneyField } from "../../parts/MoneyField.tsx";
import { amountWords } from "../../parts/money.ts";
import type { Invoice } from "../invoices/Invoice.tsx";
import { byOrder } from "../invoices/rules.ts";
import { mostOf, placeOf, toggled, total, type CreditForm } from "./rules.ts";

interface Given {
  invoice: Invoice;
  form: CreditForm;
  change: (next: (form: CreditForm) => CreditForm) => void;
}

export function Choice({ invoice, form, change }: Given) {
  const orders = byOrder(invoice.lines);
  const open = (lines: Invoice["lines"]) => lines.some((line) => line.remaining !== "0.00");
  const rows = orders.flatMap((order) => [
    ...(order.id === undefined ? [] : [{
      key: `order ${order.id}`,
      cells: [
        <strong>{order.number}</strong>, "",
        open(order.lines) ? <Button variant="subtle" size="compact-xs" onClick={() => change((before) => toggled(before, order.lines))}>Whole order</Button> : "credited",
      ],
    }]),
    ...order.lines.map((line) => ({
      key: line.line,
      cells: [
        line.description, amountWords(line.remaining),
        line.remaining === "0.00" ? "" : (
          <MoneyField label={`Credit of line ${line.line}`} place={placeOf(line.line)} inTable value={form.amounts[line.line] ?? ""} placeholder={amountWords(mostOf(line))}
            change={(amount) => change((before) => ({ ...before, amounts: { ...before.amounts, [line.line]: amount } }))} />
        ),
      ],
    })),
  ]);
  return (
    <>
      <Lines label="Lines to credit" empty="There are no lines." rows={rows}
        heads={[{ words: "Item" }, { words: "Left", right: true }, { words: "Credit", right: true }]}
        sums={["Total", amountWords(invoice.open), amountWords(total(form, invoice.lines))]} />
      <Button variant="default" onClick={() => change((before) => toggled(before, invoice.lines))}>Whole invoice</Button>
    </>
  );
}
