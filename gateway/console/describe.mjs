// What the console reads of the API document while it runs: `node describe.mjs openapi.json src/api`. The document itself is a
// megabyte. files.json names the lists that can be had as a file; records.json says of each kind of master data which fields it
// has, what identifies a record, and what can be done with it.

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

/** What a schema is, without its null and its reference. */
function resolve(document, schema) {
  if (schema.$ref !== undefined) return { ...resolve(document, document.components.schemas[schema.$ref.split("/").at(-1)]), ...(schema.description && { description: schema.description }) };
  const others = schema.anyOf?.filter((one) => one.type !== "null");
  if (others === undefined) return schema;
  const { anyOf, ...rest } = schema;
  return { ...(others.length === 1 ? resolve(document, others[0]) : {}), ...rest, nullable: others.length < anyOf.length };
}

function kindOf(document, schema) {
  if (schema.enum !== undefined) return "choice";
  if (schema.type === "boolean") return "flag";
  if (schema.type === "integer") return "number";
  if (schema.format === "date") return "date";
  if (schema.format === "date-time") return "moment";
  if (schema.type === "array") return resolve(document, schema.items ?? {}).type === "string" ? "codes" : "other";
  if (schema.type !== "string") return "other";
  return schema.pattern?.includes("[0-9]{1,") === true && schema.pattern.includes("\\.") ? "decimal" : "text";
}

function fieldsOf(document, given) {
  const { properties = {}, required = [] } = resolve(document, given);
  return Object.entries(properties).map(([name, schema]) => {
    const found = resolve(document, schema);
    const { description = "", default: initial, enum: options, nullable = false } = found;
    return { name, kind: kindOf(document, found), about: description, required: required.includes(name), nullable, ...(initial == null ? {} : { initial }), ...(options && { options }) };
  });
}

/** Every kind of plain record that can be listed, made, changed and imported, by its path. */
export function recordsOf(document) {
  const found = {};
  const json = (content) => content?.["application/json"]?.schema;
  for (const [path, { get, post }] of Object.entries(document.paths)) {
    if (document.paths[`${path}/import`] === undefined || get === undefined || post === undefined) continue;
    if (path.includes("{")) continue;
    const one = Object.keys(document.paths).find((other) => new RegExp(`^${path}(/\\{\\w+\\})+$`).test(other) && document.paths[other].get !== undefined);
    const change = one && (document.paths[one].put ?? document.paths[one].patch);
    if (change === undefined) continue;
    const page = resolve(document, json(get.responses["200"].content));
    const read = fieldsOf(document, page.properties.items.items);
    const make = fieldsOf(document, json(post.requestBody.content));
    // What has lines or other parts of its own has a page of its own.
    if (make.some((field) => field.kind === "other")) continue;
    const names = new Set(read.map((field) => field.name));
    const query = (get.parameters ?? []).filter((parameter) => parameter.in === "query");
    const sort = query.find((parameter) => parameter.name === "sort")?.schema;
    found[path] = {
      one, method: document.paths[one].put === undefined ? "PATCH" : "PUT", read,
      keys: [...one.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({ parameter: name, field: names.has(name) ? name : names.has("id") ? "id" : make[0].name })),
      make, change: fieldsOf(document, json(change.requestBody.content)),
      feature: get["x-feature"], level: change["x-access-level"], filters: query.map((parameter) => parameter.name),
      sorts: (resolve(document, sort ?? {}).enum ?? []).filter((name) => !name.startsWith("-")), history: document.paths[`${one}/history`] !== undefined,
    };
  }
  return found;
}

if (import.meta.filename === process.argv[1]) {
  const [place, target] = process.argv.slice(2);
  const document = JSON.parse(await readFile(place, "utf8"));
  await writeFile(join(target, "files.json"), JSON.stringify(filesOf(document)));
  await writeFile(join(target, "records.json"), JSON.stringify(recordsOf(document)));
}
