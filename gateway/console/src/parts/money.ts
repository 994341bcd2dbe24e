// Amounts: exact, as whole cents. On the wire they are strings with two decimals; people write them in many ways.

const PLAIN = /^(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.(\d{1,2}))?$/;

/** The cents of an amount on the wire, such as `-12.50`. */
export function centsOf(wire: string): bigint {
  const found = /^(-?)(\d+)(?:\.(\d{1,2}))?$/.exec(wire);
  if (found === null) throw new RangeError(`${wire} is not an amount`);
  const [, sign, whole, part = ""] = found;
  const cents = BigInt(`${whole}${part.padEnd(2, "0")}`);
  return sign === "-" ? -cents : cents;
}

/** Cents as an amount on the wire. */
export function wireOf(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, "0");
  return `${cents < 0n ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

/** The sum of amounts on the wire. */
export function sumOf(amounts: readonly string[]): string {
  return wireOf(amounts.reduce((sum, amount) => sum + centsOf(amount), 0n));
}

/** An amount as people read it: `1,045.07`, `−45.10`. */
export function amountWords(wire: string): string {
  const [whole = "0", part = "00"] = wire.replace("-", "").split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
  return `${wire.startsWith("-") ? "\u2212" : ""}${grouped}.${part.padEnd(2, "0")}`;
}

/** An amount with its currency sign: `$1,045.07`. */
export function dollarWords(wire: string): string {
  const words = amountWords(wire);
  return words.startsWith("\u2212") ? `\u2212$${words.slice(1)}` : `$${words}`;
}

function plainCents(words: string): bigint | undefined {
  const found = PLAIN.exec(words);
  if (found === null || words === "" || words === ".") return undefined;
  const [whole = "", part = ""] = words.replaceAll(",", "").split(".");
  return BigInt(`${whole || "0"}${part.padEnd(2, "0")}`);
}

/**
 * What somebody typed as an amount on the wire; undefined if it is not one.
 *
 * Takes `1,045.07`, `$5`, `(45.10)` and `45.10-` for negative ones, and a product: `12*45`. A comma groups thousands and is
 * never a decimal point: `123,00` is refused, because reading it as 12300 would be worse.
 */
export function readMoney(typed: string): string | undefined {
  let words = typed.replaceAll(/[\s$]/g, "").replace("\u2212", "-");
  let negative = false;
  if (/^\(.*\)$/.test(words)) [negative, words] = [true, words.slice(1, -1)];
  else if (words.endsWith("-")) [negative, words] = [true, words.slice(0, -1)];
  else if (words.startsWith("-")) [negative, words] = [true, words.slice(1)];
  const [first = "", second, ...more] = words.split("*");
  if (more.length > 0) return undefined;
  const [cents, times] = [plainCents(first), second === undefined ? 100n : plainCents(second)];
  if (cents === undefined || times === undefined) return undefined;
  const product = cents * times;
  const rounded = (product + 50n) / 100n;
  return wireOf(negative ? -rounded : rounded);
}
