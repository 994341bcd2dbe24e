// Types for TypeScript clients: `node schema.mjs openapi.json schema.d.ts`. The document is a file, or the address of
// a gateway's /openapi.json.
//
// openapi-fetch has one type for the data of an operation and one for its refusals, so the document is made smaller
// first. Where an answer is JSON or a file, the JSON stays: otherwise each call would have to distinguish `string` and
// `Page`. Of the refusals, which all are the same problem document, `4XX` and `5XX` stay. Never add a `default` answer:
// openapi-fetch would count it as a success.

import { readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const JSON_TYPE = "application/json";

/** The document without what a typed client does not read. */
export function slim(document) {
  const { examples, responses, ...components } = document.components;
  const ofGateway = Object.fromEntries(Object.entries(responses).filter(([name]) => name.startsWith("GATEWAY_")));
  for (const answer of Object.values(ofGateway)) answer.content = mapValues(answer.content, ({ schema }) => ({ schema }));
  return {
    ...document,
    components: { ...components, responses: ofGateway },
    paths: mapValues(document.paths, (path) => mapValues(path, slimOperation)),
  };
}

function slimOperation(operation) {
  const kept = Object.entries(operation.responses).filter(([status]) => /^(2..|3..|4XX|5XX)$/.test(status));
  return { ...operation, responses: mapValues(Object.fromEntries(kept), slimAnswer) };
}

function slimAnswer(answer) {
  const json = answer.content?.[JSON_TYPE];
  return json === undefined ? answer : { ...answer, content: { [JSON_TYPE]: json } };
}

function mapValues(object, change) {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));
}

/** The types of a document. A field that has a default may be left out of a body; answers have all of their fields. */
export async function typesOf(document) {
  return astToString(await openapiTS(slim(document), { defaultNonNullable: false, alphabetize: true }));
}

async function read(place) {
  return JSON.parse(/^https?:/.test(place) ? await (await fetch(place)).text() : await readFile(place, "utf8"));
}

if (import.meta.filename === process.argv[1]) {
  const [place, target] = process.argv.slice(2);
  if (place === undefined || target === undefined) {
    console.error("usage: node schema.mjs <file or address of the OpenAPI document> <file to write, .d.ts>");
    process.exit(2);
  }
  await writeFile(target, await typesOf(await read(place)));
}
