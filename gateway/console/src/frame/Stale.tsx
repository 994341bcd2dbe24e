// The banner over a page whose suite has not answered for a minute: what it shows may be old.

import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { silenceMs } from "../api/contact.ts";
import classes from "./Frame.module.css";

const STALE_MS = 60_000;
const LOOK_MS = 2_000;

export function Stale() {
  const [silent, setSilent] = useState(0);
  const queries = useQueryClient();
  useEffect(() => {
    const look = setInterval(() => setSilent(silenceMs()), LOOK_MS);
    return () => clearInterval(look);
  }, []);
  if (silent < STALE_MS) return null;
  return (
    <div role="alert" className={classes["stale"]}>
      <span>Ratebook has not answered for {Math.floor(silent / 1_000)} seconds. What you see may be out of date; what you type stays here.</span>
      <Button variant="default" onClick={() => void queries.refetchQueries({ type: "active" })}>Try again</Button>
    </div>
  );
}
