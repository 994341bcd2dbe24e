// The session of the browser. The tokens are in cookies that scripts cannot read; a script only repeats the CSRF cookie.
//
// An answer 401 means that the access token is over: it is renewed once for all requests that wait, and if the session is
// over as well, the user logs in again where they are. Then each request is sent again as it was, with the same key.

import { noteContact } from "./contact.ts";

const CSRF = "__Host-ratebook-csrf=";
const RENEW = "/api/v1/security/cookies/refresh";
/** What is asked for without a session, or to get one. */
const OPEN = ["/api/v1/security/cookies", "/api/v1/security/passwords", "/api/v1/security/log-in-ways"];

type Ask = () => Promise<void>;
let askToLogIn: Ask | undefined;
let renewing: Promise<void> | undefined;
let refreshing: Promise<boolean> | undefined;

/** Says how the user is asked to log in; the promise ends when they have. */
export function setLogIn(ask: Ask): void {
  askToLogIn = ask;
}

function csrf(): string {
  const found = document.cookie.split("; ").find((cookie) => cookie.startsWith(CSRF));
  return found === undefined ? "" : found.slice(CSRF.length);
}

/** A gateway whose services do not answer, or a proxy whose gateway does not. */
const NOBODY = new Set([502, 503, 504]);

async function send(request: Request): Promise<Response> {
  if (request.method !== "GET") request.headers.set("ratebook-csrf", csrf());
  try {
    const answer = await fetch(request);
    noteContact(!NOBODY.has(answer.status));
    return answer;
  } catch (error) {
    // A request that its page has given up says nothing about the suite.
    if (!request.signal.aborted) noteContact(false);
    throw error;
  }
}

async function refresh(): Promise<boolean> {
  // Without the cookie there is no session that could be renewed.
  return csrf() !== "" && (await send(new Request(RENEW, { method: "POST" }))).ok;
}

/** Renews the session without asking anybody; whether that was possible. */
function refreshOnce(): Promise<boolean> {
  refreshing ??= refresh().finally(() => (refreshing = undefined));
  return refreshing;
}

async function renew(): Promise<void> {
  if (await refreshOnce()) return;
  if (askToLogIn === undefined) throw new Error("nobody can log in yet");
  await askToLogIn();
}

/** Renews the session, once for all who ask at the same time. */
export function renewOnce(): Promise<void> {
  renewing ??= renew().finally(() => (renewing = undefined));
  return renewing;
}

/** `fetch` for a session: renews it when it is over, and sends the request again. */
export async function sessionFetch(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (OPEN.some((path) => pathname.startsWith(path))) return send(request);
  if (csrf() === "") await renewOnce();
  const again = request.clone();
  const answer = await send(request);
  if (answer.status !== 401) return answer;
  await renewOnce();
  return send(again);
}

/**
 * `fetch` for what is asked while somebody types: if the session is over, it gives up. The dialog to log in would take the
 * keys that are meant for the form; it comes when the form is saved.
 */
export async function quietFetch(request: Request): Promise<Response> {
  const again = request.clone();
  const answer = await send(request);
  return answer.status === 401 && (await refreshOnce()) ? send(again) : answer;
}
