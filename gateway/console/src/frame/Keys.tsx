// The keys that work everywhere, in a list that `?` opens.

import { Button, Modal } from "@mantine/core";
import { seenBy } from "./menu.ts";
import classes from "./Keys.module.css";
import { useSession } from "./session.tsx";

const EVERYWHERE: readonly [string, string][] = [
  ["Ctrl+K", "Search: pages, orders, invoices, customers"],
  ["?", "These keys"],
];
const IN_LISTS: readonly [string, string][] = [
  ["↑ ↓", "Move from row to row"],
  ["Enter", "Open the row"],
  ["x", "Choose the row, with Shift all rows between"],
];

export function Keys({ off, setOff, close }: { off: boolean; setOff: (off: boolean) => void; close: () => void }) {
  const { whyNot } = useSession();
  const pages = seenBy(whyNot).flatMap(({ entries }) => entries.flatMap((entry): [string, string][] => (entry.letter === undefined ? [] : [[`g ${entry.letter}`, entry.words]])));
  return (
    <Modal opened onClose={close} title="Keys" size="lg">
      <div className={classes["groups"]}>
        <Group title="Everywhere" keys={EVERYWHERE} />
        <Group title="Go to" keys={pages} />
        <Group title="In lists" keys={IN_LISTS} />
      </div>
      <p>{off ? "Keys of one letter are switched off." : "Keys of one letter do nothing while you type."}</p>
      <Button variant="default" onClick={() => setOff(!off)}>{off ? "Switch keys of one letter on" : "Switch keys of one letter off"}</Button>
    </Modal>
  );
}

function Group({ title, keys }: { title: string; keys: readonly [string, string][] }) {
  return (
    <section>
      <h3>{title}</h3>
      <dl>
        {keys.map(([key, words]) => (
          <div key={key}>
            <dt>{key.split(" ").map((one) => <kbd key={one}>{one}</kbd>)}</dt>
            <dd>{words}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
