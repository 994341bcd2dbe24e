// What the console reads of the API document while it runs: `node describe.mjs openapi.json src/api`. The document itself is a
// megabyte. files.json names the lists that can be had as a file.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

const KINDS = { "application/pdf": "pdf", "text/csv": "csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx" };

/** The kinds of files of each list that has any, by its path. */
export function filesOf(document) {
  const found = {};
  for (const [path, { get }] of Object.entries(document.paths)) {
    const kinds = Object.keys(get?.responses["200"]?.content ?? {}).map((type) => KINDS[type]).filter(Boolean);
    if (kinds.length > 0) found[path] = kinds;
  }
  return found;
}

if (import.meta.filename === process.argv[1]) {
  const [place, target] = process.argv.slice(2);
  const document = JSON.parse(await readFile(place, "utf8"));
  await writeFile(join(target, "files.json"), JSON.stringify(filesOf(document)));
}
