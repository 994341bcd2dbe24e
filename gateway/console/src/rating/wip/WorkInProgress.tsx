// Work in Progress: the active orders that are not billed yet, by customer or by server, and how old they are. Each sum leads
// to the orders that add up to it.

import { useQueries } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useMemo } from "react";
import { client, data, type Query, type Schema } from "../../api/calls.ts";
import files from "../../api/files.json";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable } from "../../parts/DataTable.tsx";
import { momentWords } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { dollarWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { Sums } from "../../parts/Sums.tsx";
import { usePages } from "../../parts/usePages.ts";
import { counted } from "../../text/en.ts";
import { useNames } from "../codes.ts";
import type { WipSearch } from "../searches.ts";
import { AGES, ageOf } from "./ages.ts";
import { groupColumns, ORDERS } from "./columns.tsx";

const GROUPS_PATH = "/api/v1/rating/work-in-progress";
const ORDERS_PATH = "/api/v1/rating/work-in-progress/work-orders";
const route = getRouteApi("/wip");
type Group = Schema<"WipGroup">;

async function groupsOf(query: object, cursor: string | undefined) {
  const asked = { ...query, limit: 250, ...(cursor === undefined ? {} : { cursor }) } as Query<typeof GROUPS_PATH>;
  const { groups, next_cursor, totals } = await data(client.GET(GROUPS_PATH, { params: { query: asked } }));
  return { items: groups, next_cursor, totals };
}

export function WorkInProgress() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOf, choices } = useNames();
  const { by = "customer", view, sort, ...filters } = search;
  const showOrders = view === "orders" || search.customer !== undefined || search.server !== undefined;
  const set = (changes: Changes<WipSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as WipSearch });
  const groups = usePages<Group, Group>(["wip", "groups", by, filters], (cursor) => groupsOf({ ...filters, by }, cursor));
  const orders = usePages<Schema<"WipOrder">, Schema<"Count">>(["wip", "orders", filters, sort, showOrders], (cursor) =>
    showOrders
      ? data(client.GET(ORDERS_PATH, { params: { query: { ...filters, ...(sort === undefined ? {} : { sort }), limit: 250, ...(cursor === undefined ? {} : { cursor }) } as Query<typeof ORDERS_PATH> } }))
      : Promise.resolve({ items: [], next_cursor: null, totals: null }),
  );
  const { age_from: _from, age_to: _to, ...anyAge } = filters;
  const ages = useQueries({
    queries: AGES.map((age) => ({ queryKey: ["wip", "age", age.value, by, anyAge], queryFn: () => groupsOf({ ...anyAge, by, ...age.filter }, undefined) })),
  });
  const totals = groups.totals;
  const columns = useMemo(() => groupColumns((code) => (by === "server" ? nameOf("servers", code) : code)), [by, nameOf]);
  const error = groups.error ?? orders.error;
  return (
    <Page title="Work in progress"
      filters={
        <>
          <Chips label="By" on={showOrders ? ["orders"] : [by]}
            chips={[{ value: "customer", words: "By customer" }, { value: "server", words: "By server" }, { value: "orders", words: "Orders" }]}
            change={(on) => {
              const next = on.at(-1);
              if (next === "orders") set({ view: "orders" });
              else if (next !== undefined) set({ by: next, view: undefined, customer: undefined, server: undefined, sort: undefined });
            }} />
          <Chips label="Branch" on={search.branch === undefined ? [] : [search.branch]} change={(on) => set({ branch: on.at(-1) })}
            chips={choices("branches").map((one) => ({ value: one.code, words: one.name }))} />
          {search.customer !== undefined && <Chips label="Customer" on={["on"]} chips={[{ value: "on", words: orders.rows[0]?.customer_name ?? search.customer }]} change={() => set({ customer: undefined })} />}
          {search.server !== undefined && <Chips label="Server" on={["on"]} chips={[{ value: "on", words: nameOf("servers", search.server) }]} change={() => set({ server: undefined })} />}
        </>
      }>
      {error !== null && <Fault error={error} again={() => { groups.again(); orders.again(); }} />}
      <Sums label="Age" on={ageOf(search)} change={(value) => set({ age_from: undefined, age_to: undefined, ...AGES.find((age) => age.value === value)?.filter })}
        sums={AGES.map((age, place) => {
          const found = ages[place]?.data?.totals;
          return { value: age.value, words: age.words, note: found == null ? "" : counted(found.orders, "order"), figure: found == null ? "" : dollarWords(found.value), amount: found?.value ?? "0.00" };
        })} />
      {totals !== undefined && (
        <Totals>
          <span><strong>{counted(totals.orders, "order")}</strong>, {dollarWords(totals.value)}</span>
          <span>{totals.open.toLocaleString("en-US")} open, {totals.rated.toLocaleString("en-US")} rated, {totals.assigned.toLocaleString("en-US")} assigned, {totals.exporting.toLocaleString("en-US")} exporting</span>
          {totals.without_value > 0 && <span>{counted(totals.without_value, "order")} without a value</span>}
          {totals.estimated_at !== null && <span>estimated {momentWords(totals.estimated_at)}</span>}
        </Totals>
      )}
      {showOrders ? (
        <DataTable label="Orders in progress" columns={ORDERS} rows={orders.rows} keyOf={(row) => row.work_order_id} count={orders.totals?.count} more={orders.more}
          file={{ name: "orders-in-progress", path: ORDERS_PATH, query: filters, kinds: files[ORDERS_PATH] }}
          sort={sort ?? "service_on"} onSort={(next) => set({ sort: next })} loading={orders.loading} empty="No order in progress matches these filters."
          onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} />
      ) : (
        <DataTable label={`Work in progress by ${by}`} columns={columns} rows={groups.rows} keyOf={(row) => groups.rows.indexOf(row)} count={undefined} more={groups.more}
          loading={groups.loading} file={{ name: "work-in-progress", path: GROUPS_PATH, query: { ...filters, by }, kinds: files[GROUPS_PATH] }} empty="Nothing is in progress: every order is billed or closed."
          onOpen={(row) => set(by === "server" ? { server: row.name } : { customer: row.name })} />
      )}
    </Page>
  );
}
