// The kinds of lines. Lines of a kind have the same open cells, so a new line need not wait until the suite has said which.

import type { GridLine, LineForm } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";

const MATERIAL = { material: "a material", units: "units", unit_price: "a unit price" };
const CONTRACT = { contract_item: "a contract item", contract_units: "contract units" };

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
  const only = (what: string, fields: Record<string, string>) =>
    Object.fromEntries(Object.entries(fields).map(([field, words]) => [field, closed(`only a ${what} line has ${words}`)]));
  const materials = type === "material" ? {} : only("material", MATERIAL);
  const contracts = type === "contract" ? {} : only("contract", CONTRACT);
  const um = type === "other" ? { um: closed("only contract and material lines have a unit of measure") } : {};
  const amount = kind.includes(" new ") ? { amount: closed("is calculated from the net amount and the tax") } : {};
  return { ...reckoned, ...amount, ...um, ...materials, ...contracts };
}
