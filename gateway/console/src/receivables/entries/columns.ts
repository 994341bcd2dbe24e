// What an entry asks for: the type of transaction decides the fields of the header and the columns of the lines.

import type { Choice } from "../../parts/choices.ts";
import type { GridColumn } from "../../parts/grid.ts";
import type { Fields } from "../../parts/merge.ts";
import { faultOf, type Kind } from "../../parts/typed.ts";

const TYPES: readonly Choice[] = [
  { code: "invoice", shown: "Invoice", name: "" }, { code: "adjustment", shown: "Adjustment", name: "" },
  { code: "credit_memo", shown: "Credit memo", name: "" }, { code: "write_off", shown: "Write-off", name: "" },
];
const LINE_TYPES: readonly Choice[] = [
  { code: "other", name: "Anything else" }, { code: "material", name: "Units of a material" }, { code: "contract", name: "A contract item" },
];
const DISPOSITIONS: readonly Choice[] = [{ code: "rerate", shown: "Rate again", name: "" }, { code: "close", shown: "Close", name: "" }];

export interface HeaderField {
  field: string;
  label: string;
  kind: Kind;
}

const FIELDS: Record<string, HeaderField> = {
  type: { field: "type", label: "Transaction", kind: "code" },
  apply_to: { field: "apply_to", label: "Applies to", kind: "code" },
  customer: { field: "customer", label: "Customer", kind: "code" },
  contract: { field: "contract", label: "Contract", kind: "code" },
  invoice_number: { field: "invoice_number", label: "Invoice no.", kind: "text" },
  invoice_date: { field: "invoice_date", label: "Date", kind: "date" },
  pay_terms: { field: "pay_terms", label: "Terms", kind: "code" },
  due_on: { field: "due_on", label: "Due", kind: "date" },
  discount_on: { field: "discount_on", label: "Discount until", kind: "date" },
  receivable_type: { field: "receivable_type", label: "Rec. type", kind: "code" },
  description: { field: "description", label: "Description", kind: "text" },
  purchase_order: { field: "purchase_order", label: "Purchase order", kind: "text" },
  disposition: { field: "disposition", label: "Work order", kind: "code" },
  reason: { field: "reason", label: "Reason", kind: "text" },
};
const INVOICE = ["type", "customer", "contract", "invoice_number", "invoice_date", "pay_terms", "due_on", "discount_on", "receivable_type", "description", "purchase_order"];
const AMENDMENT = ["type", "apply_to", "customer", "contract", "invoice_date", "receivable_type", "description", "reason"];

function named(fields: readonly string[]): HeaderField[] {
  return fields.flatMap((field) => FIELDS[field] ?? []);
}

/** The fields of a header, in the order in which they are typed. */
export function headerFields(header: Fields): HeaderField[] {
  const type = header["type"] || "invoice";
  if (type === "invoice") return named(INVOICE);
  return named(type === "credit_memo" ? [...AMENDMENT, "disposition"] : AMENDMENT);
}

/** The label of a field of the header. */
export function headerLabel(field: string): string {
  return FIELDS[field]?.label ?? field;
}

