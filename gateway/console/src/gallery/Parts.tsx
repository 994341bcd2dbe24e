// All parts on one page, to look at and to try, in both colors and at every width.

import { Button } from "@mantine/core";
import { useState, type ReactNode } from "react";
import { Refused } from "../api/calls.ts";
import { CheckField } from "../parts/CheckField.tsx";
import { Chips } from "../parts/Chips.tsx";
import { Command } from "../parts/Command.tsx";
import { Conflict } from "../parts/Conflict.tsx";
import { DataTable, type Column } from "../parts/DataTable.tsx";
import { DateField } from "../parts/DateField.tsx";
import { Columns, Facts } from "../parts/Facts.tsx";
import { Fault } from "../parts/Fault.tsx";
import { JobProgress } from "../parts/JobProgress.tsx";
import { LimitBar } from "../parts/LimitBar.tsx";
import { Lines } from "../parts/Lines.tsx";
import { LookUp } from "../parts/LookUp.tsx";
import { MoneyField } from "../parts/MoneyField.tsx";
import { Note } from "../parts/Note.tsx";
import { Page, Totals } from "../parts/Page.tsx";
import { SearchField } from "../parts/SearchField.tsx";
import { SidePeek } from "../parts/SidePeek.tsx";
import { StatusMark } from "../parts/StatusMark.tsx";
import { WithStatusLine } from "../parts/StatusLine.tsx";
import { Tabs } from "../parts/Tabs.tsx";
import { idOfPlace, TypedField } from "../parts/TypedField.tsx";
import { Why } from "../parts/Why.tsx";
import { amountWords } from "../parts/money.ts";
import classes from "./Parts.module.css";
import { TryLines } from "./TryLines.tsx";

const STATUSES = ["open", "valid", "posting", "posted", "paid", "warnings", "errors", "closed"];
const TERMS = [{ code: "2-10-N30", name: "2 percent in 10 days, net 30" }, { code: "N30", name: "Net 30 days" }, { code: "N60", name: "Net 60 days" }];
const PROBLEM = {
  type: "about:blank", title: "Entry faulty", status: 422, code: "ENTRY_FAULTY", detail: "2 fields of the entry are invalid.", request_id: "req-1",
  errors: [{ pointer: "/due", detail: "is required" }, { pointer: "/elsewhere", detail: "A fault that has no field here." }],
};
const AMOUNTS: readonly Column<{ id: number; name: string; amount: string }>[] = [
  { field: "name", head: "Name", width: 160, pin: "left", cell: (row) => row.name },
  { field: "amount", head: "Amount", width: 120, pin: "right", align: "right", cell: (row) => <strong>{amountWords(row.amount)}</strong> },
];
const ROWS = [{ id: 1, name: "Summons", amount: "100.00" }, { id: 2, name: "Citation", amount: "-45.10" }];

export function Parts() {
  return (
    <Page title="Parts">
      <Fields />
      <Part name="LineGrid"><WithStatusLine keys="Enter next · Ctrl+D from above · Ctrl+Delete remove · F4 choices"><TryLines /></WithStatusLine></Part>
      <Part name="StatusMark">{STATUSES.map((status) => <StatusMark key={status} status={status} />)}</Part>
      <Commands />
      <Lists />
      <Others />
      <Overlays />
    </Page>
  );
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <section aria-label={name} className={classes["part"]}>
      <h2>{name}</h2>
      {children}
    </section>
  );
}

function Fields() {
  const [values, setValues] = useState<Record<string, string>>({ amount: "1045.07", due: "", terms: "N30", wrong: "123,00" });
  const of = (field: string) => ({ value: values[field] ?? "", change: (value: string) => setValues((now) => ({ ...now, [field]: value })) });
  return (
    <Part name="Fields">
      <WithStatusLine keys="t today · m, h first and last of the month · + - days · F4 choices">
        <Columns>
          <MoneyField label="Amount" {...of("amount")} />
          <MoneyField label="Amount that cannot be read" {...of("wrong")} />
          <DateField label="Due" place="/due" required fault={values["due"] === "" ? "is required" : undefined} {...of("due")} />
          <LookUp label="Terms" recent="gallery-terms" choices={TERMS} {...of("terms")} />
          <TypedField kind="text" label="Description" byDefault value="By default" change={() => undefined} />
          <TypedField kind="number" label="Receivable type" whyClosed="the company does not allow other receivable types" value="1" change={() => undefined} />
        </Columns>
      </WithStatusLine>
      <p>Values: {JSON.stringify(values)}</p>
    </Part>
  );
}

