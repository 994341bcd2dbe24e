// What surrounds every page: the search, who is logged in, and the menu of what they may see.

import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import { Link, Outlet } from "@tanstack/react-router";
import classes from "./Frame.module.css";
import { MENU } from "./menu.ts";
import { useSession } from "./session.tsx";

export function Frame() {
  const { me, whyNot, logOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === "dark";
  return (
    <div className={classes["frame"]}>
      <a className={classes["skip"]} href="#content">Skip to the content</a>
      <header className={classes["header"]}>
        <Link to="/" className={classes["name"]}>Ratebook</Link>
        <Menu position="bottom-end">
          <Menu.Target>
            <Button variant="subtle">{me.display_name || me.name} ▾</Button>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item onClick={() => setColorScheme(dark ? "light" : "dark")}>{dark ? "Light" : "Dark"} colors</Menu.Item>
            <Menu.Item component="a" href="/docs">API documentation</Menu.Item>
            <Menu.Item onClick={() => void logOut()}>Log out</Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </header>
      <nav className={classes["menu"]} aria-label="Pages">
        {MENU.map(({ group, entries }) => {
          const seen = entries.filter((entry) => entry.feature === undefined || whyNot(entry.feature, "view") === undefined);
          if (seen.length === 0) return null;
          return (
            <section key={group} aria-label={group || "Start"}>
              {group !== "" && <h2>{group}</h2>}
              {seen.map(({ to, words }) => (
                <Link key={to} to={to} activeOptions={{ exact: to === "/" }} activeProps={{ "aria-current": "page" }}>{words}</Link>
              ))}
            </section>
          );
        })}
      </nav>
      <div className={classes["content"]}><Outlet /></div>
    </div>
  );
}
