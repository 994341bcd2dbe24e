// What can be done with an export run: what was refused is exported again, in another month if that was the reason, and what
// has no answer yet is withdrawn.

import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { faultsOf } from "../../parts/faults.ts";
import { LookUp } from "../../parts/LookUp.tsx";
import { dollarWords } from "../../parts/money.ts";
import { counted } from "../../text/en.ts";
import { EXPORT_STALE, startExport, useOpenMonths } from "../ready/Export.tsx";

type Run = Schema<"ExportRun">;

/** The ids of the invoices that the run could not export. */
async function refusedOf(run: Run): Promise<number[]> {
  const found: number[] = [];
  let cursor: string | undefined;
  do {
    const page = await data(client.GET("/api/v1/rating/exports/{run_id}/invoices", {
      params: { path: { run_id: run.id }, query: { outcome: "refused", limit: 500, totals: false, ...(cursor === undefined ? {} : { cursor }) } },
    }));
    found.push(...page.items.map((invoice) => invoice.invoice_id));
    cursor = page.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

export function ExportAgain({ run }: { run: Run }) {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const months = useOpenMonths();
  const [date, setDate] = useState("");
  const [month, setMonth] = useState("");
  if (run.refused === 0) return null;
  const words = `Export ${counted(run.refused, "invoice")} again`;
  return (
    <Command primary words={words} stale={EXPORT_STALE}
      whyNot={whyNot("rating.export", "edit") ?? (run.finished_at === null ? "Wait until the run has ended." : undefined)}
      run={async (key) => startExport({ selection: { invoice_ids: await refusedOf(run) }, ...(date === "" ? {} : { invoice_date: date }), ...(month === "" ? {} : { month }) }, key)}
      done={(next) => void navigate({ to: "/exports/$id", params: { id: String(next.id) }, search: {} })}
      confirm={{
        title: "Export what was refused again",
        about: (error) => {
          const faults = faultsOf(error);
          return (
            <>
              <p>The orders of the refused invoices are invoiced and locked, unless they are refused again.</p>
              <DateField label="Invoice date" placeholder="Today" value={date} change={setDate} place="/invoice_date" fault={faults["/invoice_date"]} />
              <LookUp label="Month" recent="months" placeholder="That of the invoice date" value={month} change={setMonth} choices={months} place="/month" fault={faults["/month"]} />
            </>
          );
        },
        words: `${words}, ${dollarWords(run.refused_total)}`,
      }} />
  );
}

export function Withdraw({ run }: { run: Run }) {
  const { whyNot } = useSession();
  if (run.finished_at !== null || run.in_flight === 0) return null;
  const words = `Withdraw ${counted(run.in_flight, "invoice")}`;
  return (
    <Command words={words} whyNot={whyNot("rating.export", "approve")} stale={EXPORT_STALE}
      run={(key) => data(client.POST("/api/v1/rating/exports/{run_id}/withdrawals", { params: { path: { run_id: run.id }, header: { "idempotency-key": key } }, body: {} }))}
      confirm={{
        title: "Withdraw what has no answer yet",
        about: <p>Accounts Receivable is asked not to book these invoices. What is booked already stays booked; the run shows the answers.</p>,
        words,
      }} />
  );
}
