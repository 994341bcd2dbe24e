// What a browser says about itself, as people call it.

const BROWSERS: readonly [RegExp, string][] = [[/\bEdg\//, "Edge"], [/\bFirefox\//, "Firefox"], [/\b(?:Headless)?Chrom(?:e|ium)\//, "Chrome"], [/\bSafari\//, "Safari"]];
const SYSTEMS: readonly [RegExp, string][] = [[/Windows/, "Windows"], [/iPhone|iPad/, "iOS"], [/Mac OS X/, "macOS"], [/Android/, "Android"], [/Linux|X11/, "Linux"]];

/** `Firefox on Windows`; another program by the name that it gives itself. */
export function deviceWords(agent: string | null): string {
  if (agent === null || agent === "") return "not known";
  const of = (words: readonly [RegExp, string][]) => words.find(([pattern]) => pattern.test(agent))?.[1];
  const [browser, system] = [of(BROWSERS), of(SYSTEMS)];
  if (browser === undefined) return agent.split(/[/ ]/)[0] ?? agent;
  return system === undefined ? browser : `${browser} on ${system}`;
}
