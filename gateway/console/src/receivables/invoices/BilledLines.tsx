// The lines of an invoice, order by order. Each order leads to its charges, and to why they are there.

import { Link } from "@tanstack/react-router";
import { dayWords } from "../../parts/dates.ts";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords, sumOf } from "../../parts/money.ts";
import type { Invoice } from "./Invoice.tsx";
import { byOrder, reckoned } from "./rules.ts";

export function BilledLines({ invoice }: { invoice: Invoice }) {
  const facts = new Map(invoice.orders.map((order) => [order.number, order]));
  return (
    <>
      {byOrder(invoice.lines).map((order) => {
        const about = facts.get(order.number);
        const served = about?.facts?.services?.map((service) => service.party).filter(Boolean).join(", ") ?? "";
        return (
          <section key={order.id ?? "none"} aria-label={order.number === "" ? "Lines" : `Work order ${order.number}`}>
            {order.id !== undefined && (
              <h3>
                <Link to="/work-orders/$id" params={{ id: String(order.id) }}>{order.number}</Link>
                {[dayWords(about?.service_on ?? null), about?.facts?.case_title ?? "", served].filter(Boolean).map((words) => ` · ${words}`)}
              </h3>
            )}
            <Lines label={order.number === "" ? "Lines" : `Lines of ${order.number}`} empty="There are no lines."
              heads={[{ words: "Item" }, { words: "Quantity × rate", right: true }, { words: "Tax", right: true }, { words: "Amount", right: true }, { words: "Left", right: true }]}
              rows={order.lines.map((line) => ({
                key: line.line,
                cells: [
                  <>{line.description}{line.fee_advance ? " (fee advance)" : ""}</>, reckoned(line), line.tax === "0.00" ? "" : amountWords(line.tax),
                  amountWords(line.amount), amountWords(line.remaining),
                ],
              }))}
              sums={["Total", "", amountWords(sumOf(order.lines.map((line) => line.tax))), amountWords(sumOf(order.lines.map((line) => line.amount))),
                amountWords(sumOf(order.lines.map((line) => line.remaining)))]} />
          </section>
        );
      })}
    </>
  );
}
