// The menu of pages where there is no room for it beside them.

import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

export function MenuDrawer({ close, children }: { close: () => void; children: ReactNode }) {
  return <Drawer opened onClose={close} title="Pages" size={240}>{children}</Drawer>;
}
