import type { LocalSubject } from "./local-subject.ts";

/** Makes the subject of the given name; no other subject's code is loaded. */
export async function openSubject(name: string): Promise<LocalSubject> {
  switch (name) {
    case "ts-grain":
      return (await import("./ts-grain/ts-grain.ts")).createTsGrain();
    case "floor":
      return (await import("./floor/floor.ts")).createFloor();
    case "nact":
      return (await import("./nact/nact.ts")).createNact();
    default:
      throw new Error(`no subject is called "${name}"`);
  }
}
