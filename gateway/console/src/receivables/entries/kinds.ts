// The kinds of lines. Lines of a kind have the same open cells, so a new line need not wait until the suite has said which.

import type { GridLine, LineForm } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";

const MATERIAL = ["material", "um", "units", "unit_price"];
const CONTRACT = ["contract_item", "contract_units"];

/** The kind of a line under a header. */
export function kindOf(header: Fields, line: GridLine): string {
  const type = header["type"] || "invoice";
  const contract = header["contract"] ? "contract" : "";
  const applied = line.values["apply_line"] ? "applied" : "new";
  return [type, contract, applied, line.values["line_type"] || contract || "other"].join(" ");
}

const FOLLOWS = "is taken from the invoice that this applies to";

/** What is closed in the header of a type of transaction, for as long as the suite has not said it. */
export function headerAtFirst(type: string): LineForm {
  if (type === "invoice") return { type: { open: true, reason: null, required: true, default: "invoice" } };
  return Object.fromEntries(["customer", "contract", "receivable_type"].map((field) => [field, closed(FOLLOWS)]));
}

function closed(reason: string) {
  return { open: false, reason, required: false, default: "" };
}

/** What is closed on lines of a kind, for as long as the suite has not said it. */
export function closedAtFirst(kind: string): LineForm {
  const [, , , type] = kind.split(" ");
  const reckoned = { tax: closed("is calculated from the tax code and the tax basis") };
  const materials = Object.fromEntries(MATERIAL.map((field) => [field, closed("only a material line has it")]));
  const contracts = Object.fromEntries(CONTRACT.map((field) => [field, closed("only a contract line has it")]));
  const amount = kind.includes(" new ") ? { amount: closed("is calculated from the net amount and the tax") } : {};
  return { ...reckoned, ...amount, ...(type === "material" ? {} : materials), ...(type === "contract" ? {} : contracts) };
}
