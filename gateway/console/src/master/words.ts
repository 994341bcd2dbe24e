// What fields of records are called.

const WORDS: Readonly<Record<string, string>> = {
  ar_company: "AR company", gl_company: "GL company", jb_company: "JB company", zips: "ZIPs", ach: "ACH", id: "No.", ein: "EIN", zip: "ZIP",
};

/** The label of a field: `income_account` is Income account. */
export function labelOf(name: string): string {
  const words = WORDS[name] ?? name.replaceAll("_", " ").replace(/\b(ar|gl|jb|zip)\b/g, (word) => word.toUpperCase());
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}
