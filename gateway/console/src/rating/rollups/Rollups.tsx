// Open Rollup: what is rated and not assigned, what is assigned and not sent, and what was rolled up and sent. The three
// states are sums by customer; each of them leads to the orders that add up to it.

import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { Sums } from "../../parts/Sums.tsx";
import { useList } from "../../parts/useList.ts";
import { counted } from "../../text/en.ts";
import { useNames } from "../codes.ts";
import type { RollupsSearch } from "../searches.ts";
import { CUSTOMERS, ORDERS, STATES } from "./columns.tsx";
import { Assign, Unassign } from "./commands.tsx";

const route = getRouteApi("/rollups");
const NONE: ReadonlySet<number> = new Set();

export function Rollups() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const names = useNames();
  const [chosen, setChosen] = useState(NONE);
  const { view, ...filters } = search;
  const list = useList("rollups", "/api/v1/rating/open-rollup-invoices", filters);
  const set = (changes: Changes<RollupsSearch>) => {
    setChosen(NONE);
    void navigate({ search: (before) => ({ ...before, ...changes }) as RollupsSearch });
  };
  const totals = list.totals;
  const orders = view === "orders" || search.state !== undefined || search.bill_to !== undefined;
  const rows = list.rows.filter((row) => chosen.has(row.work_order_id));
  return (
    <Page title="Open Rollup" command={<><Unassign rows={rows} clear={() => setChosen(NONE)} /><Assign rows={rows} search={search} totals={totals} clear={() => setChosen(NONE)} /></>}
      filters={
        <>
          <Chips label="What is shown" on={[orders ? "orders" : "customers"]}
            chips={[{ value: "customers", words: "By customer" }, { value: "orders", words: "Orders" }]}
            change={(on) => (on.includes("orders") && !orders ? set({ view: "orders" }) : set({ view: undefined, state: undefined, bill_to: undefined }))} />
          <Chips label="Branch" on={search.branch === undefined ? [] : [search.branch]} change={(on) => set({ branch: on.at(-1) })}
            chips={names.choices("branches").map((one) => ({ value: one.code, words: one.name }))} />
          {search.bill_to !== undefined && (
            <Chips label="Bill-to" on={[search.bill_to]} change={() => set({ bill_to: undefined })} chips={[{ value: search.bill_to, words: list.rows[0]?.bill_to_name ?? search.bill_to }]} />
          )}
          {search.invoice_id !== undefined && (
            <Chips label="Invoice" on={["on"]} change={() => set({ invoice_id: undefined })} chips={[{ value: "on", words: `Draft invoice ${search.invoice_id}` }]} />
          )}
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {totals !== undefined && (
        <>
          <Sums label="States" on={search.state} change={(state) => set({ state })}
            sums={STATES.map(({ state, words, orders: count, amount }) => ({
              value: state, words, note: counted(totals[count], "order"), figure: dollarWords(totals[amount]), amount: totals[amount],
            }))} />
          <Totals>
            <span><strong>{counted(totals.count, "order")}</strong>, {dollarWords(totals.total)}</span>
            {rows.length > 0 && <span><strong>{counted(rows.length, "order")} chosen</strong></span>}
          </Totals>
        </>
      )}
      {orders ? (
        <DataTable label="Orders of the roll-ups" columns={ORDERS} {...list.table} keyOf={(row) => row.work_order_id}
          sort={search.sort ?? "bill_to"} onSort={(sort) => set({ sort })} chosen={{ keys: chosen, change: setChosen }}
          empty="No order is in this state. Rate orders first."
          onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} />
      ) : (
        <DataTable label="Roll-ups by customer" columns={CUSTOMERS} rows={totals?.by_bill_to.map((sums, place) => ({ ...sums, place })) ?? []} keyOf={(row) => row.place} count={totals?.by_bill_to.length}
          more={undefined} loading={list.table.loading} file={list.table.file} empty="Nothing is rated. Rate orders first."
          onOpen={(row) => set({ bill_to: row.bill_to, branch: row.branch })} />
      )}
    </Page>
  );
}
