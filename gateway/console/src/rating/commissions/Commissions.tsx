// Commissions: what servers have earned, what is owed to them and what was paid, by server and period; and their payments.

import { getRouteApi } from "@tanstack/react-router";
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
import type { CommissionsSearch } from "../searches.ts";
import { BOOKINGS, SERVERS, STATES } from "./columns.tsx";
import { SelectOwed } from "./commands.tsx";
import { Payments } from "./Payments.tsx";
import { Periods } from "./Periods.tsx";

const route = getRouteApi("/commissions");

export function Commissions() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { nameOf } = useNames();
  const { view, ...filters } = search;
  const set = (changes: Changes<CommissionsSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as CommissionsSearch });
  const list = useList("commissions", "/api/v1/rating/commissions", filters);
  const narrowed = filters.server !== undefined || filters.status !== undefined || filters.payment !== undefined || filters.period !== undefined;
  const shown = view === "payments" || view === "periods" ? view : view === "bookings" || narrowed ? "bookings" : "servers";
  const totals = list.totals;
  return (
    <Page title="Commissions" command={<SelectOwed totals={totals} server={filters.server} period={filters.period} done={() => set({ view: "payments" })} />}
      filters={
        <>
          <Chips label="What is shown" on={[shown]}
            chips={[{ value: "servers", words: "By server" }, { value: "bookings", words: "Bookings" }, { value: "payments", words: "Payments" }, { value: "periods", words: "Periods" }]}
            change={(on) => {
              const next = on.at(-1);
              if (next === "servers") void navigate({ search: {} });
              else if (next !== undefined) set({ view: next });
            }} />
          {filters.server !== undefined && <Chips label="Server" on={["on"]} chips={[{ value: "on", words: nameOf("servers", filters.server) }]} change={() => set({ server: undefined })} />}
          {filters.period !== undefined && <Chips label="Period" on={["on"]} chips={[{ value: "on", words: `Period ${filters.period}` }]} change={() => set({ period: undefined })} />}
          {filters.payment !== undefined && <Chips label="Payment" on={["on"]} chips={[{ value: "on", words: `Payment ${filters.payment}` }]} change={() => set({ payment: undefined })} />}
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {totals !== undefined && (shown === "servers" || shown === "bookings") && (
        <>
          <Sums label="States" on={filters.status} change={(status) => set({ status })}
            sums={STATES.map(({ status, words, amount }) => ({ value: status, words, note: "", figure: dollarWords(totals[amount]), amount: totals[amount] }))} />
          <Totals><span><strong>{counted(totals.count, "booking")}</strong>, {dollarWords(totals.amount)}</span></Totals>
        </>
      )}
      {shown === "servers" && (
        <DataTable label="Commissions by server" columns={SERVERS} rows={totals?.by_server ?? []} keyOf={(row) => totals?.by_server.indexOf(row) ?? 0} count={totals?.by_server.length}
          more={undefined} loading={list.table.loading} file={list.table.file} empty="No commission has been earned yet. They come with ratings." onOpen={(row) => set({ server: row.server })} />
      )}
      {shown === "bookings" && (
        <DataTable label="Bookings" columns={BOOKINGS} {...list.table} keyOf={(row) => row.id} sort={filters.sort ?? "server"}
          onSort={(sort) => set({ sort })} empty="No booking matches these filters."
          onOpen={(row) => void navigate({ to: "/work-orders/$id", params: { id: String(row.work_order_id) } })} />
      )}
      {shown === "payments" && <Payments open={(payment) => void navigate({ search: { payment } })} />}
      {shown === "periods" && <Periods open={(period) => void navigate({ search: { period } })} />}
    </Page>
  );
}
