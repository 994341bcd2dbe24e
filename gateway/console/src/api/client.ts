// The client of the API. It is openapi-fetch, with one check more: a body or a query with a field that its operation does
// not have is a mistake here. openapi-fetch lets such fields pass, and they would only be refused when they are sent.

import createFetchClient, { type ClientOptions, type FetchOptions, type FetchResponse, type Middleware, type ParseAs } from "openapi-fetch";
import type { FilterKeys, HttpMethod, MediaType, PathsWithMethod, RequiredKeysOf } from "openapi-typescript-helpers";
import type { components, paths } from "./schema.d.ts";

export type Schema<Name extends keyof components["schemas"]> = components["schemas"][Name];
export type Problem = Schema<"Problem">;

/** What an operation takes: its parameters and body, and how its answer is read, which is as JSON unless said. */
type Given<Path extends keyof paths, Method extends HttpMethod, As extends ParseAs> = Omit<
  FetchOptions<FilterKeys<paths[Path], Method>>,
  "parseAs"
> & { parseAs?: As };

type Call<Method extends HttpMethod> = <Path extends PathsWithMethod<paths, Method>, As extends ParseAs = "json">(
  path: Path,
  ...given: RequiredKeysOf<Given<Path, Method, As>> extends never ? [Given<Path, Method, As>?] : [Given<Path, Method, As>]
) => Promise<FetchResponse<NonNullable<paths[Path][Method]>, { parseAs: As }, MediaType>>;

export interface Client {
  GET: Call<"get">;
  PUT: Call<"put">;
  POST: Call<"post">;
  PATCH: Call<"patch">;
  DELETE: Call<"delete">;
  use(...middleware: Middleware[]): void;
}

/** A client of the gateway at `baseUrl`. */
export function createClient(options: ClientOptions): Client {
  return createFetchClient<paths>(options) as unknown as Client;
}

/** The query of a list, by its path. */
export type Query<Path extends PathsWithMethod<paths, "get">> = paths[Path]["get"] extends { parameters: { query?: infer Given } } ? Given : never;

/** The answer of an operation that reads. */
type Answer<Path extends PathsWithMethod<paths, "get">> = paths[Path]["get"] extends { responses: { 200: { content: { "application/json": infer Given } } } } ? Given : never;
interface AnyPage { items: unknown[]; next_cursor: string | null; totals: unknown }

/** The path of a list that comes in pages. */
export type ListPath = { [Path in PathsWithMethod<paths, "get">]: [Answer<Path>] extends [never] ? never : Answer<Path> extends AnyPage ? Path : never }[PathsWithMethod<paths, "get">];
export type RowOf<Path extends ListPath> = Answer<Path> extends { items: (infer Row)[] } ? Row : never;
export type TotalsOf<Path extends ListPath> = Answer<Path> extends { totals: infer Totals } ? NonNullable<Totals> : never;
