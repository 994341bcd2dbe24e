// Automatic write-offs: the criteria, what they would write off and what they skip and why, and then a batch to review.

import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { client, data, type Schema } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { Command } from "../../parts/Command.tsx";
import { DateField } from "../../parts/DateField.tsx";
import { dayWords, today } from "../../parts/dates.ts";
import { Fault } from "../../parts/Fault.tsx";
import { faultsOf } from "../../parts/faults.ts";
import { Fields } from "../../parts/Fields.tsx";
import { Lines } from "../../parts/Lines.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { MoneyField } from "../../parts/MoneyField.tsx";
import { amountWords, dollarWords, sumOf } from "../../parts/money.ts";
import { Page, Totals } from "../../parts/Page.tsx";
import { idOfPlace, TypedField } from "../../parts/TypedField.tsx";
import { counted, wordsOf } from "../../text/en.ts";
import { companiesOf, useCodes } from "../codes.ts";
import { criteriaOf, KINDS, SPREADS, whyNotTried, type Typed } from "./criteria.ts";

const route = getRouteApi("/write-offs");
const RIGHT = true;
type Preview = Schema<"WriteOffPreview">;

export function WriteOffs() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { whyNot } = useSession();
  const codes = useCodes().data;
  const companies = companiesOf(codes);
  const [typed, setTyped] = useState<Typed>({ kind: "invoice_balance", ...(search.ar_company === undefined ? {} : { ar_company: search.ar_company }) });
  const company = typed["ar_company"] || (companies[0]?.code ?? "");
  const months = codes?.ar_companies.find(({ number }) => String(number) === company)?.open_months ?? [];
  const current = search.month ?? today().slice(0, 7);
  const month = typed["month"] || (months.includes(current) ? current : (months[0] ?? ""));
  const all = { ...typed, ar_company: company };
  const untried = company === "" ? "Choose a company." : whyNotTried(all);
  const criteria = untried === undefined ? criteriaOf(all) : undefined;
  const preview = useQuery({
    queryKey: ["write-offs", criteria],
    queryFn: () => data(client.POST("/api/v1/receivables/write-offs/preview", { body: criteria as Schema<"WriteOffCriteria"> })),
    enabled: criteria !== undefined,
  });
  const found = criteria === undefined ? undefined : preview.data;
  const sum = sumOf(found?.taken.map((one) => one.amount) ?? []);
  const words = found === undefined || found.taken.length === 0 ? "Create batch" : `Create batch of ${counted(found.taken.length, "write-off")}, ${dollarWords(sum)}`;
  const refused = whyNot("receivables.write_offs", "edit") ?? untried ?? (found === undefined ? "The preview is not there yet." : undefined) ??
    (found?.taken.length === 0 ? "Nothing is written off by these criteria." : undefined);
  const of = (field: string) => ({
    place: `/${field}`, value: all[field as keyof typeof all] ?? "", change: (value: string) => setTyped((now) => ({ ...now, [field]: value })), fault: faultsOf(preview.error)[`/${field}`],
  });
  const charges = typed["kind"] === "finance_charges";
  return (
    <Page title="Automatic write-offs"
      command={
        <Command primary words={words} whyNot={refused} stale={["batches", "waiting", "write-offs"]}
          run={(key) => data(client.POST("/api/v1/receivables/write-offs", {
            params: { header: { "idempotency-key": key } }, body: { ...(criteria as Schema<"WriteOffCriteria">), month },
          }))}
          // The clerk is back in the form of entries, to review and edit what was made.
          done={({ batch }) => void navigate({ to: "/batches/$id/entries/$seq", params: { id: String(batch.id), seq: "1" } })} />
      }>
      <Fields label="Criteria">
        <LookUp label="What" recent="write-off-kind" choices={KINDS} {...of("kind")} />
        <LookUp label="Company" recent="ar-company" choices={companies} {...of("ar_company")} />
        <LookUp label="Month of the batch" recent="month" choices={months.map((code) => ({ code, name: "open" }))} {...of("month")} value={month} />
        <DateField label="Dated before" {...of("older_than")} />
        <TypedField kind="number" label="Or older than days" {...of("older_than_days")} />
        <DateField label="Dated on or after" {...of("start_on")} />
        {!charges && <MoneyField label="Up to a balance of" {...of("limit")} />}
        {charges && <MoneyField label="Amount" {...of("amount")} />}
        {charges && <TypedField kind="number" label="Or percent" {...of("percent")} />}
        {charges && <LookUp label="Taken from" recent="write-off-spread" choices={SPREADS} {...of("spread")} />}
        <TypedField kind="text" label="Customers" placeholder="all" {...of("customers")} />
        <TypedField kind="text" label="Rec. types" placeholder="all" {...of("receivable_types")} />
        <TypedField kind="text" label="Contracts" placeholder="all" {...of("contracts")} />
      </Fields>
      {untried !== undefined && <p>{untried}</p>}
      {preview.error !== null && <Fault error={preview.error} fieldOf={(pointer) => ({ id: idOfPlace(pointer), label: wordsOf(pointer.slice(1)) })} />}
      {found !== undefined && <Shown preview={found} sum={sum} />}
    </Page>
  );
}

function Shown({ preview, sum }: { preview: Preview; sum: string }) {
  return (
    <>
      <Totals>
        <span><strong>{counted(preview.taken.length, "invoice")}</strong>, {dollarWords(sum)} written off</span>
        <span><strong>{counted(preview.skipped.length, "invoice")}</strong> skipped</span>
      </Totals>
      <section>
        <h2>Written off</h2>
        <Lines label="Written off" empty="No invoice matches these criteria."
          heads={[{ words: "Invoice" }, { words: "Customer" }, { words: "Date" }, { words: "Due", right: RIGHT }, { words: "Written off", right: RIGHT }]}
          rows={preview.taken.map((one) => ({ key: one.invoice_id, cells: [one.number, one.customer, dayWords(one.invoice_date), amountWords(one.due), amountWords(one.amount)] }))}
          sums={["Total", "", "", "", amountWords(sum)]} />
      </section>
      {preview.skipped.length > 0 && (
        <section>
          <h2>Skipped</h2>
          <Lines label="Skipped" empty="" heads={[{ words: "Invoice" }, { words: "Customer" }, { words: "Due", right: RIGHT }, { words: "Why" }]}
            rows={preview.skipped.map((one) => ({ key: one.invoice_id, cells: [one.number, one.customer, amountWords(one.due), one.reason] }))} />
        </section>
      )}
    </>
  );
}
