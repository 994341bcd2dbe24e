// A new batch: its company and month, and what the paper at hand adds up to.

import { Button, Modal } from "@mantine/core";
import { useState } from "react";
import { client, data } from "../../api/calls.ts";
import { useSession } from "../../frame/session.tsx";
import { CheckField } from "../../parts/CheckField.tsx";
import { Command } from "../../parts/Command.tsx";
import { today } from "../../parts/dates.ts";
import { Fields } from "../../parts/Fields.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { MoneyField } from "../../parts/MoneyField.tsx";
import { faultOf } from "../../parts/typed.ts";
import { TypedField } from "../../parts/TypedField.tsx";
import { useKey } from "../../parts/useKey.ts";
import { companiesOf, useCodes } from "../codes.ts";
import type { BatchRow } from "./rules.ts";

const WORDS = "New batch";

export function NewBatch({ done }: { done: (batch: BatchRow) => void }) {
  const { whyNot } = useSession();
  const [open, setOpen] = useState(false);
  const refused = whyNot("receivables.batches", "edit");
  const start = () => {
    if (refused === undefined) setOpen(true);
  };
  useKey("N", start);
  return (
    <>
      <Button variant="filled" onClick={start} aria-disabled={refused !== undefined} title={refused ?? `${WORDS} (N)`}
        {...(refused === undefined ? {} : { "data-disabled": true })}>
        {WORDS}
      </Button>
      {open && <Modal opened onClose={() => setOpen(false)} title={WORDS}><Form done={done} /></Modal>}
    </>
  );
}

function Form({ done }: { done: (batch: BatchRow) => void }) {
  const codes = useCodes();
  const companies = companiesOf(codes.data);
  const [typed, setTyped] = useState({ company: "", month: "", total: "", count: "", description: "", restricted: false });
  const company = typed.company || (companies[0]?.code ?? "");
  const months = codes.data?.ar_companies.find(({ number }) => String(number) === company)?.open_months ?? [];
  const current = today().slice(0, 7);
  const month = typed.month || (months.includes(current) ? current : (months.at(-1) ?? ""));
  const set = (name: string) => (value: string) => setTyped((now) => ({ ...now, [name]: value }));
  const unread = faultOf("money", typed.total) ?? (/^\d{0,5}$/.test(typed.count) ? undefined : "The number of entries is a whole number.");
  return (
    <>
      <Fields label="New batch">
        <LookUp label="Company" recent="ar-company" choices={companies} value={company} change={set("company")} />
        <LookUp label="Month" recent="month" choices={months.map((code) => ({ code, name: "open" }))} value={month} change={set("month")} />
        <MoneyField first label="Control total" value={typed.total} change={set("total")} placeholder="optional" />
        <TypedField kind="number" label="Number of entries" placeholder="optional" value={typed.count} change={set("count")} />
        <TypedField kind="text" label="Description" value={typed.description} change={set("description")} />
      </Fields>
      <CheckField label="Only I and administrators can open it" on={typed.restricted} change={(restricted) => setTyped((now) => ({ ...now, restricted }))} />
      <Command primary words="Create batch" stale={["batches", "waiting"]} whyNot={unread ?? (month === "" ? "No month of this company is open." : undefined)}
        run={(key) =>
          data(client.POST("/api/v1/receivables/batches", {
            params: { header: { "idempotency-key": key } },
            body: {
              ar_company: Number(company), month, restricted: typed.restricted, description: typed.description,
              control_total: typed.total || null, control_count: typed.count === "" ? null : Number(typed.count),
            },
          }))
        }
        done={done} />
    </>
  );
}