const COLUMNS: Record<string, Omit<GridColumn, "field">> = {
  apply_line: { head: "Line", width: 64, kind: "code", recent: "apply-line" },
  line_type: { head: "Type", width: 84, kind: "code", recent: "line-type" },
  contract_item: { head: "Item", width: 76, kind: "code", recent: "contract-item" },
  material: { head: "Material", width: 92, kind: "code", recent: "material" },
  description: { head: "Description", width: 200, kind: "text" },
  gl_account: { head: "GL", width: 72, kind: "code", recent: "gl-account" },
  um: { head: "UM", width: 52, kind: "text" },
  contract_units: { head: "Units", width: 76, kind: "number" },
  units: { head: "Units", width: 76, kind: "number" },
  unit_price: { head: "Price", width: 84, kind: "number" },
  net: { head: "Net", width: 96, kind: "money" },
  retainage_percent: { head: "Ret. %", width: 72, kind: "number" },
  retainage: { head: "Retainage", width: 92, kind: "money" },
  discount: { head: "Discount", width: 88, kind: "money" },
  tax_code: { head: "Tax code", width: 80, kind: "code", recent: "tax-code" },
  tax_basis: { head: "Tax basis", width: 92, kind: "money" },
  tax: { head: "Tax", width: 80, kind: "money" },
  finance_charge: { head: "Fin. charge", width: 96, kind: "money" },
  amount: { head: "Amount", width: 104, kind: "money" },
};
const OF_INVOICE = ["line_type", "material", "description", "gl_account", "units", "unit_price", "net", "tax_code", "tax", "amount"];
const OF_CONTRACT = ["line_type", "contract_item", "description", "gl_account", "um", "contract_units", "net", "retainage", "tax_code", "tax", "amount"];
const OF_ADJUSTMENT = ["apply_line", "line_type", "material", "description", "gl_account", "units", "unit_price", "net", "amount", "retainage", "tax_code", "tax"];
const OF_CREDIT = ["apply_line", "description", "gl_account", "units", "amount", "finance_charge", "retainage", "tax"];
/** Columns that are shown only when somebody wants them. */
export const MORE: readonly { value: string; words: string; columns: readonly string[] }[] = [
  { value: "retainage", words: "Retainage", columns: ["retainage_percent", "retainage"] },
  { value: "discount", words: "Discount", columns: ["discount"] },
  { value: "basis", words: "Tax basis", columns: ["tax_basis"] },
  { value: "um", words: "Unit of measure", columns: ["um"] },
];

export interface LineChoices {
  lines: readonly Choice[];
  items: readonly Choice[];
  materials: readonly Choice[];
  accounts: readonly Choice[];
  taxes: readonly Choice[];
}

function choicesFor(field: string, choices: LineChoices): readonly Choice[] | undefined {
  const of: Record<string, readonly Choice[]> = {
    apply_line: choices.lines, line_type: LINE_TYPES, contract_item: choices.items, material: choices.materials, gl_account: choices.accounts, tax_code: choices.taxes,
  };
  const found = of[field];
  return found === undefined || found.length === 0 ? undefined : found;
}

/** The columns of the lines of an entry, with those of `MORE` that are wanted. */
export function lineColumns(header: Fields, wanted: readonly string[], choices: LineChoices): GridColumn[] {
  const type = header["type"] || "invoice";
  const contract = header["contract"] !== undefined && header["contract"] !== "";
  const own = type === "invoice" ? (contract ? OF_CONTRACT : OF_INVOICE) : type === "adjustment" ? OF_ADJUSTMENT : OF_CREDIT;
  const asContract = (field: string) => (contract ? ({ material: "contract_item", units: "contract_units" }[field] ?? field) : field);
  const shown = new Set([...own.map(asContract), ...MORE.filter(({ value }) => wanted.includes(value)).flatMap(({ columns }) => columns)]);
  return Object.entries(COLUMNS).flatMap(([field, column]) => {
    if (!shown.has(field)) return [];
    const found = choicesFor(field, choices);
    return [{ ...column, field, ...(found === undefined ? {} : { choices: found }) }];
  });
}

/** The choices of a field of the header that are always the same. */
export const HEADER_CHOICES: Record<string, readonly Choice[]> = { type: TYPES, disposition: DISPOSITIONS };

const NUMBERS = new Set(["receivable_type", "apply_to", "apply_line"]);
const WORDS: Record<string, readonly Choice[]> = { ...HEADER_CHOICES, line_type: LINE_TYPES };

/** Whether a value can be sent to ask for a form: it can be read, and a code that must be one of a few is one of them. */
export function isSendable(field: string, value: string): boolean {
  const choices = WORDS[field];
  if (choices !== undefined && value !== "") return choices.some(({ code }) => code === value);
  if (NUMBERS.has(field)) return /^\d*$/.test(value);
  return faultOf(FIELDS[field]?.kind ?? COLUMNS[field]?.kind ?? "text", value) === undefined;
}

/** How the values of a field are read and shown. */
export function kindOfField(field: string): Kind {
  return FIELDS[field]?.kind ?? COLUMNS[field]?.kind ?? MISC_KINDS[field] ?? "text";
}

/** The head of the column of a field. */
export function columnHead(field: string): string | undefined {
  return COLUMNS[field]?.head;
}

const MISC_KINDS: Record<string, Kind> = { distributed_on: "date" };
