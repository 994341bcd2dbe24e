// The customers, by name.

import { getRouteApi } from "@tanstack/react-router";
import type { Schema } from "../../api/calls.ts";
import type { Changes } from "../../frame/searches.ts";
import { Chips } from "../../parts/Chips.tsx";
import { DataTable, type Column } from "../../parts/DataTable.tsx";
import { Fault } from "../../parts/Fault.tsx";
import { amountWords } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { SearchField } from "../../parts/SearchField.tsx";
import { StatusMark } from "../../parts/StatusMark.tsx";
import { useList } from "../../parts/useList.ts";
import { counted, wordsOf } from "../../text/en.ts";
import type { CustomersSearch } from "../searches.ts";

const route = getRouteApi("/customers");
const STATUSES = ["active", "hold", "inactive"];
type Customer = Schema<"Customer">;

const COLUMNS: readonly Column<Customer>[] = [
  { field: "number", head: "Number", width: 90, pin: "left", sortable: true, cell: (customer) => customer.number },
  { field: "name", head: "Name", width: 240, sortable: true, cell: (customer) => customer.name },
  { field: "status", head: "Status", width: 100, cell: (customer) => <StatusMark status={customer.status} /> },
  { field: "ar_company", head: "Company", width: 80, align: "right", cell: (customer) => customer.ar_company },
  { field: "customer_type", head: "Type", width: 90, cell: (customer) => wordsOf(customer.customer_type) },
  { field: "pay_terms", head: "Terms", width: 100, cell: (customer) => customer.pay_terms ?? "" },
  { field: "tax_code", head: "Tax code", width: 90, cell: (customer) => customer.tax_code ?? "" },
  { field: "email", head: "E-mail", width: 220, cell: (customer) => customer.email },
  {
    field: "credit_limit", head: "Credit limit", width: 120, pin: "right", align: "right",
    cell: (customer) => (customer.credit_limit === null ? "no limit" : <strong>{amountWords(customer.credit_limit)}</strong>),
  },
];

export function Customers() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const set = (changes: Changes<CustomersSearch>) => void navigate({ search: (before) => ({ ...before, ...changes }) as CustomersSearch });
  const list = useList("customers", "/api/v1/receivables/customers", search);
  return (
    <Page title="Customers"
      filters={
        <>
          <SearchField label="Number or name" value={search.search} change={(value) => set({ search: value })} />
          <Chips label="Status" chips={STATUSES.map((status) => ({ value: status, words: wordsOf(status) }))} on={search.status === undefined ? [] : [search.status]}
            change={(on) => set({ status: on.at(-1) as CustomersSearch["status"] })} />
          <Chips label="Credit" chips={[{ value: "over", words: "Over their credit limit" }]} on={search.over_limit === true ? ["over"] : []}
            change={(on) => set({ over_limit: on.length > 0 ? true : undefined })} />
        </>
      }>
      {list.error !== null && <Fault error={list.error} again={list.again} />}
      {list.totals !== undefined && <Totals><strong>{counted(list.totals.count, "customer")}</strong></Totals>}
      <DataTable label="Customers" columns={COLUMNS} {...list.table} keyOf={(customer) => customer.id}
        sort={search.sort ?? "number"} onSort={(sort) => set({ sort })} empty="No customer matches these filters."
        onOpen={(customer) => void navigate({ to: "/customers/$id", params: { id: String(customer.id) } })} />
    </Page>
  );
}
