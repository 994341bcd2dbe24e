// Ready to Export: the orders that are rated and not exported, and the export itself, whole or of those that are chosen.

import { getRouteApi } from "@tanstack/react-router";
import { useCallback, useState } from "react";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { amountWords, dollarWords, sumOf } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { Sums } from "../../parts/Sums.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import { useNames } from "../codes.ts";
import type { ReadySearch } from "../searches.ts";
import { COLUMNS } from "./columns.tsx";
import { Export } from "./Export.tsx";
import { Peek } from "./Peek.tsx";
import { takenOf, wholeRollups } from "./rules.ts";

const route = getRouteApi("/ready");
const NONE: ReadonlySet<number> = new Set();
type Row = Schema<"ReadyRow">;

export function Ready() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOf } = useNames();
  const [chosen, setChosen] = useState(NONE);
  const [peeked, setPeeked] = useState<Row | undefined>(undefined);
  const { sort, sums, ...filters } = search;
  const query = { ...filters, ...(sort === undefined ? {} : { sort }) };
  const list = useList("ready", "/api/v1/rating/ready-to-export", query);
  const set = useCallback(
    (changes: Changes<ReadySearch>) => {
      setChosen(NONE);
      void navigate({ search: (before) => ({ ...before, ...changes }) as ReadySearch });
    },
    [navigate],
  );
  const rows = list.rows.filter((row) => chosen.has(row.work_order_id));
  const totals = list.totals;
  return (
    <Page title="Ready to Export" command={<Export taken={takenOf(search, totals, rows)} />}
      filters={
        <>
          <SearchField label="Order, bill-to" value={filters.search} change={(value) => set({ search: value })} />
          <Chips label="Which orders" chips={[{ value: "yes", words: "Exportable", count: totals?.exportable.orders }]}
            on={filters.exportable === true ? ["yes"] : []} change={(on) => set({ exportable: on.length > 0 ? true : undefined })} />
          <Chips label="Warnings" on={filters.warning ?? []} change={(on) => set({ warning: on.length > 0 ? on : undefined })}
            chips={(totals?.by_warning ?? []).map((one) => ({ value: one.code, words: wordsOf(one.code), count: one.orders }))} />
          <Chips label="Sums" on={[sums ?? ""]} change={(on) => void navigate({ search: (before) => ({ ...before, sums: on.at(-1) === sums ? undefined : on.at(-1) }) as ReadySearch })}
            chips={[{ value: "branches", words: "Sums by branch" }, { value: "accounts", words: "by income account" }]} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {totals !== undefined && (
        <>
          <Totals>
            <span><strong>{counted(totals.count, "order")}</strong>, {dollarWords(totals.total)}</span>
            <span>charges {dollarWords(totals.charges_total)}, advances {dollarWords(totals.advances_total)}</span>
            {rows.length > 0 && <span><strong>{counted(rows.length, "order")} chosen</strong>, {dollarWords(sumOf(rows.map((row) => row.total)))}</span>}
          </Totals>
          {sums === "branches" && (
            <Sums label="By branch" on={search.branch} change={(branch) => set({ branch })}
              sums={totals.by_branch.map((group) => ({
                value: group.name, words: nameOf("branches", group.name), note: counted(group.orders, "order"), figure: dollarWords(group.total), amount: group.total,
              }))} />
          )}
          {sums === "accounts" && <ByAccount groups={totals.by_income_account} totals={totals} />}
        </>
      )}
      <DataTable label="Orders ready to export" columns={COLUMNS} {...list.table} keyOf={(row) => row.work_order_id}
        sort={sort ?? "bill_to"} onSort={(next) => set({ sort: next })}
        chosen={{ keys: chosen, change: (keys) => setChosen((before) => wholeRollups(list.rows, before, keys)) }} onPeek={setPeeked}
        onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} empty="Nothing is ready with these filters. Rate orders first, or look at those that cannot be rated." />
      {peeked !== undefined && <Peek row={peeked} close={() => setPeeked(undefined)} />}
    </Page>
  );
}

function ByAccount({ groups, totals }: { groups: readonly Schema<"GroupTotal">[]; totals: Schema<"ReadyTotals"> }) {
  return (
    <Lines label="By income account" empty="No account has charges."
      heads={[{ words: "Income account" }, { words: "Orders", right: true }, { words: "Charges", right: true }, { words: "Advances", right: true }, { words: "Total", right: true }]}
      rows={groups.map((group) => ({
        key: group.name,
        cells: [group.name, group.orders.toLocaleString("en-US"), amountWords(group.charges_total), amountWords(group.advances_total), amountWords(group.total)],
      }))}
      sums={["Total", totals.count.toLocaleString("en-US"), amountWords(totals.charges_total), amountWords(totals.advances_total), amountWords(totals.total)]} />
  );
}
