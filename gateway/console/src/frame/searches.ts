// Reading the part of an address after its question mark. What is not understood is left out, so that old links still open.

type Given = Record<string, unknown>;

/** Changes of what is in an address; undefined takes a part out of it. */
export type Changes<Search> = { [Name in keyof Search]?: Search[Name] | undefined };

/** A text; numbers in an address are texts here. */
export function text<Name extends string>(given: Given, name: Name): { [key in Name]?: string } {
  const value = given[name];
  if (typeof value !== "string" && typeof value !== "number") return {};
  return String(value) === "" ? {} : ({ [name]: String(value) } as { [key in Name]?: string });
}

/** A whole number, such as an id. */
export function number<Name extends string>(given: Given, name: Name): { [key in Name]?: number } {
  const value = given[name];
  return typeof value === "number" || (typeof value === "string" && /^\d{1,15}$/.test(value)) ? ({ [name]: Number(value) } as { [key in Name]?: number }) : {};
}

/** One or several texts. */
export function texts<Name extends string>(given: Given, name: Name): { [key in Name]?: string[] } {
  const value = given[name];
  const several = (Array.isArray(value) ? value : [value]).filter((one): one is string => typeof one === "string" && one !== "");
  return several.length === 0 ? {} : ({ [name]: several } as { [key in Name]?: string[] });
}

/** Yes or no. */
export function flag<Name extends string>(given: Given, name: Name): { [key in Name]?: boolean } {
  const value = given[name];
  return typeof value === "boolean" ? ({ [name]: value } as { [key in Name]?: boolean }) : {};
}

/** A day, like 2026-11-29. */
export function day<Name extends string>(given: Given, name: Name): { [key in Name]?: string } {
  const value = given[name];
  return typeof value === "string" && /^\d{4}-\d{2}-\d{2}$/.test(value) ? ({ [name]: value } as { [key in Name]?: string }) : {};
}

/** The part of an address after its question mark, as values: a name that comes several times has all of its texts. */
export function parse(words: string): Given {
  const found: Given = {};
  for (const [name, value] of new URLSearchParams(words)) {
    const read = value === "true" ? true : value === "false" ? false : value;
    const before = found[name];
    found[name] = before === undefined ? read : Array.isArray(before) ? [...before, read] : [before, read];
  }
  return found;
}

/** Values as the part of an address after its path, with the question mark. */
export function write(values: Given): string {
  const written = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) written.append(name, String(one));
  }
  const words = written.toString();
  return words === "" ? "" : `?${words}`;
}
