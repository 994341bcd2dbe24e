// The miscellaneous distributions of an entry, for reports only: typed in a grid, or in a form that a row opens.

import { Button, Modal } from "@mantine/core";
import { useMemo, useState } from "react";
import { DateField } from "../../parts/DateField.tsx";
import { today } from "../../parts/dates.ts";
import { Fields } from "../../parts/Fields.tsx";
import { valueOf, type GridColumn, type GridLine, type LineFaults, type LineForm } from "../../parts/grid.ts";
import { LineGrid } from "../../parts/LineGrid.tsx";
import { LookUp } from "../../parts/LookUp.tsx";
import { MoneyField } from "../../parts/MoneyField.tsx";
import { amountWords, centsOf, sumOf, wireOf } from "../../parts/money.ts";
import { TypedField } from "../../parts/TypedField.tsx";
import { choicesOf, useCodes } from "../codes.ts";

interface Given {
  company: number;
  rows: readonly GridLine[];
  /** The amount of the entry without tax, of which the rows have parts. */
  net: string;
  faults: Readonly<Record<string, LineFaults>>;
  whyClosed: string | undefined;
  change: (key: string, field: string, value: string) => void;
  add: () => void;
  remove: (key: string) => void;
}

const COLUMNS: readonly GridColumn[] = [
  { field: "code", head: "Code", width: 140, kind: "code", recent: "misc-code" },
  { field: "description", head: "Description", width: 320, kind: "text" },
  { field: "distributed_on", head: "Date", width: 120, kind: "date" },
  { field: "amount", head: "Amount", width: 140, kind: "money" },
];
const WIRE = /^-?\d+(\.\d{1,2})?$/;

/** The columns of distributions in a company. */
export function useMiscColumns(company: number): readonly GridColumn[] {
  const codes = useCodes().data;
  return useMemo(() => {
    const choices = choicesOf(codes, "misc_distribution_codes", company);
    return COLUMNS.map((column) => (column.field === "code" && choices.length > 0 ? { ...column, choices } : column));
  }, [codes, company]);
}

/** What each row has by default: the amount without tax, less what the rows before it have. */
export function miscForms(rows: readonly GridLine[], net: string): Record<string, LineForm> {
  const forms: Record<string, LineForm> = {};
  let left = centsOf(net);
  for (const row of rows) {
    const cell = (value: string, required = false) => ({ open: true, reason: null, required, default: value });
    const form = { code: cell("", true), description: cell(""), distributed_on: cell(today()), amount: cell(wireOf(left)) };
    forms[row.key] = form;
    const amount = valueOf(row, form, "amount");
    if (WIRE.test(amount)) left -= centsOf(amount);
  }
  return forms;
}

export function MiscTab(given: Given) {
  const { rows, net, whyClosed, change, faults } = given;
  const columns = useMiscColumns(given.company);
  const [open, setOpen] = useState<string | undefined>(undefined);
  const forms = useMemo(() => miscForms(rows, net), [rows, net]);
  const row = rows.find(({ key }) => key === open);
  const sum = sumOf(rows.map((one) => valueOf(one, forms[one.key], "amount")).filter((amount) => WIRE.test(amount)));
  return (
    <>
      {rows.length === 0 ? <p>Nothing is distributed. Distributions are for reports: they change neither the books nor what the customer owes.</p> : (
        <LineGrid label="Misc. distributions" columns={columns} lines={rows} forms={forms} faults={faults} whyClosed={whyClosed} change={change}
          add={given.add} remove={given.remove} open={setOpen} />
      )}
      <p>
        <Button variant="default" onClick={given.add} disabled={whyClosed !== undefined}>New distribution</Button>{" "}
        {rows.length > 0 && <>distributed {amountWords(sum)} of {amountWords(net)}; they need not add up</>}
      </p>
      {row !== undefined && (
        <Modal opened onClose={() => setOpen(undefined)} title={`Misc. distribution ${rows.indexOf(row) + 1}`}>
          <RowForm row={row} form={forms[row.key] ?? {}} columns={columns} whyClosed={whyClosed} change={change} done={() => setOpen(undefined)} />
        </Modal>
      )}
    </>
  );
}

interface RowGiven {
  row: GridLine;
  form: LineForm;
  columns: readonly GridColumn[];
  whyClosed: string | undefined;
  change: Given["change"];
  done: () => void;
}

function RowForm({ row, form, columns, whyClosed, change, done }: RowGiven) {
  const of = (field: string) => ({
    value: valueOf(row, form, field), byDefault: row.values[field] === undefined, change: (value: string) => change(row.key, field, value), whyClosed,
  });
  return (
    <>
      <Fields label="Misc. distribution" end={done}>
        <LookUp first label="Code" recent="misc-code" required choices={columns[0]?.choices ?? []} {...of("code")} />
        <TypedField kind="text" label="Description" {...of("description")} />
        <DateField label="Date" {...of("distributed_on")} />
        <MoneyField label="Amount" {...of("amount")} />
      </Fields>
      <Button variant="filled" mt="md" onClick={done}>Back to the rows</Button>
    </>
  );
}
