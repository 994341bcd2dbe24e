// The jobs of the user in the header: how many run, how far each is, and which have ended since the page was opened.

import { Button, Menu } from "@mantine/core";
import { useRouter } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { counted } from "../text/en.ts";
import classes from "./Frame.module.css";
import { useJobs, type Job } from "./jobs.ts";
import { addressOf } from "./ways.ts";

const MOST_ENDED = 5;

export function Jobs() {
  const jobs = useJobs();
  const router = useRouter();
  const before = useRef<readonly Job[]>([]);
  const [ended, setEnded] = useState<readonly Job[]>([]);
  useEffect(() => {
    if (jobs === undefined) return;
    const keys = new Set(jobs.map((job) => job.key));
    const gone = before.current.filter((job) => !keys.has(job.key));
    before.current = jobs;
    if (gone.length > 0) setEnded((all) => [...gone, ...all].slice(0, MOST_ENDED));
  }, [jobs]);
  const running = jobs ?? [];
  const open = (job: Job) => {
    const address = addressOf(router, [job.path]);
    if (address !== undefined) void router.navigate({ href: address });
  };
  return (
    <>
      <span aria-live="polite" className={classes["aside"]}>{ended[0] === undefined ? "" : `${ended[0].title} has ended.`}</span>
      {(running.length > 0 || ended.length > 0) && (
        <Menu position="bottom-end">
          <Menu.Target><Button variant="subtle">{running.length > 0 ? counted(running.length, "job") : "Jobs ended"}</Button></Menu.Target>
          <Menu.Dropdown>
            {running.length > 0 && <Menu.Label>Running</Menu.Label>}
            {running.map((job) => <Menu.Item key={job.key} onClick={() => open(job)}>{job.title}<small className={classes["about"]}>{job.words}</small></Menu.Item>)}
            {ended.length > 0 && <Menu.Label>Ended</Menu.Label>}
            {ended.map((job) => <Menu.Item key={job.key} onClick={() => open(job)}>{job.title}<small className={classes["about"]}>see what became of it</small></Menu.Item>)}
          </Menu.Dropdown>
        </Menu>
      )}
    </>
  );
}
