// What surrounds every page: the search, the jobs, who is logged in, and the menu of what they may see.

import { Button } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { Link, Outlet, useRouter } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { later } from "../parts/later.tsx";
import { isTyping, useKeysOff } from "../parts/useKey.ts";
import classes from "./Frame.module.css";
import { maySee, MENU, seenBy } from "./menu.ts";
import { Palette } from "./Palette.tsx";
import { useSession } from "./session.tsx";
import { PATIENCE_MS, shortcutOf } from "./shortcuts.ts";
import { Stale } from "./Stale.tsx";

const Jobs = later(async () => (await import("./Jobs.tsx")).Jobs);
const Keys = later(async () => (await import("./Keys.tsx")).Keys);
const MenuDrawer = later(async () => (await import("./MenuDrawer.tsx")).MenuDrawer);
const UserMenu = later(async () => (await import("./UserMenu.tsx")).UserMenu);

export function Frame() {
  const [open, setOpen] = useState<"palette" | "keys" | "menu" | undefined>(undefined);
  const keys = useKeysOff();
  const narrow = useMediaQuery("(max-width: 767px)", false, { getInitialValueInEffect: false });
  const close = useCallback(() => setOpen(undefined), []);
  const openKeys = useCallback(() => setOpen("keys"), []);
  // Those who have switched them off must not use them before that is known.
  useShortcuts(keys.off, useCallback((kind) => setOpen(kind === "palette" ? "palette" : "keys"), []));
  const pages = <Pages onGo={close} />;
  return (
    <div className={classes["frame"]}>
      <a className={classes["skip"]} href="#content">Skip to the content</a>
      <header className={classes["header"]}>
        {narrow && <Button variant="subtle" aria-label="Pages" aria-expanded={open === "menu"} onClick={() => setOpen("menu")}>☰</Button>}
        <Link to="/" className={classes["name"]}>Ratebook</Link>
        <button type="button" className={classes["search"]} onClick={() => setOpen("palette")} aria-keyshortcuts="Control+K">Search <kbd>Ctrl+K</kbd></button>
        <Jobs />
        <UserMenu openKeys={openKeys} />
      </header>
      {narrow ? open === "menu" && <MenuDrawer close={close}>{pages}</MenuDrawer> : pages}
      <div className={classes["content"]}><Stale /><Outlet /></div>
      {open === "palette" && <Palette close={close} />}
      {open === "keys" && <Keys off={keys.off} setOff={keys.set} close={close} />}
    </div>
  );
}

function Pages({ onGo }: { onGo: () => void }) {
  const { whyNot } = useSession();
  return (
    <nav className={classes["menu"]} aria-label="Pages">
      {seenBy(whyNot).map(({ group, entries }) => (
        <section key={group} aria-label={group || "Start"}>
          {group !== "" && <h2>{group}</h2>}
          {entries.map(({ to, words }) => (
            <Link key={to} to={to} onClick={onGo} activeOptions={{ exact: to === "/" }} activeProps={{ "aria-current": "page" }}>{words}</Link>
          ))}
        </section>
      ))}
    </nav>
  );
}

/** Listens to the keys that work everywhere. */
function useShortcuts(off: boolean, open: (kind: "palette" | "help") => void): void {
  const router = useRouter();
  const { whyNot } = useSession();
  const waitingSince = useRef(-Infinity);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const waiting = event.timeStamp - waitingSince.current < PATIENCE_MS;
      const meant = shortcutOf(event, { waiting, typing: isTyping(event.target), off });
      waitingSince.current = meant?.kind === "wait" ? event.timeStamp : -Infinity;
      if (meant === undefined) return;
      // A list must not also take the letter for one of its own keys.
      event.preventDefault();
      event.stopPropagation();
      if (meant.kind === "palette" || meant.kind === "help") open(meant.kind);
      if (meant.kind !== "go") return;
      const entry = MENU.flatMap(({ entries }) => entries).find(({ letter }) => letter === meant.letter);
      if (entry !== undefined && maySee(entry, whyNot)) void router.navigate({ to: entry.to });
    };
    addEventListener("keydown", press, { capture: true });
    return () => removeEventListener("keydown", press, { capture: true });
  }, [off, open, router, whyNot]);
}
