import type { Supervisor } from "./supervisor.ts";

/** Where an actor lives, and how it is called. */
export interface ActorPlace {
  readonly parent: Supervisor;
  /** Without one, it is made up once somebody asks for it. */
  readonly id: string | undefined;
  /** What the name that is made up begins with. Default nothing. */
  readonly prefix?: string | undefined;
}
