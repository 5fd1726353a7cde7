import { cpus, loadavg, release, totalmem, type } from "node:os";
import { today } from "../measurement/clock.ts";
import type { Machine } from "../report/results.ts";

/** The machine as it is now, before it is measured on. */
export function describeMachine(pinning: string): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model.trim() ?? "unknown",
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    node: process.version,
    pinning,
    load: Math.round(loadavg()[0]! * 100) / 100,
    date: today(),
  };
}
