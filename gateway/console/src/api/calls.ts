// The one client of the console, and what became of a request that was refused.

import { createClient, type Problem } from "./client.ts";
import { quietFetch, sessionFetch } from "./session.ts";

export type { ListPath, Problem, Query, RowOf, Schema, TotalsOf } from "./client.ts";

/** A request that the suite refused. `problem` has its code, its sentence, and the place of each fault. */
export class Refused extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** A request whose answer did not arrive: nobody knows yet what became of it. */
export class Unknown extends Error {}

export const client = createClient({ baseUrl: location.origin, fetch: sessionFetch });

/** For what is asked while somebody types: an end of the session is no matter of such a request. */
export const QUIETLY = { fetch: quietFetch };

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws Refused or Unknown. */
export async function data<T>(request: Promise<Answered<T>>): Promise<T> {
  let answer: Answered<T>;
  try {
    answer = await request;
  } catch (error) {
    if (error instanceof TypeError) throw new Unknown("The answer did not arrive. What became of the request is not known yet.");
    throw error;
  }
  if (answer.error !== undefined) throw new Refused(problemOf(answer.error, answer.response));
  return answer.data as T;
}

/** The data of an answer with its ETag, which a change of the record sends as If-Match. */
export async function tagged<T>(request: Promise<Answered<T>>): Promise<{ record: T; etag: string }> {
  const answer = await request;
  return { record: await data(Promise.resolve(answer)), etag: answer.response.headers.get("etag") ?? "" };
}

function problemOf(error: unknown, response: Response): Problem {
  if (typeof error === "object" && error !== null && "detail" in error) return error as Problem;
  return {
    type: "about:blank",
    title: response.statusText,
    status: response.status,
    code: "UNREADABLE",
    detail: `The answer cannot be read (status ${response.status}).`,
    errors: [],
    request_id: response.headers.get("x-request-id"),
  };
}

/** A whole list as a file; throws Refused or Unknown. */
export async function fileOf(path: string, query: object, mediaType: string): Promise<Blob> {
  const asked = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? value : [value]) if (one !== undefined) asked.append(name, String(one));
  }
  const request = new Request(`${location.origin}${path}?${asked.toString()}`, { headers: { accept: mediaType } });
  return data(
    sessionFetch(request).then(async (response) =>
      response.ok ? { data: await response.blob(), response } : { error: await response.json().catch(() => "unreadable"), response },
    ),
  );
}

/** Sends a request whose path the types do not know, because it was made from the document; throws Refused or Unknown. */
export async function ask<T>(method: string, path: string, given: Given = {}): Promise<T> {
  return (await askTagged<T>(method, path, given)).value;
}

interface Given {
  body?: unknown;
  headers?: Record<string, string>;
}

/** The same, with the ETag of the answer, which a change sends as If-Match. */
export async function askTagged<T>(method: string, path: string, given: Given = {}): Promise<{ value: T; etag: string }> {
  const { body, headers = {} } = given;
  const sent = body === undefined || body instanceof Blob ? body : JSON.stringify(body);
  const type = body === undefined || body instanceof Blob ? {} : { "content-type": "application/json" };
  const request = new Request(`${location.origin}${path}`, { method, headers: { ...type, ...headers }, ...(sent === undefined ? {} : { body: sent }) });
  return data(
    sessionFetch(request).then(async (response) => {
      const answer: unknown = response.status === 204 ? undefined : await response.json().catch(() => "unreadable");
      return response.ok ? { data: { value: answer as T, etag: response.headers.get("etag") ?? "" }, response } : { error: answer, response };
    }),
  );
}

/** Sends a file as a body, by its name as CSV or as a workbook; throws Refused or Unknown. */
export function upload<T>(path: string, query: Readonly<Record<string, string>>, file: File, key: string): Promise<T> {
  const type = file.name.toLowerCase().endsWith(".xlsx") ? "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" : "text/csv";
  const headers = { "content-type": type, accept: "application/json", "idempotency-key": key };
  return ask<T>("POST", `${path}?${new URLSearchParams(query).toString()}`, { body: file, headers });
}

/** A key that makes two sendings of the same command one. */
export function newKey(): string {
  return crypto.randomUUID();
}
