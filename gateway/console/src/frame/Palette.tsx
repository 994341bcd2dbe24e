// The palette: pages by their names, and orders, invoices and customers by their numbers, all by keys. Each pause in typing
// asks each service once.

import { Modal } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { useState, type KeyboardEvent } from "react";
import { client, data } from "../api/calls.ts";
import { useRecent } from "../parts/useRecent.ts";
import { wordsOf } from "../text/en.ts";
import { seenBy } from "./menu.ts";
import classes from "./Palette.module.css";
import { useSession } from "./session.tsx";
import { addressOf, waysTo, type Found } from "./ways.ts";

const PAUSE_MS = 200;

interface Offer {
  address: string;
  words: string;
  about: string;
}

interface FoundNamed extends Found {
  name: string;
  status: string | null;
}

async function search(words: string): Promise<FoundNamed[]> {
  const query = { params: { query: { q: words } } };
  // One service that does not answer hides nothing of the other.
  const found = await Promise.allSettled([data(client.GET("/api/v1/rating/search", query)), data(client.GET("/api/v1/receivables/search", query))]);
  return found.flatMap((one) => (one.status === "fulfilled" ? (one.value.items as FoundNamed[]) : []));
}

export function Palette({ close }: { close: () => void }) {
  const { whyNot } = useSession();
  const router = useRouter();
  const recent = useRecent();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [paused] = useDebouncedValue(typed.trim(), PAUSE_MS);
  const found = useQuery({ queryKey: ["palette", paused], queryFn: () => search(paused), enabled: paused.length > 1, staleTime: 30_000, placeholderData: (before) => before });

  const words = typed.trim().toLowerCase();
  const pages = seenBy(whyNot).flatMap(({ group, entries }) => entries.map((entry): Offer => ({ address: entry.to, words: entry.words, about: group })));
  const offers: Offer[] = words === ""
    ? [...recent.slice(0, 5).map((page): Offer => ({ address: page.path, words: page.title, about: "opened recently" })), ...pages]
    : [
        ...pages.filter((page) => page.words.toLowerCase().includes(words)),
        ...(paused.length > 1 ? (found.data ?? []) : []).flatMap((one): Offer[] => {
          const address = addressOf(router, waysTo(one));
          const status = one.status === null ? "" : `, ${wordsOf(one.status)}`;
          return address === undefined ? [] : [{ address, words: `${one.number} ${one.name}`.trim(), about: `${wordsOf(one.kind)}${status}` }];
        }),
      ];
  const place = Math.min(at, offers.length - 1);
  const go = (offer: Offer | undefined) => {
    if (offer === undefined) return;
    close();
    void router.navigate({ href: offer.address });
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setAt((place + 1) % Math.max(1, offers.length));
    else if (event.key === "ArrowUp") setAt((place - 1 + offers.length) % Math.max(1, offers.length));
    else if (event.key === "Enter") go(offers[place]);
    else return;
    event.preventDefault();
  };
  return (
    <Modal opened onClose={close} title="Search" withCloseButton={false} yOffset="10vh" returnFocus>
      <input className={classes["field"]} role="combobox" aria-label="Page, order, invoice or customer" aria-expanded="true" aria-controls="palette-offers"
        aria-activedescendant={offers.length > 0 ? `palette-${place}` : undefined} placeholder="Page, order, invoice or customer" autoComplete="off"
        value={typed} data-autofocus onKeyDown={press}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }} />
      <ul className={classes["offers"]} role="listbox" id="palette-offers" aria-label="Found">
        {offers.map((offer, index) => (
          <li key={`${offer.address} ${offer.words}`} id={`palette-${index}`} role="option" aria-selected={index === place} onClick={() => go(offer)}
            ref={index === place ? (item) => item?.scrollIntoView({ block: "nearest" }) : null}>
            <span>{offer.words}</span>
            <small>{offer.about}</small>
          </li>
        ))}
      </ul>
      <p role="status" className={classes["none"]}>{offers.length === 0 ? (found.isFetching || paused !== typed.trim() ? "Searching…" : "Nothing was found.") : ""}</p>
    </Modal>
  );
}
