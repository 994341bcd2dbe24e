// The export itself: what it takes, its invoice date and its month, confirmed with the count and the sum.

import { useQuery } from "@tanstack/react-query";
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
import type { Taken } from "./rules.ts";

export const EXPORT_STALE = ["ready", "waiting", "exports", "export", "export-invoices", "work-orders", "work-order", "rollups", "wip"];

/** The months that are open in some company of Accounts Receivable. */
export function useOpenMonths() {
  const codes = useQuery({ queryKey: ["receivables-codes"], queryFn: () => data(client.GET("/api/v1/receivables/codes")), staleTime: 300_000 });
  const companies = codes.data?.ar_companies ?? [];
  const months = [...new Set(companies.flatMap((company) => company.open_months))].sort();
  return months.map((month) => {
    const open = companies.filter((company) => company.open_months.includes(month));
    return { code: month, name: open.length === companies.length ? "open in all companies" : `open in ${open.map((company) => company.name).join(", ")}` };
  });
}

export async function startExport(body: Schema<"ExportRequest">, key: string): Promise<Schema<"ExportRun">> {
  return (await data(client.POST("/api/v1/rating/exports", { params: { header: { "idempotency-key": key } }, body }))) as Schema<"ExportRun">;
}

export function Export({ taken }: { taken: Taken | undefined }) {
  const { whyNot } = useSession();
  const navigate = useNavigate();
  const months = useOpenMonths();
  const [date, setDate] = useState("");
  const [month, setMonth] = useState("");
  const words = taken === undefined ? "Export" : `Export ${counted(taken.orders, "order")}, ${dollarWords(taken.total)}`;
  return (
    <Command primary shortcut="E" words={words} stale={EXPORT_STALE}
      whyNot={whyNot("rating.export", "edit")
        ?? (taken === undefined ? "Choose orders: an export takes all, those of a branch or a bill-to, or those that are chosen." : undefined)
        ?? (taken?.orders === 0 ? "No order in this list can be exported." : undefined)}
      run={(key) =>
        startExport({
          selection: taken?.selection ?? {}, expected_orders: taken?.orders ?? 0, expected_total: taken?.total ?? "0.00",
          ...(date === "" ? {} : { invoice_date: date }), ...(month === "" ? {} : { month }),
        }, key)
      }
      confirm={{
        title: "Export to Accounts Receivable",
        about: (error) => {
          const faults = faultsOf(error);
          return (
            <>
              <p>The orders are invoiced and locked. After that, they are changed only by a credit.</p>
              <DateField label="Invoice date" placeholder="Today" value={date} change={setDate} place="/invoice_date" fault={faults["/invoice_date"]} />
              <LookUp label="Month" recent="months" placeholder="That of the invoice date" value={month} change={setMonth} choices={months} place="/month" fault={faults["/month"]} />
            </>
          );
        },
        words,
      }}
      done={(run) => void navigate({ to: "/exports/$id", params: { id: String(run.id) } })} />
  );
}
