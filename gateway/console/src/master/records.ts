// Which kinds of master data there are, and how people call them. Everything else about them is in the API's document.

import described from "../api/records.json";

export interface Field {
  name: string;
  kind: "text" | "number" | "decimal" | "date" | "moment" | "flag" | "choice" | "codes" | "other";
  about: string;
  required: boolean;
  nullable: boolean;
  initial?: unknown;
  options?: readonly string[];
}

/** What the document says of a kind of record. */
export interface Described {
  /** The path of one record. */
  one: string;
  method: "PUT" | "PATCH";
  read: readonly Field[];
  keys: readonly { parameter: string; field: string }[];
  make: readonly Field[];
  change: readonly Field[];
  feature: string;
  level: "edit";
  filters: readonly string[];
  sorts: readonly string[];
  history: boolean;
}

export interface Kind extends Described {
  /** The name in the address. */
  name: string;
  path: string;
  words: string;
  /** One of them. */
  one_word: string;
  group: string;
}

const ALL = described as unknown as Readonly<Record<string, Described>>;

const TABLE: readonly [name: string, path: string, words: string, oneWord: string, group: string][] = [
  ["customers", "receivables/customers", "Customers", "customer", "Customers and staff"],
  ["servers", "rating/servers", "Servers", "server", "Customers and staff"],
  ["commission-rates", "rating/commission-rates", "Commission rates", "commission rate", "Customers and staff"],
  ["rollup-rules", "rating/rollup-rules", "Roll-up rules", "roll-up rule", "Customers and staff"],
  ["branches", "rating/branches", "Branches", "branch", "Rating"],
  ["job-types", "rating/job-types", "Job types", "job type", "Rating"],
  ["priorities", "rating/priorities", "Priorities", "priority", "Rating"],
  ["customer-types", "rating/customer-types", "Customer types", "customer type", "Rating"],
  ["regions", "rating/regions", "Regions", "region", "Rating"],
  ["zones", "rating/zones", "Zones", "zone", "Rating"],
  ["bill-types", "rating/bill-types", "Bill types", "bill type", "Rating"],
  ["billing-items", "rating/billing-items", "Billing items", "billing item", "Rating"],
  ["quantities", "rating/quantities", "Quantities", "quantity", "Rating"],
  ["ar-companies", "receivables/ar-companies", "AR companies", "AR company", "Receivables"],
  ["gl-accounts", "receivables/gl-accounts", "Accounts", "account", "Receivables"],
  ["receivable-types", "receivables/receivable-types", "Receivable types", "receivable type", "Receivables"],
  ["pay-terms", "receivables/pay-terms", "Terms", "terms", "Receivables"],
  ["tax-codes", "receivables/tax-codes", "Tax codes", "tax code", "Receivables"],
  ["materials", "receivables/materials", "Materials", "material", "Receivables"],
  ["misc-distribution-codes", "receivables/misc-distribution-codes", "Misc. distribution codes", "misc. distribution code", "Receivables"],
  ["contracts", "receivables/contracts", "Contracts", "contract", "Contracts and job billing"],
  ["contract-items", "receivables/contract-items", "Contract items", "contract item", "Contracts and job billing"],
  ["jb-companies", "receivables/jb-companies", "JB companies", "JB company", "Contracts and job billing"],
];

export const KINDS: readonly Kind[] = TABLE.flatMap(([name, short, words, oneWord, group]) => {
  const path = `/api/v1/${short}`;
  const found = ALL[path];
  return found === undefined ? [] : [{ ...found, name, path, words, one_word: oneWord, group }];
});

export function kindOf(name: string): Kind | undefined {
  return KINDS.find((kind) => kind.name === name);
}
