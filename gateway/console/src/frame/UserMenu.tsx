// Who is logged in, and what they do about themselves: colors, keys, and logging out.

import { Button, Menu, useMantineColorScheme } from "@mantine/core";
import classes from "./Frame.module.css";
import { useSession } from "./session.tsx";

export function UserMenu({ openKeys }: { openKeys: () => void }) {
  const { me, logOut } = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const dark = colorScheme === "dark";
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="subtle" className={classes["me"] ?? ""}>{me.display_name || me.name} ▾</Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => setColorScheme(dark ? "light" : "dark")}>{dark ? "Light" : "Dark"} colors</Menu.Item>
        <Menu.Item onClick={openKeys}>Keys</Menu.Item>
        <Menu.Item component="a" href="/docs">API documentation</Menu.Item>
        <Menu.Item onClick={() => void logOut()}>Log out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
