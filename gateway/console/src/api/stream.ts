// A stream of events of the suite. EventSource comes back by itself after a broken connection, but gives up for good when an
// answer is a refusal, as it is when the access token is over: then the session is renewed and the stream opened again.

import { renewOnce } from "./session.ts";

const PAUSE_MS = 3_000;

/** Calls `take` with the data of each event until the returned function is called or `take` returns true. */
export function follow<T>(path: string, events: readonly string[], take: (data: T) => boolean): () => void {
  let source: EventSource | undefined;
  let pause: ReturnType<typeof setTimeout> | undefined;
  let over = false;

  const end = () => {
    over = true;
    clearTimeout(pause);
    source?.close();
  };
  const hear = (event: MessageEvent<string>) => {
    if (!over && take(JSON.parse(event.data) as T)) end();
  };
  const open = () => {
    if (over) return;
    source = new EventSource(path);
    for (const name of events) source.addEventListener(name, hear);
    source.onerror = () => {
      if (source?.readyState !== EventSource.CLOSED) return;
      void renewOnce().catch(() => undefined).then(() => (pause = setTimeout(open, PAUSE_MS)));
    };
  };
  open();
  return end;
}
