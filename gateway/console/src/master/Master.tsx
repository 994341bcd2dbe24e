// Master data: every kind of record that the user may see.

import { Link } from "@tanstack/react-router";
import { useSession } from "../frame/session.tsx";
import { Columns } from "../parts/Facts.tsx";
import { Page } from "../parts/Page.tsx";
import classes from "./Master.module.css";
import { KINDS } from "./records.ts";

export function Master() {
  const { whyNot } = useSession();
  const seen = KINDS.filter((kind) => whyNot(kind.feature, "view") === undefined);
  const groups = [...new Set(seen.map((kind) => kind.group))];
  return (
    <Page title="Master data">
      {seen.length === 0 && <p>None of your groups grants you master data. Ask an administrator for rate tables, customers or the setup of receivables.</p>}
      <Columns>
        {groups.map((group) => (
          <section key={group}>
            <h2>{group}</h2>
            <ul className={classes["kinds"]}>
              {seen.filter((kind) => kind.group === group).map((kind) => <li key={kind.name}><Link to="/master/$record/$" params={{ record: kind.name, _splat: "" }}>{kind.words}</Link></li>)}
            </ul>
          </section>
        ))}
      </Columns>
    </Page>
  );
}
