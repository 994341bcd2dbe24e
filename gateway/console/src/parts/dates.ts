// Days: on the wire `2026-11-29`. In lists the year is left out while it is this one.

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] as const;

function two(number: number): string {
  return String(number).padStart(2, "0");
}

/** Today by the clock of the browser. */
export function today(): string {
  const now = new Date();
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/** A day as lists show it: `11-29`, or `2025-11-29` if the year is another. */
export function dayWords(day: string | null, now: string = today()): string {
  if (day === null) return "";
  return day.slice(0, 4) === now.slice(0, 4) ? day.slice(5) : day;
}

/** A moment as lists show it, by the clock of the browser: `11-29 14:05`. */
export function momentWords(moment: string | null, now: string = today()): string {
  if (moment === null) return "";
  const at = new Date(moment);
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
  return `${dayWords(day, now)} ${two(at.getHours())}:${two(at.getMinutes())}`;
}

function made(year: number, month: number, day: number): string | undefined {
  const leap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const last = MONTH_DAYS[month - 1];
  if (last === undefined || day < 1 || day > last + Number(leap) || year < 1990 || year > 2100) return undefined;
  return `${year}-${two(month)}-${two(day)}`;
}

/** The day that is so many days later. */
export function later(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/**
 * What somebody typed as a day on the wire; undefined if it is not one.
 *
 * Takes `2026-11-29`, `11/29/2026`, `11/29`, `11-29`, `29` (of the month of `now`), and keys: `t` today, `m` and `h` the
 * first and last day of the month, `+` and `-` a day, `+30` thirty days later.
 */
export function readDay(typed: string, now: string = today()): string | undefined {
  const words = typed.trim().toLowerCase();
  const [year, month] = [Number(now.slice(0, 4)), Number(now.slice(5, 7))];
  if (words === "t") return now;
  if (words === "m") return made(year, month, 1);
  if (words === "h") return made(year, month, 31) ?? made(year, month, 30) ?? made(year, month, 29) ?? made(year, month, 28);
  const steps = /^([+-])(\d{0,3})$/.exec(words);
  if (steps !== null) return later(now, (steps[1] === "-" ? -1 : 1) * Number(steps[2] || "1"));
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(words);
  if (iso !== null) return made(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const us = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?$/.exec(words);
  if (us !== null) {
    const given = us[3] === undefined ? year : us[3].length === 2 ? 2000 + Number(us[3]) : Number(us[3]);
    return made(given, Number(us[1]), Number(us[2]));
  }
  return /^\d{1,2}$/.test(words) ? made(year, month, Number(words)) : undefined;
}