function Commands() {
  const later = () => new Promise<string>((resolve) => setTimeout(() => resolve("done"), 1_000));
  return (
    <Part name="Command, Fault">
      <Command words="Save" run={later} stale={[]} primary />
      <Command words="Post 3 entries, $1,045.07" run={later} stale={[]} confirm={{ title: "Post", about: <p>This cannot be undone.</p>, words: "Post 3 entries, $1,045.07" }} />
      <Command words="Approve" run={later} stale={[]} whyNot="This needs Post batches, level approve. Ask an administrator." />
      <Command words="Refused" run={() => Promise.reject(new Refused(PROBLEM))} stale={[]} />
      <Fault error={new Refused(PROBLEM)} again={() => undefined}
        fieldOf={(pointer) => (pointer === "/due" ? { id: idOfPlace(pointer), label: "Due" } : undefined)} />
    </Part>
  );
}

function Lists() {
  const [on, setOn] = useState<string[]>(["open"]);
  return (
    <Part name="Lists">
      <SearchField label="Search" value={undefined} change={() => undefined} />
      <Chips label="Status" chips={STATUSES.map((value) => ({ value, words: value, count: 12 }))} on={on} change={setOn} />
      <Totals><span><strong>2 orders</strong>, $54.90</span></Totals>
      <DataTable label="Rows" columns={AMOUNTS} rows={ROWS} keyOf={(row) => row.id} count={2} more={undefined} empty="" loading={false} />
      <JobProgress label="Invoices" whole={10}
        parts={[{ words: "exported", count: 6, kind: "good" }, { words: "refused", count: 1, kind: "bad" }, { words: "on the way", count: 3, kind: "progress" }]} />
      <Facts facts={[["Customer", "S1001"], ["Terms", "Net 30 days"]]} />
      <Lines label="Charges" empty="" heads={[{ words: "Item" }, { words: "Amount", right: true }]} rows={[{ key: 1, cells: ["Fee", "100.00"] }]} sums={["Total", "100.00"]} />
      <Why about={[["Rated for", "SA / LAW / ROUTINE"]]}
        reasons={[{ position: 1, billing_item: "FEE", verdict: "charged", words: "1 x 100.00" }, { position: 2, billing_item: "MILES", verdict: "no_trigger", words: "no miles" }]} />
    </Part>
  );
}

function Others() {
  const [tab, setTab] = useState("one");
  const [on, setOn] = useState(true);
  return (
    <Part name="Note, Tabs, LimitBar, CheckField">
      <Note kind="warn">customer S1001 will owe 74,463.49, but the credit limit is 25,000.00</Note>
      <Note kind="info">This was typed before and is not saved yet.</Note>
      <Tabs label="Tabs" on={tab} change={setTab} tabs={[{ value: "one", words: "Lines (2)" }, { value: "two", words: "Other info", whyNot: "An invoice applies to no other invoice." }]}><p>{tab}</p></Tabs>
      <LimitBar limit="25000.00" used="49041.31" />
      <LimitBar limit="25000.00" used="4041.31" />
      <CheckField label="Only I and administrators can open it" on={on} change={setOn} />
    </Part>
  );
}

function Overlays() {
  const [open, setOpen] = useState("");
  const close = () => setOpen("");
  return (
    <Part name="SidePeek, Conflict">
      <Button variant="default" onClick={() => setOpen("peek")}>Open a peek</Button>
      <Button variant="default" onClick={() => setOpen("conflict")}>Open a conflict</Button>
      {open === "peek" && <SidePeek title="Invoice 105456" close={close}><Facts facts={[["Open", "361.50"]]} /></SidePeek>}
      {open === "conflict" && (
        <Conflict what="Entry 1" by={"ALAMO\\rita"} at="2026-11-29T14:05:00Z" labelOf={(field) => field} resolve={close} cancel={close}
          base={{ Description: "Service", Net: "10.00", Due: "2026-12-29" }} theirs={{ Description: "Service of process", Net: "12.00", Due: "2026-12-29" }}
          yours={{ Description: "Service", Net: "11.00", Due: "2026-12-31" }} />
      )}
    </Part>
  );
}
