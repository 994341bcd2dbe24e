// Ready to Export: the orders that are rated and not exported, and the export itself, whole or of those that are chosen.

import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { Command } from "../../parts/Command.tsx";
import { DataTable } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { dollarWords, sumOf } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { ReadySearch } from "../searches.ts";
import { COLUMNS } from "./columns.tsx";

const route = getRouteApi("/ready");
const NONE: ReadonlySet<number> = new Set();

type Row = Schema<"ReadyRow">;

/** How many orders an export takes, what they come to, and how the suite is asked for them. */
interface Taken {
  orders: number;
  total: string;
  selection: Schema<"Selection">;
}

function takenOf(search: ReadySearch, totals: Schema<"ReadyTotals"> | undefined, chosen: readonly Row[]): Taken | undefined {
  if (chosen.length > 0) {
    const total = sumOf(chosen.map((row) => row.total));
    return { orders: chosen.length, total, selection: { work_order_ids: chosen.map((row) => row.work_order_id) } };
  }
  // The suite selects by branch and bill-to alone; with other filters, orders are chosen by hand.
  const others = Object.keys(search).filter((name) => !["branch", "bill_to", "sort", "exportable"].includes(name));
  if (totals === undefined || others.length > 0) return undefined;
  return {
    orders: totals.exportable.orders,
    total: totals.exportable.total,
    selection: {
      ...(search.branch === undefined ? {} : { branches: [search.branch] }),
      ...(search.bill_to === undefined ? {} : { bill_tos: [search.bill_to] }),
    },
  };
}

export function Ready() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const [chosen, setChosen] = useState(NONE);
  const { sort, ...filters } = search;
  const list = useList("ready", "/api/v1/rating/ready-to-export", search);
  const set = useCallback(
    (changes: Changes<ReadySearch>) => {
      setChosen(NONE);
      void navigate({ search: (before) => ({ ...before, ...changes }) as ReadySearch });
    },
    [navigate],
  );
  const rows = list.rows.filter((row) => chosen.has(row.work_order_id));
  const taken = takenOf(search, list.totals, rows);
  const words = taken === undefined ? "Export" : `Export ${counted(taken.orders, "order")}, ${dollarWords(taken.total)}`;
  const refused =
    whyNot("rating.export", "approve") ??
    (taken === undefined ? "Choose orders: an export takes all, those of a branch or a bill-to, or those that are chosen." : undefined) ??
    (taken?.orders === 0 ? "No order in this list can be exported." : undefined);
  const command = (
    <Command primary words={words} whyNot={refused} stale={["ready", "waiting", "exports"]}
      run={(key) =>
        data(client.POST("/api/v1/rating/exports", {
          params: { header: { "idempotency-key": key } },
          body: { selection: taken?.selection ?? {}, expected_orders: taken?.orders ?? 0, expected_total: taken?.total ?? "0.00" },
        }))
      }
      confirm={{
        title: "Export to Accounts Receivable",
        about: <p>The orders are invoiced today and locked. After that, they are changed only by a credit.</p>,
        words,
      }}
      done={(run) => "id" in run && void navigate({ to: "/exports/$id", params: { id: String(run.id) } })} />
  );
  const totals = list.totals;
  return (
    <Page title="Ready to Export" command={command}
      filters={
        <>
          <SearchField label="Order, bill-to" value={filters.search} change={(value) => set({ search: value })} />
          <Chips label="Which orders" chips={[{ value: "yes", words: "Exportable", count: totals?.exportable.orders }]}
            on={filters.exportable === true ? ["yes"] : []} change={(on) => set({ exportable: on.length > 0 ? true : undefined })} />
          <Chips label="Warnings" on={filters.warning ?? []} change={(on) => set({ warning: on.length > 0 ? on : undefined })}
            chips={(totals?.by_warning ?? []).map((one) => ({ value: one.code, words: wordsOf(one.code), count: one.orders }))} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {totals !== undefined && (
        <Totals>
          <span><strong>{counted(totals.count, "order")}</strong>, {dollarWords(totals.total)}</span>
          <span>charges {dollarWords(totals.charges_total)}, advances {dollarWords(totals.advances_total)}</span>
          {rows.length > 0 && <span><strong>{counted(rows.length, "order")} chosen</strong>, {dollarWords(sumOf(rows.map((row) => row.total)))}</span>}
        </Totals>
      )}
      <DataTable label="Orders ready to export" columns={COLUMNS} {...list.table} keyOf={(row) => row.work_order_id}
        sort={sort ?? "bill_to"} onSort={(next) => set({ sort: next })} chosen={{ keys: chosen, change: setChosen }}
        onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} empty="Nothing is ready with these filters. Rate orders first, or look at those that cannot be rated." />
    </Page>
  );
}
