// One line of a journal each. Every journal of a test is written on one machine, so that its monotonic clock orders them all.

/** What every line has. */
interface Entry {
  /** Milliseconds of the machine's monotonic clock. */
  readonly atMs: number;
}

/** A witness came to life. */
interface Activated extends Entry {
  readonly event: "activated";
  readonly identity: string;
  /** Unique in the whole test. */
  readonly activation: string;
}

/** A witness came to its end in order. */
interface Deactivated extends Entry {
  readonly event: "deactivated";
  readonly activation: string;
  readonly reason: string;
}

/** The first statement of a handler was run. */
export interface Started extends Entry {
  readonly event: "started";
  readonly identity: string;
  readonly activation: string;
  readonly message: string;
  readonly sender: string;
  readonly sequence: number;
}

/** The last statement of a handler was run. */
export interface Finished extends Entry {
  readonly event: "finished";
  readonly activation: string;
  readonly message: string;
}

/** A process sees these members, by id. */
interface Seen extends Entry {
  readonly event: "seen";
  readonly members: readonly string[];
}

/** A member says that an identity was active on two members at a time. */
interface ReportedTwice extends Entry {
  readonly event: "reported_twice";
  readonly identity: string;
}

/** A member that was let go is a member again. */
interface CameBack extends Entry {
  readonly event: "came_back";
  readonly id: string;
}

/** The process's event loop stood still for so long until now. */
export interface Stalled extends Entry {
  readonly event: "stalled";
  readonly forMs: number;
}

/** A client begins a call. */
export interface Called extends Entry {
  readonly event: "called";
  readonly message: string;
  readonly identity: string;
  readonly sender: string;
  readonly sequence: number;
  readonly timeoutMs: number;
}

/** A call has settled. */
export interface Returned extends Entry {
  readonly event: "returned";
  readonly message: string;
  /** "ok", a code of ClusterError, or the name of another error. */
  readonly outcome: string;
  /** What went wrong, for people. */
  readonly problem?: string | undefined;
  /** Who answered. */
  readonly activation?: string | undefined;
  readonly process?: string | undefined;
}

/** What the test did to a process or a link. */
export interface Fault extends Entry {
  readonly event: "fault";
  readonly what: string;
  /** The process that it was done to, if it was one. */
  readonly process?: string | undefined;
}

/** A process was started, or has ended. */
export interface Life extends Entry {
  readonly event: "spawned" | "joined" | "ended";
  readonly process: string;
  readonly role: "member" | "client";
}

/** What a process writes about itself. */
export type ProcessEvent =
  | Activated
  | Deactivated
  | Started
  | Finished
  | Seen
  | ReportedTwice
  | CameBack
  | Stalled
  | Called
  | Returned;

/** What the test writes. */
export type TestEvent = Fault | Life;
