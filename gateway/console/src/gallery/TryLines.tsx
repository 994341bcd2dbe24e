// Lines to type in, without a suite: units and price are open on material lines only.

import { useState } from "react";
import type { GridColumn, GridLine, LineForm } from "../parts/grid.ts";
import { LineGrid } from "../parts/LineGrid.tsx";

const COLUMNS: readonly GridColumn[] = [
  { field: "type", head: "Type", width: 96, kind: "code", choices: [{ code: "material", name: "Material" }, { code: "other", name: "Other" }] },
  { field: "description", head: "Description", width: 220, kind: "text" },
  { field: "units", head: "Units", width: 80, kind: "number" },
  { field: "price", head: "Price", width: 80, kind: "number" },
  { field: "net", head: "Net", width: 100, kind: "money" },
];
const OPEN = { open: true, reason: null, required: false, default: "" };
const CLOSED = { ...OPEN, open: false, reason: "only a material line has it" };
const OTHER: LineForm = { type: { ...OPEN, default: "other" }, units: CLOSED, price: CLOSED };
const MATERIAL: LineForm = {};

let made = 1;
function line(values: Record<string, string> = {}): GridLine {
  return { key: `try${made++}`, values };
}

export function TryLines() {
  const [lines, setLines] = useState<readonly GridLine[]>(() => [line({ type: "material", units: "3.000", price: "12.50000", net: "37.50" }), line({ net: "1,2" })]);
  const forms = Object.fromEntries(lines.map((one) => [one.key, one.values["type"] === "material" ? MATERIAL : OTHER]));
  return (
    <LineGrid label="Lines" columns={COLUMNS} lines={lines} forms={forms} faults={{}}
      change={(key, field, value) => setLines((now) => now.map((one) => (one.key === key ? { ...one, values: { ...one.values, [field]: value } } : one)))}
      add={() => setLines((now) => [...now, line()])} remove={(key) => setLines((now) => now.filter((one) => one.key !== key))} />
  );
}
