// The header of an entry: what the transaction is about. What is asked depends on its type.

import { useMemo } from "react";
import { client, data, QUIETLY, type Query } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import type { Choice } from "../../parts/choices.ts";
import { DateField } from "../../parts/DateField.tsx";
import { Fields } from "../../parts/Fields.tsx";
import type { LineForm } from "../../parts/grid.ts";
import { LookUp, MOST_FOUND } from "../../parts/LookUp.tsx";
import type { Fields as Values } from "../../parts/merge.ts";
import { amountWords } from "../../parts/money.ts";
import { TypedField } from "../../parts/TypedField.tsx";
import { choicesOf, useCodes } from "../codes.ts";
import { HEADER_CHOICES, headerFields, headerLabel } from "./columns.ts";

interface Given {
  company: number;
  header: Values;
  form: LineForm;
  faults: Readonly<Record<string, string>>;
  /** Why nothing can be changed, or undefined. */
  whyClosed: string | undefined;
  change: (field: string, value: string) => void;
  end: () => void;
}

const CUSTOMERS = "/api/v1/receivables/customers";
const INVOICES = "/api/v1/receivables/invoices";
const CONTRACTS = "/api/v1/receivables/contracts";

async function customers(company: number, search: string): Promise<Choice[]> {
  const query = { ar_company: company, limit: MOST_FOUND, totals: false, ...(search === "" ? {} : { search }) } as Query<typeof CUSTOMERS>;
  const found = await data(client.GET(CUSTOMERS, { ...QUIETLY, params: { query } }));
  return found.items.map(({ number, name, status }) => ({ code: number, name: status === "active" ? name : `${name} (${status})` }));
}

async function invoices(company: number, search: string, byId: boolean): Promise<Choice[]> {
  const shown = (one: { id: number; number: string; customer_name: string; open: string }): Choice =>
    ({ code: String(one.id), shown: one.number, name: `${one.customer_name}, open ${amountWords(one.open)}` });
  if (byId) return [shown(await data(client.GET("/api/v1/receivables/invoices/{invoice_id}", { ...QUIETLY, params: { path: { invoice_id: Number(search) } } })))];
  const query = { ar_company: company, limit: MOST_FOUND, totals: false, ...(search === "" ? {} : { search }) } as Query<typeof INVOICES>;
  return (await data(client.GET(INVOICES, { ...QUIETLY, params: { query } }))).items.map(shown);
}

async function contracts(company: number, search: string): Promise<Choice[]> {
  const query = { ar_company: company, limit: MOST_FOUND, totals: false, ...(search === "" ? {} : { search }) } as Query<typeof CONTRACTS>;
  return (await data(client.GET(CONTRACTS, { ...QUIETLY, params: { query } }))).items.map(({ number, description }) => ({ code: number, name: description }));
}

export function EntryHeader({ company, header, form, faults, whyClosed, change, end }: Given) {
  const codes = useCodes().data;
  const { whyNot } = useSession();
  // Who may not read a list types its codes.
  const [seesCustomers, seesInvoices, seesContracts] = ["customers", "invoices", "setup"].map((name) => whyNot(`receivables.${name}`, "view") === undefined);
  const searches = useMemo((): Record<string, (words: string, byCode: boolean) => Promise<Choice[]>> => ({
    ...(seesCustomers === true ? { customer: (words) => customers(company, words) } : {}),
    ...(seesInvoices === true ? { apply_to: (words, byCode) => invoices(company, words, byCode) } : {}),
    ...(seesContracts === true ? { contract: (words) => contracts(company, words) } : {}),
  }), [company, seesCustomers, seesInvoices, seesContracts]);
  const choices: Record<string, readonly Choice[]> = {
    ...HEADER_CHOICES, pay_terms: choicesOf(codes, "pay_terms", company), receivable_type: choicesOf(codes, "receivable_types", company),
  };
  return (
    <Fields label="Header" end={end}>
      {headerFields(header).map(({ field, kind }) => {
        const cell = form[field];
        const typed = header[field];
        const closed = whyClosed ?? (cell?.open === false ? (cell.reason ?? "This is closed.") : undefined);
        const given = {
          label: headerLabel(field), place: `/${field}`, value: (cell?.open === false && whyClosed === undefined ? cell.default : typed) ?? cell?.default ?? "",
          byDefault: typed === undefined, change: (value: string) => change(field, value), fault: faults[`/${field}`], whyClosed: closed, required: cell?.required,
          ...(field === "invoice_number" ? { placeholder: "auto" } : {}),
        };
        const key = field;
        if (kind === "date") return <DateField key={key} {...given} />;
        if (kind !== "code") return <TypedField key={key} kind={kind} {...given} />;
        const search = searches[field];
        if (search === undefined) return <LookUp key={key} {...given} recent={field} choices={choices[field] ?? []} />;
        return <LookUp key={key} {...given} recent={`${field}-${company}`} search={search} named={field === "apply_to"} />;
      })}
    </Fields>
  );
}
