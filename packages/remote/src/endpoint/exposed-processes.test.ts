import { ActorSystem, PID, type Process } from "@ts-grain/actor";
import { expect, test } from "vitest";
import { ExposedProcesses } from "./exposed-processes.ts";

const silent = (): Process => ({ sendUser() {}, sendSystem() {} });

/** A process called "door" that a peer has heard of, and what is found behind the name. */
function handOut() {
  const { processes } = new ActorSystem();
  const exposed = new ExposedProcesses(processes);
  const process = silent();
  processes.add("door", process);
  const pid = new PID(processes.address, "door");
  exposed.handOut(pid, "peer:1");
  return { processes, exposed, process, pid, found: exposed.findAgain(pid, undefined) };
}

test("what was found is found again as long as it lives", () => {
  const { processes, exposed, process, pid, found } = handOut();
  expect(found?.process).toBe(process);
  expect(exposed.findAgain(pid, found)).toBe(found);
  processes.add("window", silent());
  processes.remove("window");
  expect(exposed.findAgain(pid, found)?.process).toBe(process);
});

test("what has ended is not found again, and neither is a later process of its name that nobody handed out", () => {
  const { processes, exposed, pid, found } = handOut();
  processes.remove("door");
  expect(exposed.findAgain(pid, found)).toBeUndefined();
  processes.add("door", silent());
  expect(exposed.findAgain(pid, found)).toBeUndefined();
});
